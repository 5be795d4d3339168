"""What selectors take: a table of cases, and any selector on any record against a slow reading."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain.selector import AdvancedSelectors, Asked, basic_match

TEXTS = ("Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith")
OBJECT, BUCKET, FUNCTION, TABLE = (
    "AWS::S3::Object",
    "AWS::S3::Bucket",
    "AWS::Lambda::Function",
    "AWS::DynamoDB::Table",
)
KEY = "arn:aws:s3:::data/in/a.txt"
OTHER_KEY = "arn:aws:s3:::data/out/b.txt"
CALLED = "arn:aws:lambda:us-east-1:111111111111:function:f"
HELD = "arn:aws:dynamodb:us-east-1:111111111111:table/t"
CALLER = "arn:aws:iam::111111111111:user/alice"
ENDPOINT = "vpce-0123456789abcdef0"


def advanced_match(selectors: Sequence[Mapping[str, Any]], record: Mapping[str, Any], category: str) -> bool:
    return AdvancedSelectors(selectors).take(Asked(record, category))


def resource(kind: str, arn: str, member: str = "ARN") -> dict[str, str]:
    return {"type": kind, member: arn}


MANAGEMENT = {
    "eventSource": "iam.amazonaws.com",
    "eventName": "CreateUser",
    "eventType": "AwsApiCall",
    "readOnly": False,
    "userIdentity": {"type": "IAMUser", "arn": CALLER},
}
CONSOLE = MANAGEMENT | {"sessionCredentialFromConsole": "true"}
KMS_READ = MANAGEMENT | {"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "readOnly": True}
GET = MANAGEMENT | {
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "readOnly": True,
    "resources": [resource(OBJECT, KEY), resource(BUCKET, "arn:aws:s3:::data")],
}
PUT = GET | {"eventName": "PutObject", "readOnly": False}
TWO = GET | {"resources": [resource(OBJECT, KEY), resource(OBJECT, OTHER_KEY)]}
LISTED = GET | {
    "eventName": "ListObjects",
    "resources": [resource(OBJECT, "arn:aws:s3:::data/", "ARNPrefix")],
}
INVOKE = MANAGEMENT | {"eventSource": "lambda.amazonaws.com", "resources": [resource(FUNCTION, CALLED)]}
ITEM = MANAGEMENT | {"eventSource": "dynamodb.amazonaws.com", "resources": [resource(TABLE, HELD)]}
NETWORK = MANAGEMENT | {
    "eventSource": "ec2.amazonaws.com",
    "vpcEndpointId": ENDPOINT,
    "errorCode": "VpceAccessDenied",
}
BARE: dict[str, Any] = {"eventSource": "iam.amazonaws.com", "eventName": "GetUser"}  # of eventVersion 1.0


def fields(**conditions: Any) -> list[dict[str, Any]]:
    """`eventName__StartsWith=...`; a dot in a field's name is written as two capital Os."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in conditions.items():
        field, _, operator = name.partition("__")
        field = field.replace("OO", ".")
        values = [value] if isinstance(value, str) else list(value)
        found.setdefault(field, {"Field": field})[operator or "Equals"] = values
    return [{"FieldSelectors": list(found.values())}]


def management(**more: Any) -> list[dict[str, Any]]:
    return fields(eventCategory="Management", **more)


def data(kind: str = OBJECT, **more: Any) -> list[dict[str, Any]]:
    return fields(eventCategory="Data", resourcesOOtype=kind, **more)


def network(source: str = "ec2.amazonaws.com", **more: Any) -> list[dict[str, Any]]:
    return fields(eventCategory="NetworkActivity", eventSource=source, **more)


