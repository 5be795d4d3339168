"""What a record tells of a SAML assertion: its ID, and the session's name that it asks for."""

import base64
import binascii
import re

_ID = re.compile(rb"<(?:\w+:)?Assertion\b[^>]*\bID=[\"']([^\"']+)")
_SESSION_NAME = re.compile(
    rb"Attributes/RoleSessionName[\"'][^>]*>\s*<(?:\w+:)?AttributeValue[^>]*>\s*([^<\s]+)", re.DOTALL
)


def told(assertion: str) -> dict[str, str]:
    """The two members, as far as the text (base64 of XML) has them."""
    try:
        text = base64.b64decode(assertion)
    except (binascii.Error, ValueError):
        return {}
    found = {"sAMLAssertionID": _ID.search(text), "roleSessionName": _SESSION_NAME.search(text)}
    return {name: match[1].decode("utf-8", "replace") for name, match in found.items() if match}
