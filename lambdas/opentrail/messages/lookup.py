"""What LookupEvents refuses a request with. AWS's own sentences are not known: these are ours."""

ONE_ATTRIBUTE = "You can specify only one lookup attribute."
READ_ONLY_VALUE = "The value of the lookup attribute ReadOnly must be true or false."
EMPTY_VALUE = "The value of a lookup attribute must have at least one character."
TIME_RANGE = "The start time must be before the end time."
MAX_RESULTS = "MaxResults must be between 1 and 50."
EVENT_CATEGORY = "The event category is not valid. The only valid value is insight."
NEXT_TOKEN = "The next token is not valid, has expired, or belongs to a request with other parameters."  # noqa: S105

RATE = "Rate exceeded"  # CloudTrail's own words


def attribute_key(key: str) -> str:
    """An attribute that events are not found by."""
    return f"The lookup attribute {key} is not valid."
