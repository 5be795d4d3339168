"""Sentences that more than one noun uses. Those AWS shows as they stand; `not_built` is OpenTrail's own."""

# Seen where another call of the same account was under way.
CONFLICT = (
    "Another operation changed the configuration of this account at the same time. Try the request again."
)


def not_built(member: str) -> str:
    """A member of the request asks for what OpenTrail does not do yet: refused, never ignored."""
    return f"OpenTrail does not support {member} yet."


TOO_MANY_TAGS = "A resource can have at most 50 tags."
TAG_KEY_REPEATED = "A tag key can be specified only once."
TAG_CHARACTERS = (
    "Tag keys and values can have letters, white space, numbers and the characters _ . : / = + - @ only."
)
TAG_KEY_RESERVED = "Tag keys that begin with aws: are reserved."
