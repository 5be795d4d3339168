"""Records of EC2, written out by hand from the rules: sets of items, and XML turned JSON."""

from datetime import UTC, datetime

import pytest
from driving import REQUEST_ID, record

WHEN = datetime(2026, 2, 9, 22, 26, 46, tzinfo=UTC)


def changing(found: dict) -> tuple:
    """What differs from one operation to the next."""
    return found["eventName"], found["requestParameters"], found["responseElements"], found["readOnly"]


def test_networks_are_described_with_sets():
    found = record("ec2", "DescribeVpcs", {
        "VpcIds": ["vpc-1"], "Filters": [{"Name": "state", "Values": ["available"]}],
    }, answer={"Vpcs": []})  # fmt: skip
    assert found["requestParameters"] == {
        "filterSet": {"items": [{"name": "state", "valueSet": {"items": [{"value": "available"}]}}]},
        "vpcSet": {"items": [{"vpcId": "vpc-1"}]},
    }
    assert found["responseElements"] is None


@pytest.mark.parametrize(
    ("operation", "sets"),
    [
        ("DescribeInstances", {"instancesSet", "filterSet"}),
        ("DescribeVpcs", {"vpcSet", "filterSet"}),
        ("DescribeSubnets", {"subnetSet", "filterSet"}),
        ("DescribeVolumes", {"volumeSet", "filterSet"}),
        ("DescribeRouteTables", {"routeTableIdSet", "filterSet"}),
        ("DescribeInternetGateways", {"internetGatewayIdSet", "filterSet"}),
        ("DescribeNetworkAcls", {"networkAclIdSet", "filterSet"}),
        ("DescribeSecurityGroups", {"securityGroupSet", "securityGroupIdSet", "filterSet"}),
        ("DescribeAvailabilityZones", {"availabilityZoneSet", "availabilityZoneIdSet", "filterSet"}),
        ("DescribeImages", {"executableBySet", "imagesSet", "ownersSet", "filterSet"}),
        ("DescribeAddresses", {"publicIpsSet", "filterSet", "allocationIdsSet"}),
        ("DescribeAccountAttributes", {"accountAttributeNameSet", "filterSet"}),
        ("DescribeTags", {"filterSet"}),
        ("DescribeRegions", {"regionSet"}),
    ],
)
def test_describing_everything_writes_empty_sets(operation, sets):
    assert record("ec2", operation, answer={})["requestParameters"] == {name: {} for name in sets}


def test_a_network_is_made():
    vpc = {
        "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "State": "pending", "IsDefault": False,
        "Ipv6CidrBlockAssociationSet": [], "Tags": [{"Key": "team", "Value": "true"}],
        "CidrBlockAssociationSet": [{"AssociationId": "a-1", "CidrBlockState": {"State": "associated"}}],
    }  # fmt: skip
    found = record("ec2", "CreateVpc", {
        "CidrBlock": "10.0.0.0/16",
        "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "team", "Value": "true"}]}],
    }, answer={"Vpc": vpc})  # fmt: skip
    assert found["requestParameters"] == {
        "cidrBlock": "10.0.0.0/16",
        "tagSpecificationSet": {
            "items": [{"resourceType": "vpc", "tags": [{"key": "team", "value": "true"}]}]
        },
        "instanceTenancy": "default",
        "amazonProvidedIpv6CidrBlock": False,
    }
    assert found["responseElements"] == {
        "requestId": REQUEST_ID,
        "vpc": {
            "vpcId": "vpc-1",
            "cidrBlock": "10.0.0.0/16",
            "state": "pending",
            "isDefault": False,
            "ipv6CidrBlockAssociationSet": {},
            "tagSet": {"items": [{"key": "team", "value": "true"}]},
            "cidrBlockAssociationSet": {
                "items": [{"associationId": "a-1", "cidrBlockState": {"state": "associated"}}]
            },
        },
    }