ADVANCED = [
    # Categories.
    (management(), MANAGEMENT, "Management", True),
    (management(), GET, "Data", False),
    (data(), GET, "Data", True),
    (data(), GET, "Management", False),
    (network(), NETWORK, "NetworkActivity", True),
    (network(), NETWORK | {"eventSource": "s3.amazonaws.com"}, "NetworkActivity", False),
    (network(), NETWORK, "Management", False),
    ([], MANAGEMENT, "Management", False),
    (management() + data(), GET, "Data", True),
    # readOnly, said or by rule.
    (management(readOnly="true"), KMS_READ, "Management", True),
    (management(readOnly="true"), MANAGEMENT, "Management", False),
    (management(readOnly="false"), MANAGEMENT, "Management", True),
    (management(readOnly=("true", "false")), MANAGEMENT, "Management", True),
    (management(readOnly="true"), BARE, "Management", True),
    # Operators.
    (management(eventSource__NotEquals="kms.amazonaws.com"), KMS_READ, "Management", False),
    (management(eventSource__NotEquals="kms.amazonaws.com"), MANAGEMENT, "Management", True),
    (
        management(eventSource__NotEquals=("kms.amazonaws.com", "iam.amazonaws.com")),
        MANAGEMENT,
        "Management",
        False,
    ),
    (management(eventName="CreateUser"), MANAGEMENT, "Management", True),
    (management(eventName="createuser"), MANAGEMENT, "Management", False),
    (management(eventName="Create*"), MANAGEMENT, "Management", False),
    (management(eventName__StartsWith=("Get", "Create")), MANAGEMENT, "Management", True),
    (management(eventName__EndsWith="User"), MANAGEMENT, "Management", True),
    (management(eventName__EndsWith="Create"), MANAGEMENT, "Management", False),
    (management(eventName__NotStartsWith="Create"), MANAGEMENT, "Management", False),
    (management(eventName__NotEndsWith=("Role", "User")), MANAGEMENT, "Management", False),
    (management(eventName__NotEndsWith="Role"), MANAGEMENT, "Management", True),
    # Inside a field: one of the positive ones, none of the negative ones.
    (
        management(eventName="GetUser", eventName__StartsWith="Create", eventName__NotEndsWith="Role"),
        MANAGEMENT,
        "Management",
        True,
    ),
    (
        management(eventName__StartsWith="Create", eventName__NotEndsWith="User"),
        MANAGEMENT,
        "Management",
        False,
    ),
    # All fields.
    (management(eventType="AwsApiCall", eventName="CreateUser"), MANAGEMENT, "Management", True),
    (management(eventType="AwsServiceEvent", eventName="CreateUser"), MANAGEMENT, "Management", False),
    (management(userIdentityOOarn__EndsWith="/alice"), MANAGEMENT, "Management", True),
    (management(userIdentityOOarn__NotEndsWith="/alice"), MANAGEMENT, "Management", False),
    (management(sessionCredentialFromConsole="true"), CONSOLE, "Management", True),
    (management(sessionCredentialFromConsole="true"), MANAGEMENT, "Management", False),
    (management(sessionCredentialFromConsole__NotEquals="true"), CONSOLE, "Management", False),
    (management(sessionCredentialFromConsole__NotEquals="true"), MANAGEMENT, "Management", True),
    # A record that lacks the field: no positive operator, no veto.
    (management(userIdentityOOarn__StartsWith="arn"), BARE, "Management", False),
    (management(userIdentityOOarn__NotStartsWith="arn"), BARE, "Management", True),
    # Resources.
    (data(FUNCTION), GET, "Data", False),
    (data(FUNCTION), INVOKE, "Data", True),
    (data(resourcesOOARN__StartsWith="arn:aws:s3:::data/in/"), GET, "Data", True),
    (data(resourcesOOARN=KEY), GET, "Data", True),
    (data(resourcesOOARN="arn:aws:s3:::data"), GET, "Data", False),  # the bucket is of another type
    (data(resourcesOOARN__NotEquals="arn:aws:s3:::data"), GET, "Data", True),
    (data(resourcesOOARN__NotStartsWith="arn:aws:s3:::data/"), GET, "Data", False),
    (data(resourcesOOARN__StartsWith="arn:aws:s3:::data/"), LISTED, "Data", True),
    # Of several, any may satisfy, any may veto.
    (data(resourcesOOARN=OTHER_KEY), TWO, "Data", True),
    (data(resourcesOOARN__NotEquals=OTHER_KEY), TWO, "Data", False),
    (data(resourcesOOARN__StartsWith="arn", resourcesOOARN__NotEquals=OTHER_KEY), TWO, "Data", False),
    # Network activity.
    (network(errorCode="VpceAccessDenied"), NETWORK, "NetworkActivity", True),
    (network(errorCode="VpceAccessDenied"), NETWORK | {"errorCode": None}, "NetworkActivity", False),
    (network(vpcEndpointId__EndsWith="def0"), NETWORK, "NetworkActivity", True),
    (network(vpcEndpointId__NotEquals=ENDPOINT), NETWORK, "NetworkActivity", False),
    (network(userIdentityOOarn=CALLER, eventName__NotEquals="GetUser"), NETWORK, "NetworkActivity", True),
]


