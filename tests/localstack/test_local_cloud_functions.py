"""Functions on the local cloud: LocalStack's Lambda with processes in the place of containers."""

import base64
import io
import json
import secrets
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localstack.support import Cloud, eventually

HANDLER = """
import json, os, time
import boto3
def handler(event, context):
    print("got", json.dumps(event))
    match event.get("do"):
        case "raise": raise ValueError("no")
        case "exit": os._exit(9)
        case "sleep": time.sleep(event["seconds"])
        case "who": return boto3.client("sts").get_caller_identity()["Arn"]
        case "layer":
            import from_layer
            return from_layer.WORD
        case "echo": return event["body"]
        case "environment": return dict(os.environ)
        case "batch":
            pass
    if "Records" in event:
        bad = [r["messageId"] for r in event["Records"] if "bad" in r["body"]]
        return {"batchItemFailures": [{"itemIdentifier": i} for i in bad]}
    return os.getpid()
"""

type Invoke = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def role(cloud: Cloud) -> str:
    name = f"functions-{secrets.token_hex(4)}"
    arn: str = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    return arn


@pytest.fixture(scope="module")
def function(cloud: Cloud, role: str) -> str:
    """A function with a layer and a log group of its own."""
    name = f"f-{secrets.token_hex(4)}"
    functions = cloud.client("lambda")
    layer = functions.publish_layer_version(
        LayerName=name, Content={"ZipFile": archive({"python/from_layer.py": "WORD = 'layered'"})}
    )
    cloud.client("logs").create_log_group(logGroupName=f"group-{name}")
    make(
        cloud,
        name,
        role,
        HANDLER,
        Layers=[layer["LayerVersionArn"]],
        LoggingConfig={"LogGroup": f"group-{name}"},
        Environment={"Variables": {"COLOUR": "green"}},
    )
    return name


@pytest.fixture
def invoke(cloud: Cloud, function: str) -> Invoke:
    return lambda **event: call(cloud, function, **event)


def archive(files: dict[str, str]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as whole:
        for name, text in files.items():
            whole.writestr(name, text)
    return body.getvalue()


def make(cloud: Cloud, name: str, role: str, source: str, **more: Any) -> None:
    functions = cloud.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="code.handler",
        Code={"ZipFile": archive({"code.py": source})},
        **{"Timeout": 10, **more},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)


def call(cloud: Cloud, name: str, **event: Any) -> dict[str, Any]:
    answer = cloud.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(event).encode(), LogType="Tail"
    )
    return {
        "error": answer.get("FunctionError"),
        "value": json.loads(answer["Payload"].read()),
        "log": base64.b64decode(answer["LogResult"]).decode(),
    }


def test_a_call_answers_and_its_log_comes_back(invoke: Invoke) -> None:
    answer = invoke(do="echo", body="ü")
    assert answer["error"] is None
    assert answer["value"] == "ü"
    first, second, *_, last = answer["log"].splitlines()
    assert first.startswith("START RequestId: ")
    assert second.startswith("got ")
    assert last.startswith("REPORT RequestId: ")


def test_a_function_acts_in_its_role_on_this_cloud(invoke: Invoke, role: str, function: str) -> None:
    name = role.rpartition("/")[2]
    assert invoke(do="who")["value"] == f"arn:aws:sts::000000000000:assumed-role/{name}/{function}"


def test_layers_and_environment_reach_the_function(cloud: Cloud, invoke: Invoke) -> None:
    assert invoke(do="layer")["value"] == "layered"
    environment = invoke(do="environment")["value"]
    assert environment["COLOUR"] == "green"
    assert environment["AWS_ENDPOINT_URL"] == cloud.endpoint
    assert environment["TMPDIR"].startswith(str(cloud.instance.state_dir))


def test_failures_are_answers_and_the_next_call_works(invoke: Invoke) -> None:
    raised = invoke(do="raise")
    assert (raised["error"], raised["value"]["errorType"]) == ("Unhandled", "ValueError")
    ended = invoke(do="exit")
    assert (ended["error"], ended["value"]["errorType"]) == ("Unhandled", "Runtime.ExitError")
    assert invoke()["error"] is None


def test_a_function_that_takes_too_long_is_ended(cloud: Cloud, role: str) -> None:
    name = f"slow-{secrets.token_hex(4)}"
    make(cloud, name, role, HANDLER, Timeout=1)
    answer = call(cloud, name, do="sleep", seconds=30)
    assert answer["value"]["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in answer["log"]
    assert call(cloud, name)["error"] is None


def test_a_function_that_cannot_be_imported_says_so_each_time(cloud: Cloud, role: str) -> None:
    name = f"broken-{secrets.token_hex(4)}"
    make(cloud, name, role, "import not_in_the_package")
    for _ in range(2):
        answer = call(cloud, name)
        assert answer["value"]["errorType"] == "Runtime.ImportModuleError"
        assert "not_in_the_package" in answer["log"]


def test_calls_at_once_have_processes_of_their_own(cloud: Cloud, function: str) -> None:
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: call(cloud, function, do="sleep", seconds=1), range(5)))
    assert len({answer["value"] for answer in answers}) == 5


def test_the_log_group_of_the_logging_configuration_is_used(cloud: Cloud, function: str) -> None:
    word = secrets.token_hex(8)
    cloud.client("lambda").invoke(
        FunctionName=function,
        InvocationType="Event",
        Payload=json.dumps({"do": "echo", "body": word}).encode(),
    )
    logs = cloud.client("logs")

    def logged() -> bool:
        events = logs.filter_log_events(logGroupName=f"group-{function}")["events"]
        return any(word in event["message"] for event in events)

    eventually(logged, within=20)


def test_too_large_requests_are_refused(cloud: Cloud, function: str) -> None:
    payload = json.dumps({"do": "echo", "body": "x" * 6 * 1024 * 1024}).encode()
    with pytest.raises(ClientError) as caught:
        cloud.client("lambda").invoke(FunctionName=function, Payload=payload)
    assert caught.value.response["Error"]["Code"] == "RequestTooLargeException"


def test_a_queue_is_consumed_and_failed_messages_end_as_dead_letters(cloud: Cloud, function: str) -> None:
    sqs = cloud.client("sqs")
    dead = sqs.create_queue(QueueName=f"dead-{function}")["QueueUrl"]
    redrive = {"deadLetterTargetArn": queue_arn(sqs, dead), "maxReceiveCount": 1}
    queue = sqs.create_queue(
        QueueName=f"q-{function}",
        Attributes={"VisibilityTimeout": "10", "RedrivePolicy": json.dumps(redrive)},
    )["QueueUrl"]
    bodies = ["good", '{"a": 1,  "bad": 1.0}']  # what looks like JSON must not be written anew
    for body in bodies:
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    cloud.client("lambda").create_event_source_mapping(
        EventSourceArn=queue_arn(sqs, queue),
        FunctionName=function,
        BatchSize=100,
        MaximumBatchingWindowInSeconds=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )

    def dead_letters() -> list[str]:
        found = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in found.get("Messages", [])]

    assert eventually(dead_letters, within=40) == [bodies[1]]


def queue_arn(sqs: Any, url: str) -> str:
    arn: str = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return arn
