"""Values to JSON, and to the form a record has."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentrail.wire.model import operations
from opentrail.wire.parsing import parse_body
from opentrail.wire.serialising import recorded_answer, recorded_request, serialise

CLOUDTRAIL = operations("cloudtrail")


def test_members_come_in_the_models_order() -> None:
    body = serialise(CLOUDTRAIL["CreateTrail"].output, {"TrailARN": "a", "S3BucketName": "b", "Name": "n"})
    assert body == b'{"Name":"n","S3BucketName":"b","TrailARN":"a"}'


def test_text_is_utf8_and_half_characters_do_no_harm() -> None:
    body = serialise(CLOUDTRAIL["GetTrail"].output, {"Trail": {"Name": "zürich\ud800"}})
    assert json.loads(body) == {"Trail": {"Name": "zürich?"}}


@settings(deadline=None)
@given(st.timedeltas(timedelta(0), timedelta(days=80_000)))
def test_times_round_trip_in_milliseconds(since: timedelta) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + since
    model = CLOUDTRAIL["StartImport"]
    body = serialise(CLOUDTRAIL["GetImport"].output, {"StartEventTime": moment})
    back = parse_body(body, model.input)["StartEventTime"]
    assert abs(back - moment) <= timedelta(microseconds=501)


@pytest.mark.parametrize("value", [True, "1", 1.5])
def test_a_value_of_another_type_is_a_bug(value: object) -> None:
    with pytest.raises(TypeError, match="integer"):
        serialise(CLOUDTRAIL["GetEventDataStore"].output, {"RetentionPeriod": value})


def test_a_request_in_a_record_keeps_what_was_sent() -> None:
    start = datetime(2023, 7, 10, 13, 42, 30, 999_000, timezone(timedelta(hours=2)))
    request = {
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "GetTrail"}],
        "StartTime": start,
        "MaxResults": 5,
    }
    assert recorded_request(CLOUDTRAIL["LookupEvents"].input, request) == {
        "lookupAttributes": [{"attributeKey": "EventName", "attributeValue": "GetTrail"}],
        "startTime": "2023-07-10T11:42:30Z",
        "maxResults": 5,
    }
    assert recorded_request(CLOUDTRAIL["LookupEvents"].input, {}) is None


def test_names_lose_only_the_case_of_their_first_letter_and_keys_of_maps_nothing() -> None:
    trail = {"S3BucketName": "b", "KmsKeyId": "k", "SnsTopicName": "", "TagsList": [{"Key": "K"}]}
    assert recorded_request(CLOUDTRAIL["CreateTrail"].input, trail) == {
        "s3BucketName": "b",
        "snsTopicName": "",
        "kmsKeyId": "k",
        "tagsList": [{"key": "K"}],
    }
    refresh = {"QueryParameterValues": {"$Start$": "x"}}
    recorded = recorded_request(CLOUDTRAIL["StartDashboardRefresh"].input, refresh)
    assert recorded == {"queryParameterValues": {"$Start$": "x"}}


@pytest.mark.parametrize(
    ("hour", "shown"),
    [(0, "Feb 9, 2026, 12:26:46 AM"), (12, "Feb 9, 2026, 12:26:46 PM"), (22, "Feb 9, 2026, 10:26:46 PM")],
)
def test_times_of_an_answer_in_a_record(hour: int, shown: str) -> None:
    created = datetime(2026, 2, 9, hour, 26, 46, tzinfo=UTC)
    output = {"CreatedTimestamp": created}
    recorded = recorded_answer(CLOUDTRAIL["CreateEventDataStore"].output, output)
    assert recorded == {"createdTimestamp": shown}
