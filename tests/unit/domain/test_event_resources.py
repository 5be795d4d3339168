"""The resources of events: what the table says, what it covers, and what happens where it says nothing."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentrail.domain.event_resources import NONE, RULES, operation_name, read_table, resources
from opentrail.domain.event_resources_table import TABLE
from opentrail.domain.read_only import is_read_only
from opentrail.domain.record_category import MANAGEMENT, category

from tests.unit.domain import api_calls

CORPUS = Path(__file__).resolve().parents[4] / "shared/data/records.jsonl.gz"
SEEN = Path(__file__).with_name("mutating_operations.txt")

# Paths of real records that are not by the general rule: some services spell ARN as others do not.
OTHER_SPELLINGS = {"answer.arn", "answer.aRN"}
# What the common operations of EC2 are about. The model has some 500 operations, most of them of rare things.
EC2_NOUNS = (
    "Address", "CustomerGateway", "DhcpOptions", "EgressOnlyInternetGateway", "Image", "Instances",
    "InternetGateway", "KeyPair", "LaunchTemplate", "NatGateway", "NetworkAcl", "NetworkInterface",
    "PlacementGroup", "Route", "RouteTable", "SecurityGroup", "SecurityGroupEgress", "SecurityGroupIngress",
    "Snapshot", "Snapshots", "Subnet", "Tags", "TransitGateway", "TransitGatewayVpcAttachment", "Volume",
    "Vpc", "VpcEndpoint", "VpcPeeringConnection", "VpnConnection", "VpnGateway",
)  # fmt: skip


def call(source: str, name: str, **members: Any) -> dict[str, Any]:
    return {"eventSource": f"{source}.amazonaws.com", "eventName": name, **members}


def test_an_assumed_role_is_found_by_all_its_names() -> None:
    arn = "arn:aws:sts::111111111111:assumed-role/reader/alice"
    record = call(
        "sts",
        "AssumeRole",
        requestParameters={"roleArn": "arn:aws:iam::111111111111:role/reader", "roleSessionName": "alice"},
        responseElements={
            "credentials": {"accessKeyId": "ASIAEXAMPLE"},
            "assumedRoleUser": {"assumedRoleId": "AROAEXAMPLE:alice", "arn": arn},
        },
    )
    assert resources(record) == (
        ("AWS::IAM::AccessKey", "ASIAEXAMPLE"),
        ("AWS::STS::AssumedRole", "alice"),
        ("AWS::STS::AssumedRole", "AROAEXAMPLE:alice"),
        ("AWS::STS::AssumedRole", arn),
        ("AWS::IAM::Role", "arn:aws:iam::111111111111:role/reader"),
    )


def test_a_trail_is_named_as_it_was_passed() -> None:
    for name in ("everything", "arn:aws:cloudtrail:us-east-1:111111111111:trail/everything"):
        stop = call("cloudtrail", "StopLogging", requestParameters={"name": name}, responseElements=None)
        assert resources(stop) == (("AWS::CloudTrail::Trail", name),)


def test_decrypting_has_no_resources_though_its_record_has() -> None:
    key = {"ARN": "arn:aws:kms:us-east-1:111111111111:key/1", "type": "AWS::KMS::Key"}
    decrypt = call("kms", "Decrypt", requestParameters={"keyId": "1"}, resources=[key])
    assert resources(decrypt) == ()
    assert resources({**decrypt, "eventName": "DescribeKey"}) == (("AWS::KMS::Key", "1"),)


def test_started_instances_name_everything_they_are_made_of() -> None:
    group = {"items": [{"groupId": "sg-2"}]}
    started = {
        "instanceId": "i-1", "imageId": "ami-1", "subnetId": "subnet-1", "vpcId": "vpc-1", "keyName": "door",
        "groupSet": group, "networkInterfaceSet": {"items": [{"networkInterfaceId": "eni-1"}]},
    }  # fmt: skip
    record = call(
        "ec2",
        "RunInstances",
        requestParameters={"instancesSet": {"items": [{"imageId": "ami-1", "keyName": "door"}]}},
        responseElements={"instancesSet": {"items": [started, started | {"instanceId": "i-2"}]}},
    )
    assert set(resources(record)) == {
        ("AWS::EC2::Instance", "i-1"),
        ("AWS::EC2::Instance", "i-2"),
        ("AWS::EC2::Ami", "ami-1"),
        ("AWS::EC2::Subnet", "subnet-1"),
        ("AWS::EC2::SecurityGroup", "sg-2"),
        ("AWS::EC2::NetworkInterface", "eni-1"),
        ("AWS::EC2::VPC", "vpc-1"),
        ("AWS::EC2::KeyPair", "door"),
    }


def test_wrapped_requests_of_ec2_are_read_like_the_others() -> None:
    flow = {"CreateFlowLogsRequest": {"ResourceId": {"tag": 1, "content": "vpc-01ab"}, "TrafficType": "ALL"}}
    made = {"CreateFlowLogsResponse": {"flowLogIdSet": {"item": "fl-02cd"}}}
    assert resources(call("ec2", "CreateFlowLogs", requestParameters=flow, responseElements=made)) == (
        ("AWS::EC2::VPC", "vpc-01ab"),
        ("AWS::EC2::FlowLog", "fl-02cd"),
    )


def test_the_identifier_tells_what_is_tagged() -> None:
    tagged = {"items": [{"resourceId": name} for name in ("i-0a", "tgw-attach-0b", "new-0c", "subnet-0d")]}
    assert resources(call("ec2", "CreateTags", requestParameters={"resourcesSet": tagged})) == (
        ("AWS::EC2::Instance", "i-0a"),
        ("AWS::EC2::TransitGatewayAttachment", "tgw-attach-0b"),
        (None, "new-0c"),
        ("AWS::EC2::Subnet", "subnet-0d"),
    )


def test_api_versions_in_names_do_not_matter() -> None:
    for name in ("CreateFunction20150331", "CreateFunction", "CreateFunction20150331v2"):
        made = call("lambda", name, requestParameters={"functionName": "f", "role": "arn:r"})
        assert resources(made) == (("AWS::Lambda::Function", "f"), ("AWS::IAM::Role", "arn:r"))


@pytest.mark.parametrize(
    "source", ["unheardof", "s3"], ids=["a source that is not in the table", "values the table does not name"]
)
def test_where_nothing_is_found_the_records_resources_are_taken(source: str) -> None:
    listed = [
        {"ARN": "arn:1", "type": "AWS::A::B"}, {"ARN": "arn:2"}, {"arn": "arn:3", "type": ""},
        {"type": "AWS::A::B", "ARNPrefix": "arn:4"}, "text", {"ARN": "arn:1", "type": "AWS::A::B"},
    ]  # fmt: skip
    record = call(source, "DoSomething", requestParameters={"thing": "t"}, resources=listed)
    assert resources(record) == (("AWS::A::B", "arn:1"), (None, "arn:2"), (None, "arn:3"))


@pytest.mark.parametrize(
    "odd", ["text", 7, True, ["bucketName"], {"bucketName": {"x": 1}}, {"bucketName": ""}]
)
def test_odd_values_are_no_names(odd: Any) -> None:
    assert resources(call("s3", "CreateBucket", requestParameters=odd, responseElements=odd)) == ()


def test_one_line_extends_the_table() -> None:
    rules = read_table("[x.amazonaws.com]\n* A request.a\nDo,Redo B request.b answer.c.d # why\nForget none")
    paths = {
        name: [".".join(r.path) for r in rules["x.amazonaws.com"].of(name)] for name in ("Do", "Redo", "Be")
    }
    assert paths == {"Do": ["a", "b", "c.d"], "Redo": ["a", "b", "c.d"], "Be": ["a"]}
    assert rules["x.amazonaws.com"].without == {"Forget"}


@pytest.mark.parametrize(
    "line", ["Do", "Do A", "Do A where.x", "Do A request", "Do none request.x", "Do none none"]
)
def test_a_line_that_is_none_is_said(line: str) -> None:
    with pytest.raises(ValueError, match=line):
        read_table(f"[x.amazonaws.com]\n{line}")


def test_a_source_is_in_the_table_once() -> None:
    with pytest.raises(ValueError, match=r"x\.amazonaws\.com"):
        read_table("[x.amazonaws.com]\n* A request.a", "[x.amazonaws.com]\n* B request.b")


@pytest.mark.parametrize("source", [s for s in api_calls.SERVICES if not s.startswith("ec2.")])
def test_every_change_that_a_common_service_offers_names_a_resource(source: str) -> None:
    lacking = [
        name
        for name in api_calls.mutating(source)
        if name not in RULES[source].without and not resources(api_calls.record(source, name))
    ]
    assert lacking == []


def test_every_common_change_of_ec2_names_a_resource() -> None:
    source = "ec2.amazonaws.com"
    verbs = ("Create", "Delete", "Modify", "Attach", "Detach", "Start", "Stop", "Terminate", "Reboot", "Run",
             "Associate", "Disassociate", "Authorize", "Revoke", "Allocate", "Release", "Accept", "Reject",
             "Copy", "Import", "Replace", "Register", "Deregister", "Enable", "Disable")  # fmt: skip
    names = [n for n in api_calls.mutating(source) if n in {v + noun for v in verbs for noun in EC2_NOUNS}]
    assert len(names) > 90
    assert [name for name in names if not resources(api_calls.record(source, name))] == []


@pytest.mark.parametrize("source", [s for s in api_calls.SERVICES if not s.startswith("ec2.")])
def test_every_path_of_the_table_is_one_of_aws_models(source: str) -> None:
    """A mistyped member would never find anything, and nobody would see it."""
    names = set(api_calls.model(source).operation_names)
    read: set[str] = set()
    for name in names:
        read |= {value for _, value in resources(api_calls.record(source, name))}
    roots = {"requestParameters": "request", "responseElements": "answer"}
    rules = RULES[source]
    said = {
        f"{roots[r.root]}.{'.'.join(r.path)}"
        for listed in (rules.every, *rules.operations.values())
        for r in listed
        if r.root in roots
    }
    assert said - read - OTHER_SPELLINGS == set()
    assert (set(rules.operations) | rules.without) - names == set()


def _seen() -> Iterator[tuple[str, str]]:
    source = ""
    for line in SEEN.read_text().splitlines():
        for word in line.partition("#")[0].split():
            if word.endswith(".amazonaws.com"):
                source = word
            else:
                yield source, word


def test_every_change_seen_in_real_records_is_in_the_table() -> None:
    seen = list(_seen())
    assert len(seen) > 120
    lacking = [
        (source, name)
        for source, name in seen
        if source not in RULES or not (name in RULES[source].without or RULES[source].of(name))
    ]
    assert lacking == []


def test_an_operation_without_resources_says_why() -> None:
    """Whoever extends the table tells "has none" from "forgotten"."""
    without = [line for line in TABLE.splitlines() if line.partition("#")[0].split()[1:] == [NONE]]
    assert len(without) > 25
    assert [line for line in without if not line.partition("#")[2].strip()] == []


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real records is not beside this checkout")
def test_every_real_change_that_says_anything_names_a_resource() -> None:
    found: dict[tuple[str, str], bool] = {}
    with gzip.open(CORPUS) as lines:
        for record in (json.loads(line)["record"] for line in lines):
            if category(record) != MANAGEMENT or is_read_only(record):
                continue
            operation = (str(record["eventSource"]), operation_name(record))
            says = any(
                record.get(m) for m in ("requestParameters", "serviceEventDetails", "responseElements")
            )
            if says and operation[1] not in RULES[operation[0]].without:
                found[operation] = found.get(operation, False) or bool(resources(record))
    assert len(found) > 110
    assert sorted(operation for operation, named in found.items() if not named) == []
    assert set(found) <= set(_seen())


# Successful changes beyond those that the table says have no resources: there are none. Of failed calls:
WITHOUT_WHEN_FAILED = {
    ("ec2.amazonaws.com", "CreateVpc"): "the request of something new names nothing that is there",
    ("ssm.amazonaws.com", "PutParameter"): "denied: the record holds no request",
    ("ssm.amazonaws.com", "DeleteParameter"): "denied: the record holds no request",
}


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real records is not beside this checkout")
def test_each_real_change_without_resources_is_accounted_for() -> None:
    succeeded, failed = set(), set()
    with gzip.open(CORPUS) as lines:
        for record in (json.loads(line)["record"] for line in lines):
            operation = (str(record["eventSource"]), operation_name(record))
            if category(record) != MANAGEMENT or is_read_only(record) or resources(record):
                continue
            if operation[1] not in RULES[operation[0]].without:
                (failed if record.get("errorCode") else succeeded).add(operation)
    assert succeeded == set()
    assert failed == set(WITHOUT_WHEN_FAILED)
