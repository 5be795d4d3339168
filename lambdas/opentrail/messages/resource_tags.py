"""What is said about tags of resources. AWS's own sentences are not known: these are ours."""

MAX_RESOURCES = 20  # of one ListTags (AWS documentation)

NUMBER_OF_RESOURCES = f"Specify between 1 and {MAX_RESOURCES} resources."
TOKEN = "The next token is not valid."  # noqa: S105 - a sentence


def not_found(arn: str) -> str:
    """The account has no such resource."""
    return f"The resource {arn} was not found."


def type_not_supported(arn: str) -> str:
    """Nothing of CloudTrail that has tags."""
    return f"The type of the resource {arn} is not supported."


def arn_invalid(arn: str) -> str:
    """Tags are asked for by ARN only."""
    return f"The resource ARN {arn} is not valid."


def channel_arn_invalid(arn: str) -> str:
    """The ARN of no channel."""
    return f"The channel ARN {arn} is not valid."