@pytest.mark.parametrize(("selectors", "record", "category", "taken"), ADVANCED)
def test_advanced_selectors(
    selectors: list[dict[str, Any]], record: dict[str, Any], category: str, taken: bool
) -> None:
    assert advanced_match(selectors, record, category) is taken
    assert slow_advanced(selectors, record, category) is taken


def of(kind: str, *values: str) -> dict[str, Any]:
    return {"DataResources": [{"Type": kind, "Values": list(values)}]}


BASIC: list[tuple[dict[str, Any], dict[str, Any], str, bool]] = [
    ({}, MANAGEMENT, "Management", True),
    ({}, GET, "Data", False),
    ({}, NETWORK, "NetworkActivity", False),
    ({}, MANAGEMENT, "Insight", False),
    ({"ReadWriteType": "All"}, KMS_READ, "Management", True),
    ({"ReadWriteType": "ReadOnly"}, KMS_READ, "Management", True),
    ({"ReadWriteType": "ReadOnly"}, MANAGEMENT, "Management", False),
    ({"ReadWriteType": "WriteOnly"}, MANAGEMENT, "Management", True),
    ({"ReadWriteType": "WriteOnly"}, KMS_READ, "Management", False),
    ({"ReadWriteType": "WriteOnly"}, BARE, "Management", False),
    ({"IncludeManagementEvents": False}, MANAGEMENT, "Management", False),
    ({"ExcludeManagementEventSources": ["kms.amazonaws.com"]}, KMS_READ, "Management", False),
    ({"ExcludeManagementEventSources": ["kms.amazonaws.com"]}, MANAGEMENT, "Management", True),
    (of(OBJECT, "arn:aws:s3"), GET, "Data", True),
    (of(OBJECT, "arn:aws:s3:::"), GET, "Data", True),
    (of(OBJECT, "arn:aws:s3"), INVOKE, "Data", False),
    (of(OBJECT, "arn:aws:s3:::data/"), GET, "Data", True),
    (of(OBJECT, "arn:aws:s3:::data/in/a"), GET, "Data", True),
    (of(OBJECT, "arn:aws:s3:::data/out/"), GET, "Data", False),
    (of(OBJECT, "arn:aws:s3:::other/", "arn:aws:s3:::data/in/"), GET, "Data", True),
    (of(OBJECT, "arn:aws:s3:::data/out/"), TWO, "Data", True),
    (of(OBJECT), GET, "Data", False),
    (of(OBJECT, "arn:aws:s3") | {"ReadWriteType": "WriteOnly"}, GET, "Data", False),
    (of(OBJECT, "arn:aws:s3") | {"ReadWriteType": "WriteOnly"}, PUT, "Data", True),
    (of(OBJECT, "arn:aws:s3") | {"IncludeManagementEvents": False}, GET, "Data", True),
    (of(FUNCTION, "arn:aws:lambda"), INVOKE, "Data", True),
    (of(FUNCTION, CALLED), INVOKE, "Data", True),
    (of(FUNCTION, CALLED[:-1]), INVOKE, "Data", False),  # whole ARNs only
    (of(TABLE, "arn:aws:dynamodb"), ITEM, "Data", True),
    (of(TABLE, HELD), ITEM, "Data", True),
    (of(TABLE, HELD[:-1]), ITEM, "Data", False),
]


