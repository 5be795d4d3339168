"""Real functions over AWS as moto plays it: every call they make must be one that their policies allow.

The local cloud enforces no IAM policy, so only this shows that a permission is missing before AWS does.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

import boto3
import pytest
from moto import mock_aws
from opentrail.adapters.clock import SystemClock
from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.bootstrap import api, clients, pipeline
from opentrail.domain import record_message
from opentrail.domain.digest_chain import SETTLING
from opentrail.ports.errors import AdapterError
from opentrail.settings import ApiSettings

from tests.fakes.front import ACCOUNT, Front
from tests.records import big_record, generate, lines
from tests.stacks.assembly import Assembly
from tests.stacks.test_functions import CONSUMERS

REGION = "us-east-1"
USERS_BUCKET = "users-bucket"
TRIES = 40  # of the clock, until a window of one second is closed and delivered
_EVERYTHING_OF_S3 = [  # the writing of log files, too
    {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
    {
        "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        ]
    },
]
TRANSACTED = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


Call = tuple[str, str, str, str]  # (handler, IAM action, resource, partition key)


@dataclass
class Deployment:
    """What a template describes, made in moto; functions called with its environment; calls written down."""

    assembly: Assembly
    monkeypatch: pytest.MonkeyPatch
    names: dict[str, str] = field(default_factory=dict)  # reference -> what it is
    queues: dict[str, str] = field(default_factory=dict)  # URL -> name
    running: str = ""
    calls: list[Call] = field(default_factory=list)

    def make(self) -> None:
        """Tables, buckets, queues, secret, delivery role and workgroup."""
        session = boto3.DEFAULT_SESSION
        dynamodb, s3, sqs = (session.client(service) for service in ("dynamodb", "s3", "sqs"))
        kept = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "BillingMode")
        for table in self.assembly.of_type("AWS::DynamoDB::Table"):
            dynamodb.create_table(
                TableName=table.name, **{k: v for k, v in table.properties.items() if k in kept}
            )
            self.names[f"<{table.name}>"] = table.name
        for bucket in self.assembly.of_type("AWS::S3::Bucket"):
            s3.create_bucket(Bucket=bucket.name.lower())
            self.names[f"<{bucket.name}>"] = bucket.name.lower()
        s3.create_bucket(Bucket=USERS_BUCKET)
        for queue in self.assembly.of_type("AWS::SQS::Queue"):
            url = sqs.create_queue(QueueName=queue.name)["QueueUrl"]
            self.names[f"<{queue.name}>"], self.queues[url] = url, queue.name
            self.names[f"<{queue.name}.Arn>"] = _arn(queue.name)
        secret = session.client("secretsmanager").create_secret(Name="PageTokens", SecretString="s" * 64)
        self.names["<PageTokens>"] = secret["ARN"]
        key = session.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"][
            "Arn"
        ]
        self.names["<DigestKey.Arn>"] = key
        role = session.client("iam").create_role(RoleName="DeliveryRole", AssumeRolePolicyDocument="{}")
        self.names["<DeliveryRole.Arn>"] = role["Role"]["Arn"]
        workgroup = self.assembly.one("AWS::Athena::WorkGroup", "Workgroup").properties["Name"]
        result = {"OutputLocation": f"s3://{self.names['<QueryResults>']}/results/"}
        session.client("athena").create_work_group(
            Name=workgroup, Configuration={"ResultConfiguration": result}
        )
        session.events.register("provide-client-params.*", self._write_down)

    def environment(self, handler: str) -> dict[str, str]:
        """A function's environment with real names; windows and digests of one second."""
        told = self.assembly.functions()[handler].properties["Environment"]["Variables"]
        named = {name: self.names.get(value, value) for name, value in told.items()}
        return {**named, **{name: "1" for name in ("WINDOW_SECONDS", "DIGEST_SECONDS") if name in named}}

    def front(self) -> Front:
        """The API over its real adapters."""
        self.running = "api"
        settings = ApiSettings.from_env(self.environment("api"))
        return Front(api.ports_of(settings, SystemClock()))

    def invoke(self, handler: str, event: Mapping[str, Any]) -> None:
        """Call a function as Lambda does; it must not name a failed message."""
        self.running = handler
        with self.monkeypatch.context() as patch:
            for name, value in self.environment(handler).items():
                patch.setenv(name, value)
            answer = import_module(f"handlers.{handler}").handler(event, None)
        assert answer == {"batchItemFailures": []}

    def drain(self, queue: str) -> int:
        """Let a queue's messages call their function; how many there were."""
        self.running = ""
        sqs = boto3.DEFAULT_SESSION.client("sqs")
        url = self.names[f"<{queue}>"]
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if messages:
            records = [_event_record(message, queue) for message in messages]
            self.invoke(CONSUMERS[queue], {"Records": records})
        self.running = ""
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(messages)

    def _write_down(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self.running:
            service = model.service_model.service_name
            for action, resource, *key in self._needs(service, model.name, params):
                self.calls.append((self.running, action, resource, *(key or [""])))

    def _needs(self, service: str, operation: str, params: dict[str, Any]) -> Iterator[tuple[str, ...]]:
        """What IAM asks for before a call, resources as templates name them; of one item its key, too."""
        match service, operation:
            case "dynamodb", "TransactWriteItems":
                for item in params["TransactItems"]:
                    ((kind, body),) = item.items()
                    yield f"dynamodb:{TRANSACTED[kind]}", f"<{body['TableName']}.Arn>", _key(body)
            case "dynamodb", "PutItem" | "UpdateItem" | "DeleteItem" | "GetItem":
                yield f"dynamodb:{operation}", f"<{params['TableName']}.Arn>", _key(params)
            case "dynamodb", "BatchGetItem":
                for table in params["RequestItems"]:
                    yield "dynamodb:BatchGetItem", f"<{table}.Arn>"
            case "dynamodb", _:
                index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
                yield f"dynamodb:{operation}", f"<{params['TableName']}.Arn>{index}"
            case "s3", _:
                bucket = next(ref for ref, name in self.names.items() if name == params["Bucket"])
                yield f"s3:{operation}", f"{bucket.removesuffix('>')}.Arn>/{params['Key']}"
            case "sqs", "SendMessage" | "SendMessageBatch":
                yield "sqs:SendMessage", f"<{self.queues[params['QueueUrl']]}.Arn>"
            case "sts", "AssumeRole":
                yield "sts:AssumeRole", "<DeliveryRole.Arn>"
                yield "sts:TagSession", "<DeliveryRole.Arn>"
            case "secretsmanager", _:
                yield f"secretsmanager:{operation}", "<PageTokens>"
            case "kms", _:
                assert params["KeyId"] == self.names["<DigestKey.Arn>"]
                yield f"kms:{operation}", "<DigestKey.Arn>"
            case "athena", _:
                workgroup = f"workgroup/opentrail_{self.assembly.stage}"
                scope = "arn:<AWS::Partition>:athena:<AWS::Region>:<AWS::AccountId>"
                yield f"athena:{operation}", f"{scope}:{workgroup}"
            case _:
                raise AssertionError(f"Nobody thought of a permission for {service} {operation}")


def _event_record(message: Mapping[str, Any], queue: str) -> dict[str, Any]:
    """A message as Lambda hands it on, sent by the API's role."""
    return {
        "messageId": message["MessageId"],
        "body": message["Body"],
        "eventSourceARN": _arn(queue),
        "attributes": {
            "SenderId": "<ApiRole.RoleId>:api",
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1700000000000",
        },
    }


def _arn(queue: str) -> str:
    return f"arn:aws:sqs:{REGION}:123456789012:{queue}"


def _key(request: Mapping[str, Any]) -> str:
    """The partition key of the item that a request is about."""
    return str((request.get("Item") or request["Key"])["pk"]["S"])


@pytest.fixture
def deployment(assemblies: Mapping[str, Assembly], monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    before = boto3.DEFAULT_SESSION
    _forget_what_was_built()
    with mock_aws():
        boto3.setup_default_session(region_name=REGION)
        made = Deployment(assemblies["dev"], monkeypatch)
        made.make()
        yield made
    _forget_what_was_built()
    boto3.DEFAULT_SESSION = before


def _forget_what_was_built() -> None:
    for module in (clients, pipeline, api):
        for value in vars(module).values():
            if callable(getattr(value, "cache_clear", None)):
                value.cache_clear()


def test_every_call_of_every_function_is_allowed(deployment: Deployment) -> None:
    front = deployment.front()
    _set_up(front)
    _send_too_big_a_record(deployment)
    _let_everything_run(deployment)
    _let_history_be_late(deployment)
    _index_history(deployment)
    _let_a_bucket_be_missing(deployment, front)
    deployment.running = "api"
    _ask(front)
    made = set(deployment.calls)
    refused = [call for call in sorted(made) if not _is_allowed(deployment.assembly, *call)]
    assert refused == []
    # Each function did its part: none of them passes because it did nothing.
    for handler, action in (
        ("api", "sqs:SendMessage"),
        ("api", "dynamodb:BatchGetItem"),
        ("api", "athena:GetQueryResults"),
        ("api", "secretsmanager:GetSecretValue"),
        ("recorder", "s3:GetObject"),
        ("recorder", "s3:PutObject"),
        ("recorder", "dynamodb:DeleteItem"),
        ("clock", "dynamodb:DeleteItem"),
        ("clock", "dynamodb:GetItem"),
        ("log_file_writer", "sts:AssumeRole"),
        ("log_file_writer", "dynamodb:BatchGetItem"),
        ("log_file_writer", "dynamodb:PutItem"),
        ("log_file_writer", "sqs:SendMessage"),
        ("log_file_writer", "dynamodb:DeleteItem"),
        ("digester", "kms:Sign"),
        ("digester", "dynamodb:DeleteItem"),
        ("digester", "dynamodb:PutItem"),
        ("lake_writer", "s3:PutObject"),
        ("dead_letter_keeper", "s3:PutObject"),
        ("history_indexer", "dynamodb:Query"),
        ("history_indexer", "dynamodb:PutItem"),
        ("history_indexer", "dynamodb:BatchGetItem"),
        ("history_indexer", "dynamodb:UpdateItem"),
    ):
        assert any(call[:2] == (handler, action) for call in made), (handler, action)


def test_log_files_lie_where_the_delivery_role_may_write(deployment: Deployment) -> None:
    _set_up(deployment.front())
    _let_everything_run(deployment)
    deployment.running = ""
    objects = boto3.DEFAULT_SESSION.client("s3").list_objects_v2(Bucket=USERS_BUCKET)["Contents"]
    rights = deployment.assembly.statements("<DeliveryRole>")
    (pattern,) = {resource for action, resource, _ in rights if action == "s3:PutObject"}
    pattern = pattern.replace("${aws:PrincipalTag/owner}", ACCOUNT)
    keys = [entry["Key"] for entry in objects]
    for folder in ("CloudTrail", "CloudTrail-Digest"):
        assert any(f"/{folder}/" in key and key.endswith(".json.gz") for key in keys)
    for key in keys:
        assert fnmatchcase(f"arn:<AWS::Partition>:s3:::{USERS_BUCKET}/{key}", pattern)


def _set_up(front: Front) -> None:
    _call(front, "CreateTrail", Name="trail", S3BucketName=USERS_BUCKET, EnableLogFileValidation=True)
    _call(front, "PutEventSelectors", TrailName="trail", AdvancedEventSelectors=_EVERYTHING_OF_S3)
    _call(front, "StartLogging", Name="trail")
    _call(front, "CreateEventDataStore", Name="store")


def _send_too_big_a_record(deployment: Deployment) -> None:
    """The recorder finds it beside the queue."""
    ports = api.ports_of(ApiSettings.from_env(deployment.environment("api")), SystemClock())
    ports.records.send(list(lines([big_record(1, 3_000_000)])))


def _let_everything_run(deployment: Deployment) -> None:
    """Record, deliver, and sweep a message that nobody could take."""
    sqs = boto3.DEFAULT_SESSION.client("sqs")
    deployment.running = ""
    url = deployment.names["<RecordsQueue>"]
    recent = datetime.now(UTC) - timedelta(hours=2)  # event history forgets what is old
    sent = list(lines(generate(1, 20, accounts=[ACCOUNT], start=recent)))
    forged = [line.replace(b'"awsRegion"', b'"forged":1,"awsRegion"') for line in sent]
    for text in (*record_message.encode(sent), *record_message.encode(forged)):
        sqs.send_message(QueueUrl=url, MessageBody=text)
    sqs.send_message(QueueUrl=deployment.names["<DeadLettersRecords>"], MessageBody="dead")
    deployment.drain("DeadLettersRecords")
    while deployment.drain("RecordsQueue"):
        pass
    delivered = {"DeliveriesQueue": 0, "LakeQueue": 0, "DigestsQueue": 0}
    for _ in range(TRIES):
        deployment.invoke("clock", {"source": "aws.events"})
        for queue in delivered:
            delivered[queue] += deployment.drain(queue)
        if all(delivered.values()):
            break
        time.sleep(0.2)
    else:
        raise AssertionError(f"Not everything was delivered: {delivered}")
    time.sleep(1 + SETTLING)
    deployment.invoke("clock", {"source": "aws.events"})
    assert deployment.drain("DigestsQueue")


def _let_history_be_late(deployment: Deployment) -> None:
    """It is away when records come; once it is back they are written."""

    def refuse(*_: object) -> None:
        raise AdapterError("event history is away")

    deployment.running = ""
    recent = generate(3, 5, accounts=[ACCOUNT], start=datetime.now(UTC) - timedelta(hours=2), odd=0)
    for text in record_message.encode(lines(recent)):
        boto3.DEFAULT_SESSION.client("sqs").send_message(
            QueueUrl=deployment.names["<RecordsQueue>"], MessageBody=text
        )
    with deployment.monkeypatch.context() as patch:
        patch.setattr(DynamoEventHistory, "put", refuse)
        patch.setattr("opentrail.adapters.ledger.HISTORY_PAUSE", 0)
        deployment.drain("RecordsQueue")
    deployment.invoke("clock", {"source": "aws.events"})
    before = len(deployment.calls)
    assert deployment.drain("HistoriesQueue")
    late = {call[1:3] for call in deployment.calls[before:]}
    assert ("dynamodb:PutItem", "<History.Arn>") in late
    assert any(action == "s3:GetObject" and "/segments/" in resource for action, resource in late)


def _index_history(deployment: Deployment) -> None:
    """The night after tomorrow."""
    with deployment.monkeypatch.context() as patch:
        patch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + timedelta(days=2))
        deployment.invoke("history_indexer", {"source": "aws.events"})


def _let_a_bucket_be_missing(deployment: Deployment, front: Front) -> None:
    """Its trail's deliveries stand in line; once it is back they leave it."""
    deployment.monkeypatch.setattr("opentrail.domain.backlog.FIRST_PAUSE", timedelta(seconds=1))
    sqs, s3 = (boto3.DEFAULT_SESSION.client(name) for name in ("sqs", "s3"))

    def until(member: str) -> None:
        for _ in range(4 * TRIES):
            deployment.invoke("clock", {"source": "aws.events"})
            for queue in ("DeliveriesQueue", "LakeQueue"):
                deployment.drain(queue)
            deployment.running = "api"
            if member in _call(front, "GetTrailStatus", Name="homeless"):
                break
            time.sleep(0.2)
        else:
            raise AssertionError(f"never {member}")

    deployment.running = ""
    s3.create_bucket(Bucket="homeless")
    deployment.running = "api"
    _call(front, "CreateTrail", Name="homeless", S3BucketName="homeless")
    _call(front, "StartLogging", Name="homeless")
    deployment.running = ""
    for entry in s3.list_objects_v2(Bucket="homeless").get("Contents", []):
        s3.delete_object(Bucket="homeless", Key=entry["Key"])
    s3.delete_bucket(Bucket="homeless")
    for text in record_message.encode(lines(generate(2, 5, accounts=[ACCOUNT]))):
        sqs.send_message(QueueUrl=deployment.names["<RecordsQueue>"], MessageBody=text)
    deployment.drain("RecordsQueue")
    until("LatestDeliveryError")
    deployment.running = ""
    s3.create_bucket(Bucket="homeless")
    until("LatestDeliveryTime")


def _ask(front: Front) -> None:
    assert _call(front, "GetTrailStatus", Name="trail")["LatestDeliveryTime"]
    assert _call(front, "ListPublicKeys")["PublicKeyList"]
    assert _call(front, "LookupEvents", MaxResults=1)["NextToken"]
    arn = _call(front, "ListEventDataStores")["EventDataStores"][0]["EventDataStoreArn"]
    store = arn.rpartition("/")[2]
    query = _call(front, "StartQuery", QueryStatement=f"SELECT eventID FROM {store}")["QueryId"]
    # Moto runs no query: what comes back is not looked at, only what was asked of it.
    for operation in ("DescribeQuery", "GetQueryResults", "CancelQuery"):
        front.call(operation, json.dumps({"QueryId": query}).encode())
    _call(front, "StopLogging", Name="trail")
    _call(front, "DeleteTrail", Name="trail")


def _call(front: Front, operation: str, **members: Any) -> Any:
    answer = front.call(operation, json.dumps(members).encode())
    assert answer.status == 200, answer.body
    return json.loads(answer.body or b"{}")


def _is_allowed(assembly: Assembly, handler: str, action: str, resource: str, key: str = "") -> bool:
    """A condition on partition keys is held against the key."""
    role = assembly.functions()[handler].properties["Role"].removesuffix(".Arn>") + ">"
    return any(
        action == allowed
        and fnmatchcase(resource, pattern)
        and any(
            fnmatchcase(key, keys)
            for keys in condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
        )
        for allowed, pattern, condition in assembly.statements(role)
    )


def test_what_no_policy_names_is_not_allowed(assemblies: Mapping[str, Assembly]) -> None:
    dev = assemblies["dev"]
    assert _is_allowed(dev, "recorder", "s3:PutObject", "<Segments.Arn>/segments/1")
    assert not _is_allowed(dev, "recorder", "s3:PutObject", "<Segments.Arn>/messages/1")
    assert not _is_allowed(dev, "recorder", "dynamodb:DeleteItem", "<History.Arn>")
    assert _is_allowed(dev, "recorder", "dynamodb:DeleteItem", "<Ledger.Arn>", "history|segments/1")
    assert not _is_allowed(dev, "recorder", "dynamodb:DeleteItem", "<Ledger.Arn>", "manifest|trail/1")
