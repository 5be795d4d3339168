"""Calls to EC2: networks, addresses, instances, volumes, images; and what is described of them."""

from typing import Any

from driver import ACCOUNT, Driver, Service

from .plain import TAG

MISSING = "0123456789abcdef0"
ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]


def tagged(resource: str) -> dict[str, Any]:
    """Tags of something that is being made."""
    return {"TagSpecifications": [{"ResourceType": resource, "Tags": TAG}]}


def filtered(name: str, value: str) -> dict[str, Any]:
    """One filter of a description."""
    return {"Filters": [{"Name": name, "Values": [value]}]}


def calls(driver: Driver) -> None:
    """Networks first, machines in them, and all of it removed."""
    ec2 = driver.of("ec2")
    vpc = ec2("CreateVpc", CidrBlock="10.0.0.0/16", **tagged("vpc"))["Vpc"]["VpcId"]
    subnet = ec2(
        "CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="us-east-1a", **tagged("subnet")
    )["Subnet"]["SubnetId"]
    _described(ec2, vpc, subnet)
    _missing(ec2)
    _routes(ec2, vpc, subnet)
    _security_groups(ec2, vpc)
    _machines(ec2, subnet)
    _images(ec2)
    flow = ec2(
        "CreateFlowLogs", ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL",
        MaxAggregationInterval=600,
        LogDestinationType="cloud-watch-logs", DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/flows",
        LogDestination=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/reality/flows", **tagged("vpc-flow-log"),
    )  # fmt: skip
    flows = flow.get("FlowLogIds") or ["fl-0123456789abcdef0"]
    ec2("DescribeFlowLogs", FlowLogIds=flows)
    ec2("DeleteFlowLogs", FlowLogIds=flows)
    ec2("DeleteSubnet", SubnetId=subnet)
    ec2("DeleteVpc", VpcId=vpc)


