"""Internal calls with somebody behind them, and those with nobody."""

import json
from types import MappingProxyType

import pytest
from driving import ACCOUNT, context_of, internal, observe
from moto.sts.models import sts_backends
from opentrail_local import identity
from opentrail_local.recorder import on_behalf
from opentrail_local.recorder.on_behalf import Behalf
from opentrail_local.recorder.record import line_of
from opentrail_local.recorder.status import Counters

ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
CLOUDFORMATION = "cloudformation.amazonaws.com"


def by_service(context, principal: str):
    context.internal_request_params = MappingProxyType({"service_principal": principal})
    return context


def sent_by_this_thread(context):
    """The request as LocalStack's own client makes it on this thread."""
    headers: dict[str, str] = {}
    on_behalf.add_header({"headers": headers})
    context.request.headers.extend(headers)
    return internal(context)


def record_of(context, **outcome):
    call = observe(context, **outcome)
    return None if call is None else json.loads(line_of(call))


def mina():
    return identity.who(context_of("sqs", "ListQueues", {}))


def test_what_cloudformation_makes_is_made_by_who_asked_for_the_stack():
    with on_behalf.acting(Behalf(mina(), CLOUDFORMATION)):
        context = sent_by_this_thread(context_of("sqs", "CreateQueue", {"QueueName": "q"}))
        found = record_of(context, answer={"QueueUrl": "u"})
    assert found["userIdentity"] == {**mina().user_identity, "invokedBy": CLOUDFORMATION}
    assert list(found["userIdentity"])[-1] == "invokedBy"
    assert (found["sourceIPAddress"], found["userAgent"]) == (CLOUDFORMATION, CLOUDFORMATION)
    assert (found["recipientAccountId"], "tlsDetails" in found) == (ACCOUNT, False)


def test_s3_puts_no_brackets_around_a_service():
    with on_behalf.acting(Behalf(mina(), CLOUDFORMATION)):
        context = sent_by_this_thread(context_of("s3", "CreateBucket", {"Bucket": "b"}))
        assert record_of(context, answer={})["userAgent"] == CLOUDFORMATION


def test_when_the_work_is_over_nobody_is_behind_a_call():
    with on_behalf.acting(Behalf(mina(), CLOUDFORMATION)):
        late = sent_by_this_thread(context_of("sqs", "ListQueues", {}))
    after = sent_by_this_thread(context_of("sqs", "ListQueues", {}))
    assert [record_of(late), record_of(after)] == [None, None]


def test_a_token_that_nobody_gave_out_counts_for_nothing():
    context = internal(context_of("sqs", "ListQueues", {}))
    context.request.headers[on_behalf.HEADER] = "guessed"
    assert record_of(context) is None


def test_a_token_does_not_make_an_outsiders_call_cloudformations():
    with on_behalf.acting(Behalf(mina(), CLOUDFORMATION)):
        context = sent_by_this_thread(context_of("sqs", "ListQueues", {}))
        context.internal_request_params = None
        assert "invokedBy" not in record_of(context)["userIdentity"]


def test_calls_in_another_account_are_not_the_callers():
    with on_behalf.acting(Behalf(mina(), CLOUDFORMATION)):
        context = sent_by_this_thread(context_of("sqs", "ListQueues", {}, key="271828182845"))
        assert record_of(context) is None


def test_work_inside_work_is_the_inner_callers_and_then_the_outer_ones_again():
    other = identity.who(context_of("sqs", "ListQueues", {}, key="test"))
    with on_behalf.acting(Behalf(other, CLOUDFORMATION)):
        with on_behalf.acting(Behalf(mina(), CLOUDFORMATION)):
            inner = record_of(sent_by_this_thread(context_of("sqs", "ListQueues", {})))
        outer = record_of(sent_by_this_thread(context_of("sqs", "ListQueues", {}, key="test")))
    accounts = [found["userIdentity"]["accountId"] for found in (inner, outer)]
    assert accounts == [ACCOUNT, "000000000000"]


