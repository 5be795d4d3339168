"""What the API logs of a request."""

import logging
from typing import Any

from opentrail.domain.event_conflict import EventConflict
from opentrail.ports.errors import AdapterError
from opentrail.settings import EVENT_CONFLICT
from opentrail.telemetry import RequestLog, report_conflict
from opentrail.wire.gateway import Answered


def test_a_conflict_is_a_line_without_a_record(log: list[logging.LogRecord]) -> None:
    report_conflict(EventConflict(account_id="1", region="r", event_id="e" * 5000, contents=("c1", "c2")))
    (line,) = log
    assert (line.levelname, line.message) == ("WARNING", EVENT_CONFLICT)
    told = {name: vars(line)[name] for name in ("account", "region", "event_id", "contents")}
    assert told == {"account": "1", "region": "r", "event_id": "e" * 200, "contents": ["c1", "c2"]}


def failed(error: Exception) -> Any:
    return Answered(request_id="id", status=500, code="InternalFailure", operation="GetTrail", cause=error)


def test_a_request_is_one_line(log: list[logging.LogRecord]) -> None:
    RequestLog().answered(
        Answered(request_id="id", status=200, operation="GetTrail", account_id="1", region="r")
    )
    (line,) = log
    assert line.levelname == "INFO"
    told = {
        name: vars(line)[name] for name in ("request_id", "operation", "account", "region", "status", "code")
    }
    assert told == {
        "request_id": "id", "operation": "GetTrail", "account": "1", "region": "r", "status": 200, "code": "",
    }  # fmt: skip


def test_a_failure_is_told_by_kinds_and_places_without_its_words(log: list[logging.LogRecord]) -> None:
    try:
        try:
            raise AdapterError("private", code="ThrottlingException")
        except AdapterError as error:
            raise ValueError("private too") from error
    except ValueError as error:
        RequestLog().answered(failed(error))
    (line,) = log
    assert line.levelname == "ERROR"
    assert vars(line)["errors"] == ["ValueError", "AdapterError ThrottlingException"]
    assert any("test_a_failure_is_told" in place for place in vars(line)["stack"])
    assert "private" not in str({name: value for name, value in vars(line).items() if name != "args"})