def _described(ec2: Service, vpc: str, subnet: str) -> None:
    ec2("DescribeVpcs", VpcIds=[vpc])
    ec2("DescribeVpcs", MaxResults=1000)
    ec2("DescribeSubnets", SubnetIds=[subnet])
    ec2("DescribeSubnets", MaxResults=1000, **filtered("vpc-id", vpc))
    ec2("DescribeVpcAttribute", VpcId=vpc, Attribute="enableDnsSupport")
    ec2("DescribeVpcClassicLink", VpcIds=[vpc])
    ec2("DescribeVpcClassicLinkDnsSupport", VpcIds=[vpc])
    ec2("DescribeNetworkAcls", MaxResults=1000, **filtered("vpc-id", vpc))
    ec2("DescribeAccountAttributes", AttributeNames=["supported-platforms"])
    ec2("DescribeAvailabilityZones", **filtered("state", "available"))
    ec2("DescribeRegions", AllRegions=True)
    ec2("DescribeTags", MaxResults=500, **filtered("key", "team"))
    ec2("DescribeDhcpOptions", MaxResults=1000)
    ec2("DescribeVpcEndpoints", MaxResults=1000)
    ec2("DescribeVpcEndpoints", **filtered("vpc-id", vpc))
    for operation in ("DescribeHosts", "DescribeLaunchTemplates", "DescribeVpcPeeringConnections"):
        ec2(operation, MaxResults=500)
    for operation in ("DescribeVolumesModifications", "DescribeVpcEndpointServiceConfigurations"):
        ec2(operation, MaxResults=1000)
    for operation in (
        "DescribeCustomerGateways", "DescribeVpnConnections", "DescribeVpnGateways",
        "DescribePlacementGroups", "DescribeKeyPairs",
    ):  # fmt: skip
        ec2(operation)
    ec2("DescribeEgressOnlyInternetGateways", MaxResults=255)
    ec2("DescribeEgressOnlyInternetGateways")
    ec2("DescribeInstanceTypes", MaxResults=100, NextToken="next")
    gateway = ec2("CreateTransitGateway", Description="reality")["TransitGateway"]["TransitGatewayId"]
    attached = ec2(
        "CreateTransitGatewayVpcAttachment", TransitGatewayId=gateway, VpcId=vpc, SubnetIds=[subnet]
    )["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]  # fmt: skip
    ec2("DeleteTransitGatewayVpcAttachment", TransitGatewayAttachmentId=attached)
    ec2("DeleteTransitGateway", TransitGatewayId=gateway)


def _missing(ec2: Service) -> None:
    """Descriptions of what does not exist."""
    ec2("DescribeAddresses", AllocationIds=[f"eipalloc-{MISSING}"])
    ec2("DescribeInternetGateways", InternetGatewayIds=[f"igw-{MISSING}"])
    ec2("DescribeRouteTables", RouteTableIds=[f"rtb-{MISSING}"])
    ec2("DescribeSecurityGroups", GroupIds=[f"sg-{MISSING}"])
    ec2("DescribeSubnets", SubnetIds=[f"subnet-{MISSING}"])
    ec2("DescribeVolumes", VolumeIds=[f"vol-{MISSING}"])
    ec2("DescribeVpcs", VpcIds=[f"vpc-{MISSING}"])
    ec2("DetachNetworkInterface", AttachmentId=f"eni-attach-{MISSING}", Force=True)
    ec2("GetPasswordData", InstanceId=f"i-{MISSING}")
    ec2("DescribeInstanceAttribute", InstanceId=f"i-{MISSING}", Attribute="userData")


def _routes(ec2: Service, vpc: str, subnet: str) -> None:
    gateway = ec2("CreateInternetGateway", **tagged("internet-gateway"))["InternetGateway"][
        "InternetGatewayId"
    ]
    ec2("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    ec2("DescribeInternetGateways", InternetGatewayIds=[gateway])
    ec2("DescribeInternetGateways", MaxResults=1000, **filtered("attachment.vpc-id", vpc))
    table = ec2("CreateRouteTable", VpcId=vpc, **tagged("route-table"))["RouteTable"]["RouteTableId"]
    ec2("CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2("DescribeRouteTables", RouteTableIds=[table])
    ec2("DescribeRouteTables", MaxResults=100, **filtered("vpc-id", vpc))
    bound = ec2("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)["AssociationId"]
    ec2("DisassociateRouteTable", AssociationId=bound)
    ec2("DeleteRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    address = ec2("AllocateAddress", Domain="vpc", **tagged("elastic-ip"))
    ec2("DescribeAddresses", AllocationIds=[address["AllocationId"]])
    ec2("DescribeAddresses", PublicIps=[address["PublicIp"]])
    ec2("DescribeAddresses", **filtered("instance-id", f"i-{MISSING}"))
    ec2("DescribeAddressTransfers", AllocationIds=[address["AllocationId"]], MaxResults=10)
    ec2(
        "DescribeAddressesAttribute", Attribute="domain-name", AllocationIds=[address["AllocationId"]],
        MaxResults=100,
    )  # fmt: skip
    tags = {"ResourceType": "natgateway", "Tags": [*TAG, {"Key": "Name", "Value": "reality"}]}
    nat = ec2(
        "CreateNatGateway", SubnetId=subnet, AllocationId=address["AllocationId"], ConnectivityType="public",
        ClientToken="one", TagSpecifications=[tags],
    )["NatGateway"]["NatGatewayId"]  # fmt: skip
    ec2("DescribeNatGateways", NatGatewayIds=[nat])
    ec2("DescribeNatGateways", MaxResults=1000, Filter=[{"Name": "vpc-id", "Values": [vpc]}])
    ec2("CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    ec2("DeleteRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    ec2("DeleteNatGateway", NatGatewayId=nat)
    ec2("ReleaseAddress", AllocationId=address["AllocationId"], NetworkBorderGroup="us-east-1")
    ec2("DeleteRouteTable", RouteTableId=table)
    ec2("DetachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    ec2("DeleteInternetGateway", InternetGatewayId=gateway)


def _security_groups(ec2: Service, vpc: str) -> None:
    group = ec2(
        "CreateSecurityGroup", GroupName="web", Description="web", VpcId=vpc, **tagged("security-group")
    )["GroupId"]
    ec2("DescribeSecurityGroups", GroupIds=[group])
    ec2("DescribeSecurityGroups", MaxResults=1000, **filtered("vpc-id", vpc))
    web = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    described = [{"CidrIp": "0.0.0.0/0", "Description": "web"}]
    ec2("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[{**web, "IpRanges": described}])
    plain: dict[str, Any] = {
        "GroupId": group, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0",
    }  # fmt: skip
    ec2("AuthorizeSecurityGroupIngress", **plain)
    ec2("RevokeSecurityGroupIngress", **plain)
    out: dict[str, Any] = {"IpProtocol": "-1", "IpRanges": ANYWHERE}
    ec2(
        "RevokeSecurityGroupEgress", GroupId=group,
        IpPermissions=[{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]}],
    )  # fmt: skip
    ec2("RevokeSecurityGroupEgress", GroupId=group, IpPermissions=[{**out, "FromPort": 0, "ToPort": 0}])
    ec2(
        "AuthorizeSecurityGroupEgress", GroupId=group,
        IpPermissions=[{**out, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
    )  # fmt: skip
    ec2("DeleteSecurityGroup", GroupId=group)


def _machines(ec2: Service, subnet: str) -> None:
    interface = ec2(
        "CreateNetworkInterface", SubnetId=subnet, ClientToken="one", **tagged("network-interface"),
        PrivateIpAddresses=[{"PrivateIpAddress": "10.0.1.10", "Primary": True}],
    )["NetworkInterface"]["NetworkInterfaceId"]  # fmt: skip
    ec2("DescribeNetworkInterfaces", NetworkInterfaceIds=[interface])
    ec2("DescribeNetworkInterfaces", **filtered("subnet-id", subnet))
    ec2("DeleteNetworkInterface", NetworkInterfaceId=interface)
    started: dict[str, Any] = {
        "ImageId": "ami-1234abcd",
        "MinCount": 1,
        "MaxCount": 1,
        "InstanceType": "t3.micro",
    }
    ec2("RunInstances", ImageId="ami-0000000000000dead", MinCount=1, MaxCount=1, InstanceType="no.such")
    instance = ec2(
        "RunInstances", **started, ClientToken="one", SubnetId=subnet, **tagged("instance")
    )["Instances"][0]["InstanceId"]  # fmt: skip
    one = {"InstanceIds": [instance]}
    ec2("DescribeInstances", **one)
    ec2("DescribeInstances", MaxResults=1000, **filtered("instance-state-name", "pending"))
    ec2("DescribeInstanceStatus", **one)
    ec2("DescribeInstanceStatus", MaxResults=1000)
    ec2("DescribeInstanceAttribute", InstanceId=instance, Attribute="instanceInitiatedShutdownBehavior")
    ec2("DescribeInstanceCreditSpecifications", **one)
    ec2("DescribeClassicLinkInstances", **one)
    ec2("ModifyInstanceAttribute", InstanceId=instance, DisableApiTermination={"Value": False})
    ec2("StopInstances", **one)
    ec2("StartInstances", **one)
    ec2("TerminateInstances", **one)


def _images(ec2: Service) -> None:
    volume = ec2("CreateVolume", Size=1, AvailabilityZone="us-east-1a", ClientToken="one", **tagged("volume"))
    volume_id = volume["VolumeId"]
    ec2("DescribeVolumes", VolumeIds=[volume_id])
    ec2("DescribeVolumes", MaxResults=1000, **filtered("availability-zone", "us-east-1a"))
    ec2("DescribeVolumeStatus", VolumeIds=[volume_id])
    ec2("DescribeVolumeStatus", MaxResults=1000, **filtered("availability-zone", "us-east-1b"))
    snapshot = ec2("CreateSnapshot", VolumeId=volume_id, **tagged("snapshot"))["SnapshotId"]
    ec2("DescribeSnapshots", SnapshotIds=[snapshot])
    ec2("DescribeSnapshots", MaxResults=1000, OwnerIds=[ACCOUNT], RestorableByUserIds=["self"])
    somebody = [{"UserId": "012345678912"}]
    for change in ("Add", "Remove"):
        ec2(
            "ModifySnapshotAttribute", SnapshotId=snapshot, Attribute="createVolumePermission",
            CreateVolumePermission={change: somebody},
        )  # fmt: skip
    disk = {"SnapshotId": snapshot, "VolumeSize": 1, "DeleteOnTermination": True, "VolumeType": "standard"}
    image = ec2(
        "RegisterImage", Name="reality", Architecture="x86_64", RootDeviceName="/dev/xvda", EnaSupport=False,
        SriovNetSupport="simple", BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": disk}],
    ).get("ImageId", f"ami-{MISSING}")  # fmt: skip
    ec2("CreateTags", Resources=[image], Tags=TAG)
    ec2("DescribeImages", ImageIds=[image], IncludeDeprecated=False)
    ec2("DescribeImages", Owners=["amazon"], **filtered("name", "amzn2-ami-hvm-*-x86_64-ebs"))
    for change in ("Add", "Remove"):
        ec2("ModifyImageAttribute", ImageId=image, LaunchPermission={change: somebody})
    ec2("DeregisterImage", ImageId=image)
    ec2("DeleteSnapshot", SnapshotId=snapshot)
    ec2("DeleteVolume", VolumeId=volume_id)
