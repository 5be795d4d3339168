"""What CloudTrail calls a service and an operation, and what follows from the names alone.

Sources: AWS's documentation of each service's CloudTrail records, and names seen in real records. A row
extends a table; whatever is in none follows the general rule.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from opentrail.domain.read_only import is_read_only
from opentrail.domain.record_category import MANAGEMENT, category

# LocalStack's names of models that are another protocol of the same service.
_SAME_SERVICE = {"sqs-query": "sqs"}

# Service names of botocore whose event source is neither the endpoint prefix nor the signing name.
_SOURCES = {
    "s3control": "s3",
    "mq": "amazonmq",
    "opensearchserverless": "aoss",
    "cloudtrail-data": "cloudtrail-data",
}

# Endpoint prefix and signing name differ, and the signing name is the event source. Prefixes with a dot
# (api.ecr, runtime.lex) are no event sources either.
_SIGNING_NAME_WINS = frozenset({
    "bedrock-agent", "bedrock-agent-runtime", "bedrock-runtime", "ecr", "ecr-public", "iot-data", "pricing",
    "sagemaker", "ses", "sesv2",
})  # fmt: skip

# Services with one endpoint for the whole partition: recorded in its leading Region.
_GLOBAL = frozenset({
    "iam", "cloudfront", "route53", "organizations", "account", "ce", "health", "support", "budgets",
    "billing", "shield", "globalaccelerator", "networkmanager", "waf",
})  # fmt: skip
_LEADING_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}

_NAMES: dict[tuple[str, str], str] = {
    ("s3", "ListObjectsV2"): "ListObjects",
    ("s3", "GetPublicAccessBlock"): "GetBucketPublicAccessBlock",
    ("s3", "PutPublicAccessBlock"): "PutBucketPublicAccessBlock",
    ("s3", "DeletePublicAccessBlock"): "DeleteBucketPublicAccessBlock",
    ("s3", "GetBucketAccelerateConfiguration"): "GetAccelerateConfiguration",
    ("s3", "PutBucketAccelerateConfiguration"): "PutAccelerateConfiguration",
    ("s3", "GetObjectLockConfiguration"): "GetBucketObjectLockConfiguration",
    ("s3", "PutObjectLockConfiguration"): "PutBucketObjectLockConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "GetBucketLifecycle",
    ("s3", "PutBucketLifecycleConfiguration"): "PutBucketLifecycle",
    ("s3control", "GetPublicAccessBlock"): "GetAccountPublicAccessBlock",
    ("s3control", "PutPublicAccessBlock"): "PutAccountPublicAccessBlock",
    ("s3control", "DeletePublicAccessBlock"): "DeleteAccountPublicAccessBlock",
}

# Lambda ends names with the date of the API version in the operation's path, but only for these versions.
_LAMBDA_DATES = ("2015-03-31", "2016-08-19", "2017-03-31", "2017-10-31", "2018-10-31")
_LAMBDA_BARE = frozenset({"Invoke", "InvokeAsync", "InvokeWithResponseStream"})
_LAMBDA_V2 = frozenset({
    "GetFunction", "GetFunctionConfiguration", "UpdateFunctionCode", "UpdateFunctionConfiguration",
    "AddPermission", "RemovePermission", "GetPolicy", "TagResource", "UntagResource",
})  # fmt: skip

_CLOUDFRONT_DATE = "2020_05_31"

# Operations that change nothing, by IAM's access level, though their names do not say so.
_READING = frozenset({
    ("cloudformation.amazonaws.com", "DetectStackDrift"),
    ("cloudformation.amazonaws.com", "EstimateTemplateCost"),
    ("cloudformation.amazonaws.com", "ValidateTemplate"),
    ("ecr.amazonaws.com", "BatchCheckLayerAvailability"),
    ("events.amazonaws.com", "TestEventPattern"),
    ("iam.amazonaws.com", "GenerateCredentialReport"),
    ("iam.amazonaws.com", "GenerateServiceLastAccessedDetails"),
    ("kinesis.amazonaws.com", "SubscribeToShard"),
    ("logs.amazonaws.com", "FilterLogEvents"),
    ("logs.amazonaws.com", "StartQuery"),
    ("logs.amazonaws.com", "TestMetricFilter"),
    ("route53.amazonaws.com", "TestDNSAnswer"),
    ("sqs.amazonaws.com", "ReceiveMessage"),
    ("states.amazonaws.com", "ValidateStateMachineDefinition"),
})  # fmt: skip
_CHANGING = frozenset({("sts.amazonaws.com", "AssumeRoot")})

# The `apiVersion` of the few services that write one, by botocore's name (real records; EventBridge: AWS
# documentation, "Logging Amazon EventBridge API calls").
_API_VERSIONS = {
    "appmesh": "2019-01-25",
    "cloudfront": "2020_05_31",
    "dynamodb": "2012-08-10",
    "efs": "2015-02-01",
    "elb": "2012-06-01",
    "elbv2": "2015-12-01",
    "events": "2015-10-07",
    "logs": "20140328",
    "route53": "2013-04-01",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the names of a service and an operation decide."""

    event_source: str
    event_name: str
    read_only: bool
    category: str
    is_global: bool
    api_version: str | None

    @property
    def is_management(self) -> bool:
        """Whether the call is a management event."""
        return self.category == MANAGEMENT

    def region(self, region: str, partition: str) -> str:
        """The Region of the record, for a call made in a Region."""
        return _LEADING_REGIONS.get(partition, region) if self.is_global else region


def service_of(operation: Any) -> str:
    """The service of a botocore operation model, by botocore's name of it."""
    name = operation.service_model.service_name
    return str(_SAME_SERVICE.get(name, name))


def names_of(operation: Any) -> Names:
    """The names of a botocore operation model."""
    service = operation.service_model
    uri = (operation.http or {}).get("requestUri", "")
    return _names(
        service_of(operation), service.endpoint_prefix or "", service.signing_name or "", operation.name, uri
    )


@cache  # as many as there are operations in botocore's models
def _names(service: str, endpoint_prefix: str, signing_name: str, operation: str, uri: str) -> Names:
    prefix = _prefix(service, endpoint_prefix, signing_name)
    event_source = f"{prefix}.amazonaws.com"
    event_name = _event_name(service, operation, uri)
    plain = {"eventSource": event_source, "eventName": event_name}
    known = (event_source, operation)
    return Names(
        event_source=event_source,
        event_name=event_name,
        read_only=known in _READING or (known not in _CHANGING and is_read_only(plain)),
        category=category(plain),
        is_global=prefix in _GLOBAL,
        api_version=_API_VERSIONS.get(service),
    )


def _prefix(service: str, endpoint_prefix: str, signing_name: str) -> str:
    if service in _SOURCES:
        return _SOURCES[service]
    if signing_name and (service in _SIGNING_NAME_WINS or "." in endpoint_prefix):
        return signing_name.lower()  # IoTSecuredTunneling
    return endpoint_prefix or signing_name or service


def _event_name(service: str, operation: str, uri: str) -> str:
    if (name := _NAMES.get((service, operation))) is not None:
        return name
    if service == "lambda" and operation not in _LAMBDA_BARE:
        date = next((date for date in _LAMBDA_DATES if uri.startswith(f"/{date}/")), None)
        if date is not None:
            return operation + date.replace("-", "") + ("v2" if operation in _LAMBDA_V2 else "")
    if service == "cloudfront" and operation.endswith(("Function", "Functions")):
        return operation + _CLOUDFRONT_DATE
    return operation
