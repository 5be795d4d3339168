"""What is alarmed on AWS, as far as it is made of lines that functions write."""

import json
import logging
from io import StringIO

import pytest
from opentrail import telemetry
from opentrail.domain.event_conflict import EventConflict

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
    filters = on_aws.of_type("AWS::Logs::MetricFilter")
    assert {f.properties["LogGroupName"] for f in filters} == {"<RecorderLog>", "<OperationsLog>"}
    assert {f.properties["FilterPattern"] for f in filters} == {f'{{ $.message = "{written()["message"]}" }}'}
    (alarm,) = [a for a in on_aws.of_type("AWS::CloudWatch::Alarm") if a.name == "EventConflicts"]
    for one in filters:
        (told,) = one.properties["MetricTransformations"]
        assert told["MetricValue"] == "1"
        assert {told["MetricNamespace"], told["MetricName"]} == {
            alarm.properties["Namespace"],
            alarm.properties["MetricName"],
        }
    assert alarm.properties["Threshold"] == 0
    assert alarm.properties["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm.properties["AlarmActions"] == ["<Topic>"]


@pytest.mark.parametrize("handler", ["recorder", "api"])
def test_its_functions_log_where_the_filters_look(handler: str, on_aws: Assembly) -> None:
    group = on_aws.functions()[handler].properties["LoggingConfig"]["LogGroup"]
    assert group in {f.properties["LogGroupName"] for f in on_aws.of_type("AWS::Logs::MetricFilter")}
