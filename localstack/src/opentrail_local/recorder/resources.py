"""A record's `resources`, for the services that fill them, and whose resource it is.

Sources: real records, and AWS's documentation of data events. Selectors of data events decide on these, so
every data event of the table has them.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from opentrail_local.recorder import failures
from opentrail_local.recorder.call import Call
from opentrail_local.recorder.skipping import DEPLOYMENT_ACCOUNT
from opentrail_local.subscriptions.templates import region_of

type Resources = list[dict[str, str]]

MAX_BUCKETS = 10_000  # remembered, those that are gone included
_buckets: dict[str, tuple[str, str | None]] = {}  # name -> account and Region

# Operations on buckets that are recorded without resources: there is no bucket before, or there are many.
_WITHOUT_BUCKET = frozenset({"CreateBucket", "ListBuckets", "ListDirectoryBuckets"})

# Operations that name a prefix of objects rather than an object.
_LISTING = frozenset(
    {"ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads", "DeleteObjects"}
)


def resources(call: Call) -> Resources | None:
    """What a record says it touched; None when the service leaves the member away.

    Calls that lose their parameters (denied ones, of most services) lose their resources with them.
    """
    rule = _RULES.get(call.names.event_source) if not failures.hides_parameters(call) else None
    return rule(call) or None if rule is not None else None


def note_bucket(name: Any) -> None:
    """Remember a bucket while it is there: its last calls are written when it may be gone."""
    if isinstance(name, str) and (found := _bucket_now(name)) is not None:
        _buckets[name] = found
        while len(_buckets) > MAX_BUCKETS:
            _buckets.pop(next(iter(_buckets)), None)


def bucket_owner(name: str) -> str | None:
    """The account of a bucket that is or was in LocalStack's store."""
    found = _bucket_now(name) or _buckets.get(name)
    return found[0] if found is not None else None


def bucket_region(call: Call) -> str | None:
    """The Region of the bucket that a call names: that is where S3 records it."""
    name = _parameters(call).get("Bucket")
    if not isinstance(name, str):
        return None
    found = _bucket_now(name) or _buckets.get(name)
    return found[1] if found is not None else None


def _bucket_now(name: str) -> tuple[str, str | None] | None:
    """A bucket's account and Region, if it is there; AWS's own are of the account that stands for AWS."""
    if region := region_of(name):
        return DEPLOYMENT_ACCOUNT, region
    store = _s3_store()
    owner = store.global_bucket_map.get(name) if store is not None else None
    if owner is None:
        return None
    bucket = sys.modules["localstack.services.s3.models"].s3_stores[owner]["us-east-1"].buckets.get(name)
    return owner, getattr(bucket, "bucket_region", None)


def _s3_store() -> Any:
    module = sys.modules.get("localstack.services.s3.models")
    return module.s3_stores["000000000000"]["us-east-1"] if module is not None else None


def _parameters(call: Call) -> Mapping[str, Any]:
    return call.parameters if isinstance(call.parameters, Mapping) else {}


def _answer(call: Call) -> Mapping[str, Any]:
    return call.answer if isinstance(call.answer, Mapping) else {}


def _s3(call: Call) -> Resources:
    bucket = _parameters(call).get("Bucket")
    if not isinstance(bucket, str) or call.operation.name in _WITHOUT_BUCKET or call.service != "s3":
        return []
    arn = f"arn:{call.partition}:s3:::{bucket}"
    found: Resources = []
    key = _parameters(call).get("Key")
    if call.names.category == "Data":
        if isinstance(key, str):
            found.append({"type": "AWS::S3::Object", "ARN": f"{arn}/{key}"})
        elif call.operation.name in _LISTING:
            prefix = _parameters(call).get("Prefix") or ""
            found.append({"type": "AWS::S3::Object", "ARNPrefix": f"{arn}/{prefix}"})
    owner = bucket_owner(bucket) or call.who.account_id
    return [*found, {"accountId": owner, "type": "AWS::S3::Bucket", "ARN": arn}]


def _kms(call: Call) -> Resources:
    """The key, and before it the alias that a call is about."""
    alias = _parameters(call).get("AliasName")
    key = _kms_key(call)
    if not isinstance(alias, str) or not alias.startswith("alias/"):
        return key
    return [_owned(_arn(call, "kms", alias), "AWS::KMS::Alias"), *key]


def _kms_key(call: Call) -> Resources:
    metadata = _answer(call).get("KeyMetadata")
    named = (metadata or {}).get("Arn") if isinstance(metadata, Mapping) else None
    for key in (named, _answer(call).get("KeyId"), *map(_parameters(call).get, ("KeyId", "TargetKeyId"))):
        if isinstance(key, str) and ":alias/" not in key and not key.startswith("alias/"):
            arn = key if key.startswith("arn:") else _arn(call, "kms", f"key/{key}")
            return [_owned(arn, "AWS::KMS::Key")]
    return []


def _sts(call: Call) -> Resources:
    arn = _parameters(call).get("RoleArn")
    if not isinstance(arn, str) or not arn.startswith("arn:"):
        return []
    return [_owned(arn, "AWS::IAM::Role")]


def _dynamodb(call: Call) -> Resources:
    if call.names.is_management:
        return []
    tables = dict.fromkeys(_tables(_parameters(call)))
    arns = (name if name.startswith("arn:") else _arn(call, "dynamodb", f"table/{name}") for name in tables)
    return [_owned(arn, "AWS::DynamoDB::Table") for arn in arns]


def _tables(value: Any) -> Iterator[str]:
    """Names of tables in the parameters of the item operations, batches and transactions included."""
    for name, item in value.items() if isinstance(value, Mapping) else ():
        if name == "TableName" and isinstance(item, str):
            yield item
        elif name == "RequestItems" and isinstance(item, Mapping):
            yield from item
        elif name == "TransactItems" and isinstance(item, list):
            for action in item:
                for inner in action.values() if isinstance(action, Mapping) else ():
                    yield from _tables(inner)