@pytest.mark.parametrize(("selector", "record", "category", "taken"), BASIC)
def test_basic_selectors(
    selector: dict[str, Any], record: dict[str, Any], category: str, taken: bool
) -> None:
    assert basic_match([selector], record, category) is taken
    nothing = {"IncludeManagementEvents": False}
    assert basic_match([nothing, selector], record, category) is taken
    assert slow_basic([selector], record, category) is taken


# The rules read slowly: every condition becomes a verdict of its own, nothing is shared with the code.


def slow_advanced(selectors: Sequence[Mapping[str, Any]], record: Mapping[str, Any], category: str) -> bool:
    return any(
        all(
            slow_field(f, slow_values(f["Field"], selector, record, category))
            for f in selector["FieldSelectors"]
        )
        for selector in selectors
    )


def slow_field(field: Mapping[str, Any], values: list[str]) -> bool:
    positive: list[bool] = []
    negative: list[bool] = []
    for operator in TEXTS:
        for wanted in field.get(operator, []):
            hits = []
            for value in values:
                if operator.endswith("Equals"):
                    hits.append(value == wanted)
                elif operator.endswith("StartsWith"):
                    hits.append(value[: len(wanted)] == wanted)
                else:
                    hits.append(wanted == "" or value[-len(wanted) :] == wanted)
            (negative if operator.startswith("Not") else positive).append(any(hits))
    return (any(positive) or not positive) and not any(negative)


def slow_values(
    name: str, selector: Mapping[str, Any], record: Mapping[str, Any], category: str
) -> list[str]:
    types = [
        t for f in selector["FieldSelectors"] if f["Field"] == "resources.type" for t in f.get("Equals", [])
    ]
    held: list[dict[str, str]] = record.get("resources") or []
    if name == "eventCategory":
        return [category]
    if name == "readOnly":
        return ["true" if slow_read_only(record) else "false"]
    if name == "resources.type":
        return [item["type"] for item in held]
    if name == "resources.ARN":
        return [item.get("ARN") or item["ARNPrefix"] for item in held if not types or item["type"] in types]
    if name == "userIdentity.arn":
        identity = record.get("userIdentity") or {}
        return [identity["arn"]] if "arn" in identity else []
    value = record.get(name)
    return [value] if isinstance(value, str) else []


def slow_read_only(record: Mapping[str, Any]) -> bool:
    if "readOnly" in record:
        return record["readOnly"] is True
    return str(record["eventName"]).startswith("Get")


def slow_basic(selectors: Sequence[Mapping[str, Any]], record: Mapping[str, Any], category: str) -> bool:
    taken = False
    for selector in selectors:
        kind = selector.get("ReadWriteType", "All")
        if kind == "ReadOnly" and not slow_read_only(record):
            continue
        if kind == "WriteOnly" and slow_read_only(record):
            continue
        if category == "Management" and selector.get("IncludeManagementEvents", True):
            taken |= record["eventSource"] not in selector.get("ExcludeManagementEventSources", [])
        if category == "Data":
            for asked in selector.get("DataResources", []):
                taken |= any(slow_resource(asked["Type"], v, record) for v in asked["Values"])
    return taken


EVERYTHING = {
    OBJECT: ("arn:aws:s3", "arn:aws:s3:::"),
    FUNCTION: ("arn:aws:lambda",),
    TABLE: ("arn:aws:dynamodb",),
}


def slow_resource(kind: str, value: str, record: Mapping[str, Any]) -> bool:
    for item in record.get("resources") or []:
        arn = item.get("ARN") or item["ARNPrefix"]
        if item["type"] != kind:
            continue
        if value in EVERYTHING[kind]:
            return True
        if value == arn or (kind == OBJECT and arn[: len(value)] == value):
            return True
    return False


# Drawn from so little that values often begin, end and are alike; a seed always draws the same cases.

CATEGORIES = ("Management", "Data", "NetworkActivity", "Insight")
KINDS = (OBJECT, FUNCTION, TABLE)
PLAIN = ("eventName", "eventSource", "eventType", "errorCode", "vpcEndpointId")
CASES = 100  # of one seed


