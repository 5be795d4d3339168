"""The resource schemas of AWS::CloudTrail::Trail and AWS::CloudTrail::EventDataStore.

Names, required, create-only and read-only members as AWS publishes them (aws-cloudtrail-trail.json,
aws-cloudtrail-eventdatastore.json). Values are not described: CloudTrail's API checks them.
"""

from typing import Any

type Schema = dict[str, Any]


def _object(*optional: str, required: tuple[str, ...] = (), **nested: Schema) -> Schema:
    """Members whose values are plain, and those that are lists of objects or objects themselves."""
    properties: Schema = {name: {} for name in (*required, *optional)}
    return {"properties": properties | nested, "required": list(required)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_OPERATORS = ("Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith")
_FIELD_SELECTORS = _list(_object(*_OPERATORS, required=("Field",)))
_ADVANCED_EVENT_SELECTORS = _list(
    _object("Name", required=("FieldSelectors",), FieldSelectors=_FIELD_SELECTORS)
)
_EVENT_SELECTORS = _list(
    _object(
        "ExcludeManagementEventSources",
        "IncludeManagementEvents",
        "ReadWriteType",
        DataResources=_list(_object("Values", required=("Type",))),
    )
)
_TAGS = _list(_object(required=("Key", "Value")))

TRAIL: Schema = {
    "typeName": "AWS::CloudTrail::Trail",
    "primaryIdentifier": ["/properties/TrailName"],
    "createOnlyProperties": ["/properties/TrailName"],
    "readOnlyProperties": ["/properties/Arn", "/properties/SnsTopicArn"],
    **_object(
        "Arn",
        "CloudWatchLogsLogGroupArn",
        "CloudWatchLogsRoleArn",
        "EnableLogFileValidation",
        "IncludeGlobalServiceEvents",
        "IsMultiRegionTrail",
        "IsOrganizationTrail",
        "KMSKeyId",
        "S3KeyPrefix",
        "SnsTopicArn",
        "SnsTopicName",
        "TrailName",
        required=("S3BucketName", "IsLogging"),
        AdvancedEventSelectors=_ADVANCED_EVENT_SELECTORS,
        AggregationConfigurations=_list(_object(required=("EventCategory", "Templates"))),
        EventSelectors=_EVENT_SELECTORS,
        InsightSelectors=_list(_object("EventCategories", "InsightType")),
        Tags=_TAGS,
    ),
}

EVENT_DATA_STORE: Schema = {
    "typeName": "AWS::CloudTrail::EventDataStore",
    "primaryIdentifier": ["/properties/EventDataStoreArn"],
    "createOnlyProperties": [],
    "readOnlyProperties": [
        "/properties/EventDataStoreArn",
        "/properties/CreatedTimestamp",
        "/properties/UpdatedTimestamp",
        "/properties/Status",
    ],
    **_object(
        "BillingMode",
        "CreatedTimestamp",
        "EventDataStoreArn",
        "FederationEnabled",
        "FederationRoleArn",
        "IngestionEnabled",
        "InsightsDestination",
        "KmsKeyId",
        "MaxEventSize",
        "MultiRegionEnabled",
        "Name",
        "OrganizationEnabled",
        "RetentionPeriod",
        "Status",
        "TerminationProtectionEnabled",
        "UpdatedTimestamp",
        AdvancedEventSelectors=_ADVANCED_EVENT_SELECTORS,
        ContextKeySelectors=_list(_object(required=("Type", "Equals"))),
        InsightSelectors=_list(_object("InsightType")),
        Tags=_TAGS,
    ),
}


def problem(schema: Schema, model: dict[str, Any]) -> str:
    """What CloudFormation says of properties that the schema does not allow; empty when it allows them."""
    read_only = {path.removeprefix("/properties/") for path in schema["readOnlyProperties"]}
    found = [f"#: extraneous key [{name}] is not permitted" for name in model if name in read_only]
    found += _problems(schema, model, "#")
    return "Properties validation failed: " + "; ".join(found) if found else ""


def _problems(schema: Schema, value: Any, path: str) -> list[str]:
    if schema.get("type") == "array":
        if not isinstance(value, list):
            return [f"{path}: expected type: JSONArray, found: {_json_type(value)}"]
        return [
            line for i, item in enumerate(value) for line in _problems(schema["items"], item, f"{path}/{i}")
        ]
    if "properties" not in schema:
        return []
    if not isinstance(value, dict):
        return [f"{path}: expected type: JSONObject, found: {_json_type(value)}"]
    known = schema["properties"]
    found = [f"{path}: required key [{name}] not found" for name in schema["required"] if name not in value]
    found += [f"{path}: extraneous key [{name}] is not permitted" for name in value if name not in known]
    for name, item in value.items():
        found += _problems(known.get(name, {}), item, f"{path}/{name}")
    return found


def _json_type(value: Any) -> str:
    names = {dict: "JSONObject", list: "JSONArray", bool: "Boolean", int: "Integer", str: "String"}
    return names.get(type(value), "Null")
