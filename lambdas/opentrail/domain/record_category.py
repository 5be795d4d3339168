"""Which category a record belongs to when it does not say so itself.

Records older than eventVersion 1.07 lack `eventCategory`, those older than 1.06 `managementEvent`. The table
lists the operations whose records are data events (AWS documentation, "Logging data events"); a line extends
it.
"""

from collections.abc import Mapping
from typing import Any

MANAGEMENT = "Management"
DATA = "Data"
INSIGHT = "Insight"
NETWORK_ACTIVITY = "NetworkActivity"

_DATA_EVENTS: dict[str, frozenset[str]] = {
    "s3.amazonaws.com": frozenset({
        "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload",
        "DeleteObject", "DeleteObjectTagging", "DeleteObjects", "GetObject", "GetObjectAcl",
        "GetObjectAttributes", "GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging",
        "GetObjectTorrent", "HeadBucket", "HeadObject", "ListMultipartUploads", "ListObjects",
        "ListObjectVersions", "ListParts", "PutObject", "PutObjectAcl", "PutObjectLegalHold",
        "PutObjectRetention", "PutObjectTagging", "RestoreObject", "SelectObjectContent", "UploadPart",
        "UploadPartCopy",
    }),
    "lambda.amazonaws.com": frozenset({"Invoke", "InvokeWithResponseStream"}),
    "dynamodb.amazonaws.com": frozenset({
        "BatchExecuteStatement", "BatchGetItem", "BatchWriteItem", "DeleteItem", "ExecuteStatement",
        "ExecuteTransaction", "GetItem", "GetRecords", "PutItem", "Query", "Scan", "TransactGetItems",
        "TransactWriteItems", "UpdateItem",
    }),
    "sqs.amazonaws.com": frozenset({
        "ChangeMessageVisibility", "ChangeMessageVisibilityBatch", "DeleteMessage", "DeleteMessageBatch",
        "ReceiveMessage", "SendMessage", "SendMessageBatch",
    }),
    "sns.amazonaws.com": frozenset({"Publish", "PublishBatch"}),
    "cloudtrail-data.amazonaws.com": frozenset({"PutAuditEvents"}),
    "events.amazonaws.com": frozenset({"PutEvents", "PutPartnerEvents"}),
    "kinesis.amazonaws.com": frozenset({
        "GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "SubscribeToShard",
    }),
    "firehose.amazonaws.com": frozenset({"PutRecord", "PutRecordBatch"}),
    "monitoring.amazonaws.com": frozenset({
        "GetMetricData", "GetMetricStatistics", "GetMetricWidgetImage", "ListMetrics", "PutMetricData",
    }),
    "states.amazonaws.com": frozenset({
        "GetActivityTask", "SendTaskFailure", "SendTaskHeartbeat", "SendTaskSuccess",
    }),
    "cognito-identity.amazonaws.com": frozenset({
        "GetCredentialsForIdentity", "GetId", "GetOpenIdToken", "GetOpenIdTokenForDeveloperIdentity",
        "UnlinkIdentity",
    }),
    "ebs.amazonaws.com": frozenset({
        "CompleteSnapshot", "GetSnapshotBlock", "ListChangedBlocks", "ListSnapshotBlocks", "PutSnapshotBlock",
        "StartSnapshot",
    }),
}  # fmt: skip


def category(record: Mapping[str, Any]) -> str:
    """`eventCategory`; else by `managementEvent`; else Data if it is in the table; else Management."""
    said = record.get("eventCategory")
    if isinstance(said, str) and said:
        return said
    managed = record.get("managementEvent")
    if managed is not None:
        return MANAGEMENT if managed in (True, "true") else DATA
    names = _DATA_EVENTS.get(str(record.get("eventSource")), frozenset())
    return DATA if str(record.get("eventName")) in names else MANAGEMENT
