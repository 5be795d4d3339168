"""What is alarmed on AWS, as far as it is made of lines that functions write."""

import json
import logging
from dataclasses import fields
from io import StringIO
from typing import Any

import pytest
from opentrail import telemetry
from opentrail.domain.event_conflict import EventConflict
from opentrail.service.history_conflicts import ConflictsResult

from tests.stacks.assembly import Assembly

CONFLICT = EventConflict(account_id="1", region="r", event_id="e", contents=("c1", "c2"))


def written() -> dict[str, object]:
    """The line of a conflict, as CloudWatch Logs gets it."""
    out = StringIO()
    logger = logging.getLogger("opentrail")
    handler = logging.StreamHandler(out)
    handler.setFormatter(logger.handlers[0].formatter)
    logger.addHandler(handler)
    telemetry.report_conflict(CONFLICT)
    logger.removeHandler(handler)
    line: dict[str, object] = json.loads(out.getvalue())
    return line


def test_a_forged_event_is_alarmed_by_the_line_that_is_written(on_aws: Assembly) -> None:
    filters = counted(on_aws, "EventConflicts")
    assert {f["LogGroupName"] for f in filters} == {
        "<RecorderLog>", "<OperationsLog>", "<HistoryIndexerLog>",
    }  # fmt: skip
    assert {f["FilterPattern"] for f in filters} == {f'{{ $.message = "{written()["message"]}" }}'}


def test_where_events_could_not_be_compared_that_is_alarmed(on_aws: Assembly) -> None:
    (one,) = counted(on_aws, "EventsNotCompared")
    assert one["LogGroupName"] == "<HistoryIndexerLog>"
    assert one["FilterPattern"] == "{ ($.unread > 0) || ($.without_volume > 0) }"
    assert {"unread", "without_volume"} <= {f.name for f in fields(ConflictsResult)}


def counted(on_aws: Assembly, name: str) -> list[dict[str, Any]]:
    """The filters whose lines raise an alarm, any of them."""
    (alarm,) = [a.properties for a in on_aws.of_type("AWS::CloudWatch::Alarm") if a.name == name]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert alarm["AlarmActions"] == ["<Topic>"]
    found = []
    for one in on_aws.of_type("AWS::Logs::MetricFilter"):
        (told,) = one.properties["MetricTransformations"]
        assert told["MetricValue"] == "1"
        if (told["MetricNamespace"], told["MetricName"]) == (alarm["Namespace"], alarm["MetricName"]):
            found.append(one.properties)
    return found


@pytest.mark.parametrize("handler", ["recorder", "api", "history_indexer"])
def test_its_functions_log_where_the_filters_look(handler: str, on_aws: Assembly) -> None:
    group = on_aws.functions()[handler].properties["LoggingConfig"]["LogGroup"]
    assert group in {f.properties["LogGroupName"] for f in on_aws.of_type("AWS::Logs::MetricFilter")}