def word(draw: Random) -> str:
    return "".join(draw.choice("ab") for _ in range(draw.randint(1, 3)))


def words(draw: Random) -> list[str]:
    return [word(draw) for _ in range(draw.randint(1, 2))]


def record_of(draw: Random) -> dict[str, Any]:
    found: dict[str, Any] = {name: word(draw) for name in PLAIN if draw.random() < 0.8}
    found |= {"eventSource": word(draw), "eventName": draw.choice(("GetX", "PutX", word(draw)))}
    if draw.random() < 0.7:
        found["readOnly"] = draw.random() < 0.5
    if draw.random() < 0.5:
        found["sessionCredentialFromConsole"] = "true"
    if draw.random() < 0.8:
        found["userIdentity"] = {"arn": word(draw)} if draw.random() < 0.8 else {}
    if draw.random() < 0.9:
        member = draw.choice(("ARN", "ARN", "ARNPrefix"))
        found["resources"] = [
            resource(draw.choice(KINDS), word(draw), member) for _ in range(draw.randint(0, 3))
        ]
    return found


def advanced_of(draw: Random, category: str) -> list[dict[str, Any]]:
    return [
        {
            "FieldSelectors": [
                {"Field": "eventCategory", "Equals": [draw.choice((category, category, *CATEGORIES))]},
                *(field_of(draw, name) for name in names_of(draw)),
            ]
        }
        for _ in range(draw.randint(0, 2))
    ]


FIELDS = (
    *PLAIN,
    "userIdentity.arn",
    "resources.ARN",
    "resources.type",
    "readOnly",
    "sessionCredentialFromConsole",
)


def names_of(draw: Random) -> list[str]:
    several = draw.sample(FIELDS, draw.randint(0, 2))
    return draw.choice((several, several, ["resources.type", "resources.ARN"]))


def field_of(draw: Random, name: str) -> dict[str, Any]:
    if name == "resources.type":
        return {"Field": name, "Equals": [draw.choice(KINDS)]}
    if name == "readOnly":
        return {"Field": name, "Equals": draw.sample(("true", "false"), draw.randint(1, 2))}
    if name == "sessionCredentialFromConsole":
        return {"Field": name, draw.choice(("Equals", "NotEquals")): ["true"]}
    return {"Field": name} | {operator: words(draw) for operator in draw.sample(TEXTS, draw.randint(1, 3))}


def basic_of(draw: Random) -> list[dict[str, Any]]:
    everything = ("arn:aws:s3", "arn:aws:s3:::", "arn:aws:lambda", "arn:aws:dynamodb")
    found = []
    for _ in range(draw.randint(0, 2)):
        members = {
            "ReadWriteType": draw.choice(("All", "ReadOnly", "WriteOnly")),
            "IncludeManagementEvents": draw.random() < 0.7,
            "ExcludeManagementEventSources": words(draw),
            "DataResources": [
                {"Type": draw.choice(KINDS), "Values": draw.choice((words(draw), [draw.choice(everything)]))}
                for _ in range(draw.randint(0, 2))
            ],
        }
        found.append({name: value for name, value in members.items() if draw.random() < 0.8})
    return found


@given(st.integers(0, 2**32))
def test_any_selectors_take_what_the_rules_say(seed: int) -> None:
    draw = Random(seed)
    for _ in range(CASES):
        record, category = record_of(draw), draw.choice(CATEGORIES)
        selectors = advanced_of(draw, category)
        case = (selectors, record, category)
        assert advanced_match(*case) is slow_advanced(*case), case
        case = (basic_of(draw), record, category)
        assert basic_match(*case) is slow_basic(*case), case


def test_the_cases_drawn_are_taken_and_refused_in_good_measure() -> None:
    draw, taken = Random(0), [0, 0]
    for _ in range(1000):
        record, category = record_of(draw), draw.choice(CATEGORIES)
        taken[0] += advanced_match(advanced_of(draw, category), record, category)
        taken[1] += basic_match(basic_of(draw), record, category)
    assert all(100 < count < 900 for count in taken)
