"""What a record must not tell, or tells only as a word: secrets, bodies and other people's content.

Members that botocore's models call sensitive are hidden anyway, in the way of their service, with all that is
below them. So are texts that are named like a password: older models call few things sensitive. Blobs are
never recorded. The table is for the rest. Sources: AWS's documentation of the services' CloudTrail records,
real records.
"""

import re
from functools import lru_cache
from typing import Any

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
REMOVED = "<sensitiveDataRemoved>"  # EC2's word
DROP = None  # the member is left out

# How a service shows what its model calls sensitive; HIDDEN where it is not listed.
_SENSITIVE: dict[str, str | None] = {
    "ec2": REMOVED,
    "iam": DROP,
    "sts": DROP,
    "secretsmanager": DROP,
    "kms": DROP,
    "lambda": DROP,
}

_EVERY = "*"

# (service, operation or *) -> member path, with `.` between levels and nothing for lists -> word
_MEMBERS: dict[tuple[str, str], dict[str, str | None]] = {
    ("ssm", "PutParameter"): {"Value": HIDDEN},
    ("ssm", "SendCommand"): {"Parameters": HIDDEN, "Command.Parameters": HIDDEN},
    ("ssm", "StartAutomationExecution"): {"Parameters": HIDDEN},
    ("ssm", "StartSession"): {"Parameters": HIDDEN, "TokenValue": HIDDEN},
    ("rds", _EVERY): {"MasterUserPassword": HIDDEN},
    ("redshift", _EVERY): {"MasterUserPassword": HIDDEN},
    ("docdb", _EVERY): {"MasterUserPassword": HIDDEN},
    ("neptune", _EVERY): {"MasterUserPassword": HIDDEN},
    ("sqs", _EVERY): {
        "MessageBody": HIDDEN,
        "MessageAttributes": HIDDEN,
        "MessageSystemAttributes": HIDDEN,
        "Entries.MessageBody": HIDDEN,
        "Entries.MessageAttributes": HIDDEN,
        "Entries.MessageSystemAttributes": HIDDEN,
    },
    ("sns", _EVERY): {
        "Message": HIDDEN,
        "Subject": HIDDEN,
        "MessageAttributes": HIDDEN,
        "PublishBatchRequestEntries.Message": HIDDEN,
        "PublishBatchRequestEntries.Subject": HIDDEN,
        "PublishBatchRequestEntries.MessageAttributes": HIDDEN,
    },
    ("sts", _EVERY): {"Credentials.SecretAccessKey": DROP, "SAMLAssertion": DROP, "WebIdentityToken": DROP},
    ("iam", _EVERY): {
        "AccessKey.SecretAccessKey": DROP,
        "Password": DROP,
        "NewPassword": DROP,
        "OldPassword": DROP,
        "ServiceSpecificCredential.ServicePassword": DROP,
        "VirtualMFADevice.Base32StringSeed": DROP,
        "VirtualMFADevice.QRCodePNG": DROP,
        "PrivateKey": DROP,
    },
    ("secretsmanager", _EVERY): {"SecretString": DROP, "SecretBinary": DROP},
    ("kms", "CreateGrant"): {"GrantToken": DROP},
    ("lambda", _EVERY): {
        "Environment.Variables": DROP,
        "Environment.Error": DROP,
        "Code.ZipFile": DROP,
        "Content.ZipFile": DROP,
        "ZipFile": DROP,
        "Payload": DROP,
        "ClientContext": DROP,
    },
    ("ec2", _EVERY): {
        "UserData": REMOVED,
        "UserData.Value": REMOVED,
        "LaunchTemplateData.UserData": REMOVED,
        "KeyMaterial": REMOVED,
    },
    ("kinesis", _EVERY): {"Records": DROP},
    ("logs", "PutLogEvents"): {"logEvents": DROP},
    ("events", "PutEvents"): {"Entries.Detail": HIDDEN},
    ("stepfunctions", _EVERY): {"input": HIDDEN, "output": HIDDEN, "definition": HIDDEN, "cause": HIDDEN},
    ("apigateway", "CreateApiKey"): {"value": HIDDEN},
    ("cognito-idp", _EVERY): {
        "Password": HIDDEN,
        "TemporaryPassword": HIDDEN,
        "AuthParameters": HIDDEN,
        "UserPoolClient.ClientSecret": HIDDEN,
    },
    # The names of a template's parameters are recorded, never their values.
    ("cloudformation", _EVERY): {
        "TemplateBody": DROP,
        "StackPolicyBody": DROP,
        "Parameters.ParameterValue": DROP,
        "Parameters.ResolvedValue": DROP,
    },
    # What is measured is recorded, never the measurements.
    ("cloudwatch", "PutMetricData"): {
        "MetricData.Value": DROP,
        "MetricData.Values": DROP,
        "MetricData.Counts": DROP,
        "MetricData.StatisticValues": DROP,
        "MetricData.Timestamp": DROP,
        "MetricData.Unit": DROP,
        "MetricData.StorageResolution": DROP,
        "EntityMetricData": DROP,
    },
    # The keys and the names of attributes are recorded, never what is written into them.
    ("dynamodb", _EVERY): {
        "ExpressionAttributeValues": DROP,
        "AttributeUpdates": DROP,
        "Expected": DROP,
        "Statements": DROP,
        "RequestItems": DROP,
        "TransactItems": DROP,
        "Attributes": DROP,
        "ItemCollectionMetrics": DROP,
    },
}

# Sensitive to a model or by its name, but recorded in full by CloudTrail.
_SHOWN = frozenset({("sts", "Credentials.SessionToken"), ("kms", "Policy")})

# Texts whose name says that whoever reads them is let in. `SecretArn`, `PasswordLength` and the like end
# otherwise; tokens for paging and for repeating a request are no secrets.
_SECRET_NAME = re.compile(
    r"(password|passphrase|onetimepassword|secretkey|secretaccesskey|privatekey(base64)?|clientsecret"
    r"|sharedsecret|(auth|authorization|access|refresh|session|bearer|hec|jwt|api|id)token)$",
    re.IGNORECASE,
)

SHOW = object()  # the member is recorded as it is


def word_for(service: str, operation: str, path: str, shape: Any) -> Any:
    """SHOW, DROP, or the word that stands in the place of a member."""
    if shape.type_name == "blob":
        return DROP
    for name in (operation, _EVERY):
        row = _MEMBERS.get((service, name))
        if row is not None and path in row:
            return row[path]
    if (service, path) in _SHOWN:
        return SHOW
    if shape.metadata.get("sensitive") or (
        shape.type_name == "string" and _is_secret(path) and not shape.enum
    ):
        return _SENSITIVE.get(service, HIDDEN)
    return SHOW


@lru_cache(maxsize=20_000)  # paths of members
def _is_secret(path: str) -> bool:
    return _SECRET_NAME.search(path) is not None
