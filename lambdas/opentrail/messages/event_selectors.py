"""What AWS says about event selectors: measured word for word, but for those marked as ours."""

BOTH_FAMILIES = (
    "You can select events by using either EventSelectors or AdvancedEventSelectors, but not both."
)
NO_FAMILY = "Specify either EventSelectors or AdvancedEventSelectors."  # ours
NUMBER_OF_BASIC = "Specify a valid number of selectors (1 to 5) for your trail"
NUMBER_OF_ADVANCED = "Specify between 1 and 500 selectors for your trail."
NUMBER_FOR_STORE = "Specify between 1 and 5 selectors for your event data store."  # ours
NUMBER_OF_CONDITIONS = "Specify at most 500 values for the conditions of all your selectors."  # ours
TOO_LARGE = "Your selectors are too large. They can have at most 3000000 bytes."  # ours
RESOURCE_TYPE = "The resources.type field value is not valid."
NUMBER_OF_DATA_VALUES = "Specify a valid number of DataResources.Values (0 to 250) for all your selectors"
EXCLUDE_WITHOUT_MANAGEMENT = (  # ours
    "ExcludeManagementEventSources can be specified only when IncludeManagementEvents is true."
)
NO_FIELDS = "Specify at least one field selector for each selector."  # ours


def read_write_type(value: str) -> str:
    """A ReadWriteType that does not exist."""
    return f"Value {value} for ReadWriteType is invalid."


def required(fields: list[str]) -> str:
    """Fields without which a selector selects nothing."""
    return f"The following fields are required: [{', '.join(fields)}]."


def arn(value: str) -> str:
    """An ARN to be equalled that is none."""
    return f"The specified ARN {value} is not valid. Verify that the ARN is properly formatted."


def data_value(value: str) -> str:
    """A basic selector's value that names no resource of its type."""
    return f"Value {value} for DataResources.Values is invalid."


def data_type(value: str) -> str:
    """Ours: a type basic selectors do not know."""
    return f"Value {value} for DataResources.Type is invalid."


def excluded_source(value: str) -> str:
    """Ours: a source that cannot be left out."""
    return f"Value {value} for ExcludeManagementEventSources is invalid."


def category(value: str) -> str:
    """Ours: a category that cannot be selected here."""
    return f"The eventCategory field value {value} is not valid."


def field(name: str) -> str:
    """Ours: a field the category does not have here."""
    return f"The field {name} is not valid for this event category."


def repeated(name: str) -> str:
    """Ours: one field twice in a selector."""
    return f"The field {name} can be specified only once in a selector."


def operators(name: str, allowed: list[str]) -> str:
    """Ours: an operator the field does not take, or none at all."""
    return f"The field {name} must be used with these operators only: [{', '.join(allowed)}]."


def value(name: str, given: str) -> str:
    """Ours: a value the field does not take."""
    return f"The value {given} is not valid for the field {name}."


def single(name: str) -> str:
    """Ours: a field that takes one value only."""
    return f"Specify exactly one value for the field {name}."
