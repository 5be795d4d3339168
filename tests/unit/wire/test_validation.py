"""AWS's sentences for broken constraints, word for word."""

from typing import Any

import pytest
from opentrail.errors import ValidationException
from opentrail.wire.model import operations
from opentrail.wire.validation import validate

UUID = "01234567-89ab-cdef-0123-456789abcdef"


def said(operation: str, request: dict[str, Any]) -> str:
    with pytest.raises(ValidationException) as refused:
        validate(operations("cloudtrail")[operation], request)
    return refused.value.message


def test_a_missing_member() -> None:
    assert said("GetTrail", {}) == (
        "1 validation error detected: "
        "Value null at 'name' failed to satisfy constraint: Member must not be null"
    )


def test_several_errors_are_counted_and_joined() -> None:
    message = said("CancelQuery", {"QueryId": "X", "EventDataStore": "ab"})
    assert message == (
        "3 validation errors detected: "
        "Value 'ab' at 'eventDataStore' failed to satisfy constraint: "
        "Member must have length greater than or equal to 3; "
        "Value 'X' at 'queryId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 36; "
        "Value 'X' at 'queryId' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: ^[a-f0-9\\-]+$"
    )


def test_an_enum_and_a_number() -> None:
    message = said("CreateEventDataStore", {"Name": "abc", "RetentionPeriod": 6, "BillingMode": "FREE"})
    assert message == (
        "2 validation errors detected: "
        "Value '6' at 'retentionPeriod' failed to satisfy constraint: "
        "Member must have value greater than or equal to 7; "
        "Value 'FREE' at 'billingMode' failed to satisfy constraint: "
        "Member must satisfy enum value set: [EXTENDABLE_RETENTION_PRICING, FIXED_RETENTION_PRICING]"
    )


def test_structures_in_a_list_are_counted_from_one() -> None:
    destinations = [{"Type": "AWS_SERVICE", "Location": "abc"}, {"Type": "X", "Location": "abc"}]
    message = said("CreateChannel", {"Name": "abc", "Source": "Custom", "Destinations": destinations})
    assert message == (
        "1 validation error detected: "
        "Value 'X' at 'destinations.2.member.type' failed to satisfy constraint: "
        "Member must satisfy enum value set: [EVENT_DATA_STORE, AWS_SERVICE]"
    )


def test_plain_items_are_told_at_their_list() -> None:
    message = said("GenerateQuery", {"EventDataStores": ["a b"], "Prompt": "who?"})
    assert message == (
        "1 validation error detected: Value '[a b]' at 'eventDataStores' failed to satisfy constraint: "
        "Member must satisfy constraint: [Member must have length less than or equal to 256, "
        "Member must have length greater than or equal to 3, "
        "Member must satisfy regular expression pattern: ^[a-zA-Z0-9._/\\-:]+$]"
    )


def test_values_of_maps_are_told_at_the_map() -> None:
    message = said("StartDashboardRefresh", {"DashboardId": "d", "QueryParameterValues": {"$Period$": "a b"}})
    assert message.startswith(
        "1 validation error detected: Value '{$Period$=a b}' at 'queryParameterValues' "
        "failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than"
    )


@pytest.mark.parametrize("name", ["abc\n", "\nabc", "abc\u0000", "\u0430bc"])
def test_patterns_hold_from_end_to_end_and_for_ascii_only(name: str) -> None:
    assert "regular expression" in said("CreateEventDataStore", {"Name": name})


def test_members_with_a_code_of_their_own_are_left_to_the_operation() -> None:
    lookup = operations("cloudtrail")["LookupEvents"]
    validate(lookup, {"MaxResults": 51, "LookupAttributes": [{"AttributeKey": "X", "AttributeValue": ""}]})
    assert "lookupAttributes.1.member.attributeKey" in said("LookupEvents", {"LookupAttributes": [{}]})


def test_what_the_model_allows_passes() -> None:
    validate(operations("cloudtrail")["CancelQuery"], {"QueryId": UUID})
