"""What is said about event data stores. AWS's own sentences are mostly not known: these are ours."""

STORES_PER_REGION = 10  # in any status (AWS quota)

RETENTION_OF_FIXED = (
    "RetentionPeriod must be between 7 and 2557 days for the billing mode FIXED_RETENTION_PRICING."
)
ORGANIZATIONS_NOT_IN_USE = "Your account is not a member of an organization."


def too_many(account_id: str, region: str) -> str:
    """The Region holds as many stores as it may."""
    return f"User: {account_id} already has {STORES_PER_REGION} event data stores in {region}."


def already_exists(name: str) -> str:
    """The name is taken in that account and Region."""
    return f"An event data store with the name {name} already exists in this account and Region."


def arn_invalid(text: str) -> str:
    """The text is an ARN, but not of an event data store."""
    return f"The event data store ARN {text} is not valid."


def not_found(text: str) -> str:
    """The account has no such store in this Region."""
    return f"The event data store {text} was not found in this account and Region."


def inactive(text: str) -> str:
    """The store is pending deletion."""
    return f"The event data store {text} is pending deletion."


def protected(text: str) -> str:
    """Termination protection is on."""
    return f"Termination protection is enabled for the event data store {text}."


MAX_RESULTS = "MaxResults must be between 1 and 1000."
NEXT_TOKEN = "The next token is not valid, or belongs to another request."  # noqa: S105
