"""A record's `resources`, for the services that fill them, and whose resource it is.

Sources: real records, and AWS's documentation of data events. Selectors of data events decide on these, so
every data event of the table has them.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from opentrail_local.recorder.call import Call
from opentrail_local.recorder.skipping import DEPLOYMENT_ACCOUNT
from opentrail_local.subscriptions.templates import region_of

type Resources = list[dict[str, str]]

# Operations on buckets that are recorded without resources: there is no bucket before, or there are many.
_WITHOUT_BUCKET = frozenset({"CreateBucket", "ListBuckets", "ListDirectoryBuckets"})

# Operations that name a prefix of objects rather than an object.
_LISTING = frozenset(
    {"ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads", "DeleteObjects"}
)


def resources(call: Call) -> Resources | None:
    """What a record says it touched; None when the service leaves the member away."""
    rule = _RULES.get(call.names.event_source)
    return rule(call) or None if rule is not None else None


def bucket_owner(name: str) -> str | None:
    """The account of a bucket, from LocalStack's store; of AWS's own, the account that stands for AWS."""
    if region_of(name):
        return DEPLOYMENT_ACCOUNT
    store = _s3_store()
    return dict(store.global_bucket_map).get(name) if store is not None else None


def bucket_region(call: Call) -> str | None:
    """The Region of the bucket that a call names: that is where S3 records it."""
    name = _parameters(call).get("Bucket")
    if not isinstance(name, str):
        return None
    if region := region_of(name):
        return region
    owner = bucket_owner(name)
    if owner is None:
        return None
    bucket = sys.modules["localstack.services.s3.models"].s3_stores[owner]["us-east-1"].buckets.get(name)
    return getattr(bucket, "bucket_region", None)


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
    metadata = _answer(call).get("KeyMetadata")
    named = (metadata or {}).get("Arn") if isinstance(metadata, Mapping) else None
    for key in (named, _answer(call).get("KeyId"), _parameters(call).get("KeyId")):
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
    parts = name.split(":")
    if name.startswith("arn:"):
        arn = ":".join(parts[:7])
    else:  # name, name:qualifier, or account:function:name
        bare = parts[2] if len(parts) > 2 and parts[1] == "function" else parts[0]
        arn = _arn(call, "lambda", f"function:{bare}")
    return [_owned(arn, "AWS::Lambda::Function")]


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
    name = _parameters(call).get("Name")
    if not isinstance(name, str) or "Parameter" not in call.operation.name:
        return []
    arn = name if name.startswith("arn:") else _arn(call, "ssm", f"parameter/{name.removeprefix('/')}")
    return [{"accountId": call.who.account_id, "ARN": arn}]


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
}