def test_a_service_assumes_a_role_for_itself():
    context = by_service(
        context_of("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "f"}, key="000000000000"),
        "lambda",
    )
    found = record_of(context, answer={"Credentials": {"AccessKeyId": "LSIAX"}})
    assert found["userIdentity"] == {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    assert (found["sourceIPAddress"], found["userAgent"]) == ("lambda.amazonaws.com", "lambda.amazonaws.com")
    assert found["recipientAccountId"] == ACCOUNT
    names = list(found)
    assert names.index("sharedEventID") == names.index("recipientAccountId") + 1


@pytest.mark.parametrize("principal", ["states", "states.amazonaws.com"])
def test_a_service_calls_as_the_role_it_assumed(principal):
    backend = sts_backends[ACCOUNT]["aws"]
    key = backend.assume_role("eu-west-1", "task", ROLE, None, 3600, None).access_key_id
    opening = context_of("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "task"})
    observe(by_service(opening, principal), answer={"Credentials": {"AccessKeyId": key}})
    found = record_of(internal(context_of("sqs", "ListQueues", {}, key=key)))
    assert found["userIdentity"]["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/task"
    assert found["userIdentity"]["invokedBy"] == found["sourceIPAddress"] == "states.amazonaws.com"


def test_lambdas_pollers_are_not_recorded():
    backend = sts_backends[ACCOUNT]["aws"]
    key = backend.assume_role("eu-west-1", "poller", ROLE, None, 3600, None).access_key_id
    opening = context_of("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "poller"})
    observe(by_service(opening, "lambda"), answer={"Credentials": {"AccessKeyId": key}})
    polling = context_of("sqs", "ReceiveMessage", {"QueueUrl": "http://h/1/q"}, key=key)
    assert record_of(internal(polling)) is None


@pytest.mark.parametrize("signed_for", [ACCOUNT, "000000000000"])
def test_events_start_functions_as_their_service(signed_for):
    arn = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"
    context = context_of("lambda", "Invoke", {"FunctionName": arn}, key=signed_for)
    found = record_of(by_service(context, "events"), answer={})
    assert found["userIdentity"] == {"type": "AWSService", "invokedBy": "events.amazonaws.com"}
    assert (found["requestParameters"], found["responseElements"]) == (None, None)
    assert found["additionalEventData"] == {"functionVersion": f"{arn}:$LATEST"}
    assert (found["recipientAccountId"], found["eventCategory"]) == (ACCOUNT, "Data")


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "principal"),
    [
        ("sqs", "SendMessage", {"QueueUrl": "http://h/1/q", "MessageBody": "x"}, "sns"),
        ("lambda", "Invoke", {"FunctionName": "f"}, "lambda"),
        ("firehose", "PutRecord", {"DeliveryStreamName": "s", "Record": {"Data": b"x"}}, "sns"),
    ],
)
def test_deliveries_between_services_are_not_recorded(service, operation, parameters, principal):
    assert record_of(by_service(context_of(service, operation, parameters), principal)) is None


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        (
            "sts",
            "AssumeRole",
            {"RoleArn": "arn:aws:iam::000000000000:role/OpenTrail-local-Api", "RoleSessionName": "s"},
        ),
        ("lambda", "Invoke", {"FunctionName": "OpenTrail-local-Api-Function"}),
        (
            "lambda",
            "Invoke",
            {"FunctionName": "arn:aws:lambda:us-east-1:000000000000:function:OpenTrail-local-Api"},
        ),
    ],
)
def test_services_that_start_opentrails_functions_are_not_recorded(service, operation, parameters):
    counters = Counters()
    context = by_service(context_of(service, operation, parameters, key="000000000000"), "apigateway")
    assert observe(context, answer={}, counters=counters) is None
    assert counters.snapshot()["skipped"] == {"opentrail": 1}
