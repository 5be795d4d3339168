"""What is said about requests that reach no operation. AWS's sentences where they are known."""

MISSING_TOKEN = "Missing Authentication Token"  # noqa: S105 - a sentence
UNKNOWN_CLIENT = "The security token included in the request is invalid."
EXPIRED_TOKEN = "The security token included in the request is expired"  # noqa: S105 - a sentence
SIGNATURE_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
SIGNATURE_EXPIRED = "Signature expired."
WRONG_REGION = "Credential should be scoped to a valid region."
UNAVAILABLE = "Service is unable to handle request."
INTERNAL = "An internal error occurred."


def wrong_service(service: str) -> str:
    """The credential is scoped to another service than the one called."""
    return f"Credential should be scoped to correct service: '{service}'."


def too_large(limit: int) -> str:
    """Ours."""
    return f"The request body must not be larger than {limit} bytes."


def not_built(operation: str) -> str:
    """Ours: AWS says this of Regions, OpenTrail of operations that are not built yet."""
    return f"The operation {operation} is not supported by OpenTrail yet."
