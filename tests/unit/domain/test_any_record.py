"""Whatever JSON a record holds in the place of CloudTrail's: it is recorded or refused, never a bug."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from opentrail.domain import record
from opentrail.domain.event import attributes, to_event
from opentrail.domain.record import RefusedRecordError
from opentrail.domain.recording import AccountConfiguration, Received, plan_recording
from opentrail.service.history_writing import write_history

from tests.fakes.event_history import FakeEventHistory
from tests.odd_records import RECORDS
from tests.pipeline.world import store, trail

FIELDS = (
    "eventName", "eventSource", "readOnly", "resources.type", "resources.ARN", "userIdentity.arn",
    "errorCode", "sessionCredentialFromConsole",
)  # fmt: skip
SELECTORS: tuple[dict[str, Any], ...] = tuple(
    {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": field, operator: ["a"]},
        ]
    }
    for field in FIELDS
    for operator in ("Equals", "NotStartsWith", "EndsWith")
)
BASIC = (
    {
        "ReadWriteType": "WriteOnly",
        "IncludeManagementEvents": True,
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3", "arn:aws:s3:::b/"]}],
    },
)
NOW = datetime(2023, 7, 10, 12, tzinfo=UTC)


@settings(max_examples=400, deadline=None)
@given(RECORDS)
def test_any_record_is_recorded_or_refused(data: dict[str, Any]) -> None:
    line = json.dumps(data).encode()
    try:
        found = record.read(line)
    except RefusedRecordError:
        return
    assert json.loads(found.line) == {**data, "eventID": found.event_id}
    configuration = AccountConfiguration(
        version=1,
        trails=(
            trail("basic", event_selectors=BASIC, include_global_service_events=False),
            trail("advanced", advanced_event_selectors=SELECTORS),
        ),
        stores=(store(),),
    )
    (planned,) = plan_recording([Received(found, "o")], {found.account_id: configuration}, NOW)
    assert all(selection == "*" for selection in planned.matches.values())
    for key, value in attributes(found.data):
        assert isinstance(value, str)
        assert value
        assert isinstance(key, str)
    event = to_event(found.data, line.decode())
    assert all(value is not None for value in event.values())
    assert all(isinstance(event[name], str) for name in ("EventId", "ReadOnly", "CloudTrailEvent"))
    for name in ("EventName", "EventSource", "Username", "AccessKeyId"):
        assert isinstance(event.get(name, ""), str)
    write_history([found], FakeEventHistory(), 0)
