"""Vendors what OpenTrail needs of AWS's service models, and writes the exceptions as classes.

    .venv/bin/python tools/generate_service_model.py            write both files
    .venv/bin/python tools/generate_service_model.py --check    only say whether they would be written anew

Source: the models of `cloudtrail` and `cloudtrail-data` in the installed botocore (pinned in requirements).
Written: `lambdas/opentrail/wire/service_model.json` and `lambdas/opentrail/errors.py`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import botocore
from botocore.loaders import Loader

ROOT = Path(__file__).resolve().parent.parent
MODEL_FILE = ROOT / "lambdas/opentrail/wire/service_model.json"
ERRORS_FILE = ROOT / "lambdas/opentrail/errors.py"
SERVICES = ("cloudtrail", "cloudtrail-data")

_SHAPE_KEYS = ("type", "required", "min", "max", "pattern", "enum")
_MEMBER_KEYS = ("shape", "location", "locationName")

# Code -> (HTTP status, docstring). Source: AWS documentation, "Common errors", with the status the service
# answers in practice (every SDK reads the code, none the status).
COMMON_ERRORS: dict[str, tuple[int, str]] = {
    "AccessDeniedException": (400, "IAM denies the call."),
    "ExpiredTokenException": (400, "The temporary credentials have expired."),
    "IncompleteSignature": (400, "The Authorization header is no complete AWS signature."),
    "InternalFailure": (500, "A bug, or something outside that failed for good."),
    "InvalidSignatureException": (400, "The signature does not match the request."),
    "MissingAuthenticationTokenException": (400, "The request is not signed."),
    "RequestEntityTooLarge": (413, "The body is bigger than any request can be."),
    "SerializationException": (400, "The body is no JSON, or a member has the wrong JSON type."),
    "ServiceUnavailable": (503, "Something outside failed; trying again can help."),
    "ThrottlingException": (400, "Too many calls."),
    "UnknownOperationException": (400, "No operation has this name."),
    "UnrecognizedClientException": (400, "Nobody has this access key, or its session token is wrong."),
    "ValidationException": (400, "A member is missing or breaks a constraint of the service model."),
}

_ERRORS_HEAD = '''"""The errors a call can end with: AWS's modelled exceptions and the common ones.

Written by tools/generate_service_model.py from the service models of botocore {version}: change it there.
"""
# ruff: noqa: N818 - the names are AWS's own

from typing import ClassVar


class ApiError(Exception):
    """An answer other than success; `message` is the sentence the client is shown."""

    code: ClassVar[str] = ""
    status: ClassVar[int] = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message
'''


def stripped(service: str) -> dict[str, Any]:
    """The service's model without documentation and traits nobody reads here."""
    model = Loader().load_service_model(service, "service-2")
    operations = {
        name: {
            "input": operation["input"]["shape"],
            "output": operation["output"]["shape"],
            "errors": sorted(error["shape"] for error in operation["errors"]),
            "method": operation["http"]["method"],
            "uri": operation["http"]["requestUri"],
        }
        for name, operation in sorted(model["operations"].items())
    }
    shapes = {
        name: _shape(shape) for name, shape in sorted(model["shapes"].items()) if not shape.get("exception")
    }
    exceptions = sorted(name for name, shape in model["shapes"].items() if shape.get("exception"))
    return {"operations": operations, "shapes": shapes, "exceptions": exceptions}


def model_text() -> str:
    """The vendored file: both services, one compact line."""
    services = {service: stripped(service) for service in SERVICES}
    return json.dumps({"botocore": botocore.__version__, "services": services}, separators=(",", ":")) + "\n"


def errors_text() -> str:
    """The module of exceptions: the modelled ones first, then the common ones the model lacks."""
    modelled = sorted({name for service in SERVICES for name in stripped(service)["exceptions"]})
    blocks = [_ERRORS_HEAD.format(version=botocore.__version__)]
    blocks += [_class(name, COMMON_ERRORS.get(name, (400, ""))[0]) for name in modelled]
    blocks += [
        _class(name, status, docstring)
        for name, (status, docstring) in COMMON_ERRORS.items()
        if name not in modelled
    ]
    common = "".join(f'        "{name}",\n' for name in sorted(COMMON_ERRORS))
    blocks.append(
        "# Every operation can end with these, whatever its model lists.\n"
        f"COMMON_ERRORS: frozenset[str] = frozenset(\n    {{\n{common}    }}\n)\n"
    )
    return "\n\n".join(blocks)


def _shape(shape: dict[str, Any]) -> dict[str, Any]:
    kept = {key: shape[key] for key in _SHAPE_KEYS if key in shape}
    if "pattern" in kept:
        kept["pattern"] = _python_pattern(kept["pattern"])
    if "members" in shape:
        kept["members"] = {name: _member(member) for name, member in shape["members"].items()}
    for part in ("member", "key", "value"):
        if part in shape:
            kept[part] = shape[part]["shape"]
    return kept


def _member(member: dict[str, Any]) -> str | dict[str, str]:
    """Only the shape's name, unless the member travels outside the body or under another name."""
    kept = {key: str(member[key]) for key in _MEMBER_KEYS if key in member}
    return kept["shape"] if len(kept) == 1 else kept


def _python_pattern(pattern: str) -> str:
    """Java writes characters beyond the basic plane as surrogate pairs; Python has them as they are."""
    return pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")


def _class(name: str, status: int, docstring: str = "") -> str:
    lines = [f"class {name}(ApiError):"]
    if docstring:
        lines += [f'    """{docstring}"""', ""]
    lines.append(f'    code = "{name}"')
    if status != 400:
        lines.append(f"    status = {status}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the files, or with --check compare them; the exit code says whether they were current."""
    check = "--check" in sys.argv[1:]
    stale = [
        path
        for path, text in ((MODEL_FILE, model_text()), (ERRORS_FILE, errors_text()))
        if not path.exists() or path.read_text() != text
    ]
    for path in stale:
        print(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}")
    if not check:
        MODEL_FILE.write_text(model_text())
        ERRORS_FILE.write_text(errors_text())
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
