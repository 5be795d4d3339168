"""Users' topics: fake and SNS through the delivery role."""

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.topics import SnsTopics
from opentrail.ports.errors import AdapterError
from opentrail.ports.topics import TopicError, Topics

from tests.fakes.clock import FakeClock
from tests.fakes.topics import FakeTopics

ROLE = "arn:aws:iam::123456789012:role/delivery"
REGION = "eu-west-1"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:told"
MISSING = f"arn:aws:sns:{REGION}:123456789012:missing"


def client_of(service: str, credentials: Mapping[str, str], region: str | None) -> Any:
    assert credentials["SessionToken"]
    return boto3.client(service, region_name=region or "us-east-1")


def real(aws: Any) -> SnsTopics:
    return SnsTopics(DeliveryRole(aws.client("sts"), ROLE, client_of, FakeClock()))


@pytest.fixture(params=["fake", "sns"])
def topics(request: pytest.FixtureRequest) -> Topics:
    if request.param == "fake":
        fake = FakeTopics()
        fake.refusing[MISSING] = "NotFound"
        return fake
    made = real(request.getfixturevalue("aws"))
    boto3.client("sns", region_name=REGION).create_topic(Name="told")
    return made


def test_a_topic_that_is_not_there_refuses(topics: Topics) -> None:
    topics.publish(account_id="123456789012", topic_arn=TOPIC, message="{}")
    with pytest.raises(TopicError) as refused:
        topics.publish(account_id="123456789012", topic_arn=MISSING, message="{}")
    assert refused.value.code == "NotFound"


def test_a_message_goes_to_the_topics_region_without_a_subject(aws: Any) -> None:
    sns, sqs = (boto3.client(service, region_name=REGION) for service in ("sns", "sqs"))
    url = sqs.create_queue(QueueName="reader")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="told")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    real(aws).publish(account_id="123456789012", topic_arn=topic, message='{"a":1}')
    (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
    envelope = json.loads(received["Body"])
    assert envelope["Message"] == '{"a":1}'
    assert "Subject" not in envelope


def test_what_names_no_topic_refuses(aws: Any) -> None:
    with pytest.raises(TopicError) as refused:
        real(aws).publish(account_id="123456789012", topic_arn="arn:nothing", message="{}")
    assert refused.value.code == "InvalidParameter"


class Answering:
    """An SNS client that answers with an error."""

    def __init__(self, code: str) -> None:
        self._code = code

    def publish(self, **_: Any) -> Any:
        from botocore.exceptions import ClientError

        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "Publish")


@pytest.mark.parametrize("code", ["AuthorizationError", "EndpointDisabled", "KMSDisabled"])
def test_what_the_topic_says_is_its_word(aws: Any, code: str) -> None:
    role = DeliveryRole(aws.client("sts"), ROLE, lambda *_: Answering(code), FakeClock())
    with pytest.raises(TopicError) as refused:
        SnsTopics(role).publish(account_id="123456789012", topic_arn=TOPIC, message="{}")
    assert refused.value.code == code


@pytest.mark.parametrize("code", ["Throttled", "InternalError"])
def test_what_passes_by_itself_is_tried_again(aws: Any, code: str) -> None:
    role = DeliveryRole(aws.client("sts"), ROLE, lambda *_: Answering(code), FakeClock())
    with pytest.raises(AdapterError) as away:
        SnsTopics(role).publish(account_id="123456789012", topic_arn=TOPIC, message="{}")
    assert away.value.retryable
