"""Users' log groups: fake and CloudWatch Logs through the role that a trail names."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.log_groups import CloudWatchLogGroups
from opentrail.ports.errors import AdapterError
from opentrail.ports.log_groups import LogGroupError, LogGroups, LogRoleError

from tests.fakes.clock import FakeClock
from tests.fakes.log_groups import FakeLogGroups

DELIVERY = "arn:aws:iam::123456789012:role/delivery"
ROLE = "arn:aws:iam::111111111111:role/logs"
REGION = "eu-west-1"
STREAM = "111111111111_CloudTrail_eu-west-1"
GROUP = f"arn:aws:logs:{REGION}:123456789012:log-group:audit/trail:*"
MISSING = f"arn:aws:logs:{REGION}:123456789012:log-group:missing:*"


def client_of(service: str, _credentials: Mapping[str, str], region: str | None) -> Any:
    return boto3.client(service, region_name=region or "us-east-1")


def real(aws: Any, client: Any = client_of) -> CloudWatchLogGroups:
    return CloudWatchLogGroups(DeliveryRole(aws.client("sts"), DELIVERY, client, FakeClock()))


@pytest.fixture(params=["fake", "cloudwatch"])
def groups(request: pytest.FixtureRequest) -> LogGroups:
    if request.param == "fake":
        fake = FakeLogGroups()
        fake.refusing[MISSING] = "ResourceNotFoundException"
        return fake
    made = real(request.getfixturevalue("aws"))
    boto3.client("logs", region_name=REGION).create_log_group(logGroupName="audit/trail")
    return made


def put(groups: LogGroups, group: str, *lines: bytes, at: datetime | None = None) -> None:
    groups.put(
        account_id="111111111111",
        role_arn=ROLE,
        log_group_arn=group,
        stream=STREAM,
        lines=lines,
        at=at or datetime.now(UTC),
    )


def test_a_group_that_is_not_there_refuses(groups: LogGroups) -> None:
    put(groups, GROUP, b"{}")
    with pytest.raises(LogGroupError) as refused:
        put(groups, MISSING, b"{}")
    assert refused.value.code == "ResourceNotFoundException"


def test_records_are_log_events_of_one_moment_in_a_stream_that_is_made_once(aws: Any) -> None:
    logs, groups = boto3.client("logs", region_name=REGION), real(aws)
    logs.create_log_group(logGroupName="audit/trail")
    first = datetime.now(UTC).replace(microsecond=250_000) - timedelta(seconds=2)
    put(groups, GROUP, b'{"a":1}', '{"a":"ü"}'.encode(), at=first)
    put(groups, GROUP, b'{"a":3}', at=first + timedelta(seconds=1))
    (stream,) = logs.describe_log_streams(logGroupName="audit/trail")["logStreams"]
    assert stream["logStreamName"] == STREAM
    held = logs.get_log_events(logGroupName="audit/trail", logStreamName=STREAM, startFromHead=True)["events"]
    assert [event["message"] for event in held] == ['{"a":1}', '{"a":"ü"}', '{"a":3}']
    start = round(first.timestamp() * 1000)
    assert [event["timestamp"] for event in held] == [start, start, start + 1000]


def check(groups: LogGroups, group: str) -> None:
    groups.check(account_id="111111111111", role_arn=ROLE, log_group_arn=group, stream=STREAM)


def test_a_group_is_checked_before_anything_is_put(groups: LogGroups) -> None:
    check(groups, GROUP)
    check(groups, GROUP)
    with pytest.raises(LogGroupError) as refused:
        check(groups, MISSING)
    assert refused.value.code == "ResourceNotFoundException"
    assert not isinstance(refused.value, LogRoleError)


def test_a_check_leaves_the_stream_and_nothing_in_it(aws: Any) -> None:
    logs = boto3.client("logs", region_name=REGION)
    logs.create_log_group(logGroupName="audit/trail")
    check(real(aws), GROUP)
    (stream,) = logs.describe_log_streams(logGroupName="audit/trail")["logStreams"]
    assert stream["logStreamName"] == STREAM
    assert logs.get_log_events(logGroupName="audit/trail", logStreamName=STREAM)["events"] == []


class Scripted:
    """A client of every service: takes roles, and answers PutLogEvents by a script of outcomes."""

    def __init__(self, *outcomes: str) -> None:
        self.outcomes = list(outcomes)
        self.requests: list[int] = []
        self.roles: list[tuple[str, str]] = []
        self.denied = False

    def assume_role(self, **request: Any) -> Any:
        if self.denied:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")
        self.roles.append((request["RoleArn"], request["RoleSessionName"]))
        credentials = dict.fromkeys(("AccessKeyId", "SecretAccessKey", "SessionToken"), "x")
        return {"Credentials": {**credentials, "Expiration": FakeClock().now().replace(year=2033)}}

    def put_log_events(self, **request: Any) -> Any:
        self.requests.append(len(request["logEvents"]))
        if self.outcomes:
            raise ClientError({"Error": {"Code": self.outcomes.pop(0), "Message": "no"}}, "PutLogEvents")

    def create_log_stream(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ResourceAlreadyExistsException", "Message": "no"}}, "x")


def scripted(aws: Any, *outcomes: str) -> tuple[Scripted, CloudWatchLogGroups]:
    client = Scripted(*outcomes)
    return client, real(aws, lambda *_: client)


def test_the_role_is_taken_in_cloudtrails_session_and_kept(aws: Any) -> None:
    client, groups = scripted(aws)
    for _ in range(3):
        put(groups, GROUP, b"{}")
    assert client.roles == [(ROLE, "CLOUDWATCH_LOGS_DELIVERY_SESSION")]


def test_a_role_that_may_not_be_taken_refuses(aws: Any) -> None:
    client, groups = scripted(aws)
    client.denied = True
    with pytest.raises(LogGroupError) as refused:
        put(groups, GROUP, b"{}")
    assert refused.value.code == "AccessDenied"


def test_a_check_takes_the_role_in_a_session_of_its_own_and_tells_who_refused(aws: Any) -> None:
    client, groups = scripted(aws, "AccessDeniedException")
    with pytest.raises(LogGroupError) as refused:
        check(groups, GROUP)
    assert (refused.value.code, type(refused.value)) == ("AccessDeniedException", LogGroupError)
    assert client.roles == [(ROLE, "CloudTrail")]
    put(groups, GROUP, b"{}")
    assert client.roles[1:] == [(ROLE, "CLOUDWATCH_LOGS_DELIVERY_SESSION")]
    client, groups = scripted(aws)
    client.denied = True
    with pytest.raises(LogRoleError):
        check(groups, GROUP)


def test_a_stream_that_another_makes_meanwhile_is_written_to(aws: Any) -> None:
    client, groups = scripted(aws, "ResourceNotFoundException")
    put(groups, GROUP, b"{}")
    assert client.requests == [1, 1]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "InternalFailure"])
def test_a_request_that_fails_is_the_destinations_refusal_or_ours(aws: Any, code: str) -> None:
    _, groups = scripted(aws, code)
    with pytest.raises(AdapterError if code == "InternalFailure" else LogGroupError) as caught:
        put(groups, GROUP, b"{}")
    assert caught.value.code == code


def test_a_group_that_does_not_answer_refuses(aws: Any) -> None:
    client, groups = scripted(aws)

    def silent(**_: Any) -> Any:
        raise ReadTimeoutError(endpoint_url="https://logs")

    client.put_log_events = silent  # type: ignore[method-assign]
    with pytest.raises(LogGroupError) as caught:
        put(groups, GROUP, b"{}")
    assert caught.value.code == "RequestTimeout"


def test_what_names_no_group_refuses(aws: Any) -> None:
    with pytest.raises(LogGroupError):
        put(real(aws), "arn:nothing", b"{}")


def test_many_records_go_in_requests_that_cloudwatch_takes(aws: Any) -> None:
    client, groups = scripted(aws)
    put(groups, GROUP, *[b"x" * 200_000] * 12, b"y" * 300_000)
    assert client.requests == [5, 5, 2]