def test_a_security_group_is_made_and_opened():
    made = record("ec2", "CreateSecurityGroup", {
        "GroupName": "web", "Description": "open", "VpcId": "vpc-1",
    }, answer={"GroupId": "sg-1"})  # fmt: skip
    assert changing(made)[1:3] == (
        {"groupDescription": "open", "groupName": "web", "vpcId": "vpc-1"},
        {"requestId": REQUEST_ID, "_return": True, "groupId": "sg-1"},
    )
    opened = record("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": "sg-1", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    ]}, answer={"Return": True, "SecurityGroupRules": [{"SecurityGroupRuleId": "sgr-1"}]})  # fmt: skip
    assert changing(opened)[1:3] == (
        {
            "groupId": "sg-1",
            "ipPermissions": {
                "items": [
                    {
                        "ipProtocol": "tcp",
                        "fromPort": 22,
                        "toPort": 22,
                        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
                        "groups": {},
                        "ipv6Ranges": {},
                        "prefixListIds": {},
                    }
                ]
            },
        },
        {
            "requestId": REQUEST_ID,
            "_return": True,
            "securityGroupRuleSet": {"items": [{"securityGroupRuleId": "sgr-1"}]},
        },
    )


def test_instances_are_gathered_and_their_user_data_removed():
    found = record("ec2", "RunInstances", {
        "ImageId": "ami-1", "MinCount": 1, "MaxCount": 2, "KeyName": "k", "InstanceType": "t3.micro",
        "UserData": "never recorded", "SecurityGroupIds": ["sg-1"],
    }, answer={"ReservationId": "r-1", "Instances": [{"InstanceId": "i-1", "LaunchTime": WHEN}]})  # fmt: skip
    sent = found["requestParameters"]
    assert sent["instancesSet"] == {
        "items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 2, "keyName": "k"}]
    }
    assert sent["userData"] == "<sensitiveDataRemoved>"
    assert sent["groupSet"] == {"items": [{"groupId": "sg-1"}]}
    assert (sent["instanceType"], sent["blockDeviceMapping"]) == ("t3.micro", {})
    assert found["responseElements"] == {
        "requestId": REQUEST_ID,
        "reservationId": "r-1",
        "instancesSet": {"items": [{"instanceId": "i-1", "launchTime": 1770676006000}]},
    }


def test_newer_ec2_operations_are_wrapped():
    described = record("ec2", "DescribeNatGateways", {
        "NatGatewayIds": ["nat-1"], "MaxResults": 5,
        "Filters": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}],
    }, answer={})  # fmt: skip
    assert described["requestParameters"] == {
        "DescribeNatGatewaysRequest": {
            "Filter": {
                "tag": 1,
                "Name": "vpc-id",
                "Value": [{"tag": 1, "content": "vpc-1"}, {"tag": 2, "content": "vpc-2"}],
            },
            "MaxResults": 5,
            "NatGatewayId": {"tag": 1, "content": "nat-1"},
        }
    }
    made = record(
        "ec2",
        "CreateNatGateway",
        {"SubnetId": "subnet-1"},
        answer={
            "NatGateway": {"NatGatewayId": "nat-1", "Tags": [{"Key": "a", "Value": "1"}], "CreateTime": WHEN}
        },
    )
    assert made["responseElements"] == {
        "CreateNatGatewayResponse": {
            "xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
            "requestId": REQUEST_ID,
            "natGateway": {
                "natGatewayId": "nat-1",
                "tagSet": {"item": {"key": "a", "value": 1}},
                "createTime": "2026-02-09T22:26:46.000Z",
            },
        }
    }


def test_ec2_failures_name_who_is_at_fault():
    at_fault = [
        record("ec2", "DescribeVpcs", {"VpcIds": ["vpc-1"]}, error=(code, "No.", status))["errorCode"]
        for code, status in (("InvalidVpcID.NotFound", 400), ("InternalError", 500))
    ]
    assert at_fault == ["Client.InvalidVpcID.NotFound", "Server.InternalError"]


def test_an_empty_ec2_answer_returns_true():
    found = record("ec2", "DeleteVpc", {"VpcId": "vpc-1"}, answer={})
    assert found["responseElements"] == {"requestId": REQUEST_ID, "_return": True}