def _lambda(call: Call) -> Resources:
    name = _parameters(call).get("FunctionName")
    if not isinstance(name, str):
        return []
    if call.names.is_management:
        return []
    return [_owned(function_arn(call, name), "AWS::Lambda::Function")]


def function_arn(call: Call, name: str) -> str:
    """The unqualified ARN of a function, by any name that Lambda takes."""
    parts = name.split(":")
    if name.startswith("arn:") and len(parts) > 6:
        return ":".join(parts[:7])
    if len(parts) > 2 and parts[1] == "function":  # account:function:name
        return f"arn:{call.partition}:lambda:{call.region}:{':'.join(parts[:3])}"
    return _arn(call, "lambda", f"function:{parts[0]}")  # name, or name:qualifier


def _sqs(call: Call) -> Resources:
    url = _parameters(call).get("QueueUrl")
    if call.names.is_management or not isinstance(url, str):
        return []
    pieces = url.rstrip("/").split("/")
    if len(pieces) < 2:
        return []
    arn = f"arn:{call.partition}:sqs:{call.region}:{pieces[-2]}:{pieces[-1]}"
    return [{"accountId": pieces[-2], "type": "AWS::SQS::Queue", "ARN": arn}]


def _sns(call: Call) -> Resources:
    arn = _parameters(call).get("TopicArn") or _parameters(call).get("TargetArn")
    if call.names.is_management or not isinstance(arn, str):
        return []
    return [_owned(arn, "AWS::SNS::Topic")]


def _ssm(call: Call) -> Resources:
    """Parameters by their names; the account is the caller's, and there is no type."""
    if "Parameter" not in call.operation.name:
        return []
    names = _parameters(call).get("Names") or [_parameters(call).get("Name")]
    return [
        {"accountId": call.who.account_id, "ARN": _named_arn(call, "ssm", "parameter/", name)}
        for name in names
        if isinstance(name, str)
    ]


def _ecr(call: Call) -> Resources:
    """Repositories, without a type."""
    sent = _parameters(call)
    names = sent.get("repositoryNames") or [sent.get("repositoryName")]
    owner = str(sent.get("registryId") or call.who.account_id)
    where = f"arn:{call.partition}:ecr:{call.region}:{owner}:repository"
    return [{"ARN": f"{where}/{name}", "accountId": owner} for name in names if isinstance(name, str)]


def _events(call: Call) -> Resources:
    """The buses or partner sources that events were put on, without an account."""
    if call.names.is_management:
        return []
    entries = [entry for entry in _parameters(call).get("Entries") or () if isinstance(entry, Mapping)]
    if call.operation.name == "PutPartnerEvents":
        where = f"arn:{call.partition}:events:{call.region}::event-source/"
        arns = [where + str(entry.get("Source", "")) for entry in entries]
        kind = "AWS::Events::EventSource"
    else:
        buses = [str(entry.get("EventBusName") or "default") for entry in entries]
        arns = [_named_arn(call, "events", "event-bus/", name) for name in buses]
        kind = "AWS::Events::EventBus"
    return [{"type": kind, "ARN": arn} for arn in dict.fromkeys(arns)]


# Data events of services with one kind of resource: its type, the parameters that name it, and what comes
# before a name in its ARN.
_DATA: dict[str, tuple[str, tuple[str, ...], str]] = {
    "kinesis": ("AWS::Kinesis::Stream", ("StreamARN", "StreamName"), "stream/"),
    "firehose": ("AWS::KinesisFirehose::DeliveryStream", ("DeliveryStreamName",), "deliverystream/"),
    "cognito-identity": ("AWS::Cognito::IdentityPool", ("IdentityPoolId",), "identitypool/"),
    "states": ("AWS::StepFunctions::StateMachine", (), ""),
    "ebs": ("AWS::EC2::Snapshot", ("SnapshotId",), "snapshot/"),
    "monitoring": ("AWS::CloudWatch::Metric", (), ""),
}


def _data_resource(call: Call) -> Resources:
    """By the table above; the type alone when a call does not name the resource."""
    if call.names.is_management:
        return []
    prefix = call.names.event_source.partition(".")[0]
    kind, names, before = _DATA[prefix]
    for name in names:
        value = _parameters(call).get(name)
        if isinstance(value, str):
            return [_owned(_named_arn(call, prefix, before, value), kind)]
    return [{"type": kind}]


def _named_arn(call: Call, service: str, before: str, name: str) -> str:
    return name if name.startswith("arn:") else _arn(call, service, before + name.removeprefix("/"))


def _arn(call: Call, service: str, resource: str) -> str:
    return f"arn:{call.partition}:{service}:{call.region}:{call.who.account_id}:{resource}"


def _owned(arn: str, kind: str) -> dict[str, str]:
    parts = arn.split(":")
    return {"accountId": parts[4] if len(parts) > 4 else "", "type": kind, "ARN": arn}


_RULES: dict[str, Callable[[Call], Resources]] = {
    "s3.amazonaws.com": _s3,
    "kms.amazonaws.com": _kms,
    "sts.amazonaws.com": _sts,
    "dynamodb.amazonaws.com": _dynamodb,
    "lambda.amazonaws.com": _lambda,
    "sqs.amazonaws.com": _sqs,
    "sns.amazonaws.com": _sns,
    "ssm.amazonaws.com": _ssm,
    "ecr.amazonaws.com": _ecr,
    "events.amazonaws.com": _events,
    **{f"{prefix}.amazonaws.com": _data_resource for prefix in _DATA},
}
