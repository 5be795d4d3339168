"""The lines of EC2 in the table of event resources, and what EC2's identifiers tell.

The form of the lines is explained in `event_resources_table`.
"""

# What an identifier begins with -> type, for lines of the type `AWS::EC2::*`.
TYPES_BY_IDENTIFIER: dict[str, str] = {
    "acl": "AWS::EC2::NetworkAcl",
    "ami": "AWS::EC2::Ami",
    "cgw": "AWS::EC2::CustomerGateway",
    "cr": "AWS::EC2::CapacityReservation",
    "dopt": "AWS::EC2::DHCPOptions",
    "eigw": "AWS::EC2::EgressOnlyInternetGateway",
    "eipalloc": "AWS::EC2::EIP",
    "eni": "AWS::EC2::NetworkInterface",
    "fl": "AWS::EC2::FlowLog",
    "h": "AWS::EC2::Host",
    "i": "AWS::EC2::Instance",
    "igw": "AWS::EC2::InternetGateway",
    "key": "AWS::EC2::KeyPair",
    "lt": "AWS::EC2::LaunchTemplate",
    "mi": "AWS::SSM::ManagedInstance",
    "nat": "AWS::EC2::NatGateway",
    "pcx": "AWS::EC2::VPCPeeringConnection",
    "pl": "AWS::EC2::PrefixList",
    "rtb": "AWS::EC2::RouteTable",
    "sg": "AWS::EC2::SecurityGroup",
    "snap": "AWS::EC2::Snapshot",
    "subnet": "AWS::EC2::Subnet",
    "tgw": "AWS::EC2::TransitGateway",
    "tgw-attach": "AWS::EC2::TransitGatewayAttachment",
    "tgw-rtb": "AWS::EC2::TransitGatewayRouteTable",
    "vgw": "AWS::EC2::VPNGateway",
    "vol": "AWS::EC2::Volume",
    "vpc": "AWS::EC2::VPC",
    "vpce": "AWS::EC2::VPCEndpoint",
    "vpn": "AWS::EC2::VPNConnection",
}

EC2_TABLE = """
[ec2.amazonaws.com]  # RunInstances is measured
*   AWS::EC2::Instance                 answer.instancesSet.items.instanceId
RunInstances AWS::EC2::Ami request.instancesSet.items.imageId answer.instancesSet.items.imageId
RunInstances AWS::EC2::Subnet request.subnetId answer.instancesSet.items.subnetId
RunInstances AWS::EC2::SecurityGroup request.groupSet.items.groupId
RunInstances AWS::EC2::SecurityGroup answer.instancesSet.items.groupSet.items.groupId
RunInstances AWS::EC2::NetworkInterface answer.instancesSet.items.networkInterfaceSet.items.networkInterfaceId
RunInstances AWS::EC2::VPC answer.instancesSet.items.vpcId
RunInstances AWS::EC2::KeyPair request.instancesSet.items.keyName answer.instancesSet.items.keyName
*   AWS::EC2::*                        request.instancesSet.items.instanceId request.instanceId
*   AWS::EC2::*                        request.resourcesSet.items.resourceId request.resourceId
CreateSecurityGroup,DeleteSecurityGroup AWS::EC2::SecurityGroup request.groupName
*   AWS::EC2::*                        request.groupId answer.groupId request.groupSet.items.groupId
*   AWS::EC2::*                        request.securityGroupIds request.securityGroupId
AuthorizeSecurityGroupIngress AWS::EC2::SecurityGroup request.groupName
AuthorizeSecurityGroupEgress AWS::EC2::SecurityGroup request.groupName
RevokeSecurityGroupIngress AWS::EC2::SecurityGroup request.groupName
RevokeSecurityGroupEgress AWS::EC2::SecurityGroup request.groupName
*   AWS::EC2::*                        request.vpcId answer.vpc.vpcId request.peerVpcId
*   AWS::EC2::*                        request.subnetId answer.subnet.subnetId request.subnetIds
*   AWS::EC2::*                        request.volumeId answer.volumeId
*   AWS::EC2::*                        request.snapshotId request.sourceSnapshotId answer.snapshotId
*   AWS::EC2::*                        request.blockDeviceMapping.items.ebs.snapshotId details.snapshotId
*   AWS::EC2::*                        request.imageId request.sourceImageId answer.imageId
*   AWS::EC2::KeyPair                  request.keyName
*   AWS::EC2::*                        request.keyPairId answer.keyPairId
*   AWS::EC2::*                        request.networkInterfaceId answer.networkInterface.networkInterfaceId
*   AWS::EC2::*                        request.routeTableId answer.routeTable.routeTableId
*   AWS::EC2::*                        request.gatewayId request.internetGatewayId
*   AWS::EC2::*                        answer.internetGateway.internetGatewayId
*   AWS::EC2::*                        request.natGatewayId answer.natGateway.natGatewayId
*   AWS::EC2::EIP                      request.publicIp answer.publicIp
*   AWS::EC2::*                        request.allocationId answer.allocationId
*   AWS::EC2::*                        request.associationId answer.associationId answer.newAssociationId
*   AWS::EC2::*                        request.attachmentId answer.attachmentId
*   AWS::EC2::*                        request.networkAclId answer.networkAcl.networkAclId
*   AWS::EC2::*                        request.dhcpOptionsId answer.dhcpOptions.dhcpOptionsId
*   AWS::EC2::*                        request.vpcPeeringConnectionId
*   AWS::EC2::*                        answer.vpcPeeringConnection.vpcPeeringConnectionId
*   AWS::EC2::*                        request.vpcEndpointId request.vpcEndpointIds
*   AWS::EC2::*                        answer.vpcEndpoint.vpcEndpointId
*   AWS::EC2::*                        request.flowLogId answer.flowLogIdSet.item
*   AWS::EC2::LaunchTemplate           request.launchTemplateName
*   AWS::EC2::*                        request.launchTemplateId answer.launchTemplate.launchTemplateId
*   AWS::EC2::*                        request.transitGatewayId answer.transitGateway.transitGatewayId
*   AWS::EC2::*                        request.transitGatewayAttachmentId
*   AWS::EC2::*                        answer.transitGatewayVpcAttachment.transitGatewayAttachmentId
*   AWS::EC2::*                        request.transitGatewayRouteTableId
*   AWS::EC2::*                        request.customerGatewayId answer.customerGateway.customerGatewayId
*   AWS::EC2::*                        request.vpnGatewayId answer.vpnGateway.vpnGatewayId
*   AWS::EC2::*                        request.vpnConnectionId answer.vpnConnection.vpnConnectionId
*   AWS::EC2::*                        request.egressOnlyInternetGatewayId request.prefixListId
*   AWS::EC2::*                        request.capacityReservationId
*   AWS::EC2::*                        answer.capacityReservation.capacityReservationId
CreatePlacementGroup,DeletePlacementGroup AWS::EC2::PlacementGroup request.groupName
RequestSpotInstances,CancelSpotInstanceRequests - request.spotInstanceRequestId
RequestSpotInstances,CancelSpotInstanceRequests - answer.spotInstanceRequestSet.items.spotInstanceRequestId
*   -                                  request.spotFleetRequestId answer.spotFleetRequestId
*   AWS::EC2::*                        request.destinationIpamId request.ipamId
*   AWS::EC2::*                        request.hostIdSet.items request.instanceSet.items
*   AWS::EC2::*                        request.volumeSet.items request.snapshotSet.items
*   AWS::EC2::*                        answer.snapshotSet.items.snapshotId
CreateFleet,ModifyFleet,DeleteFleets - request.fleetId answer.fleetId
CreateManagedPrefixList AWS::EC2::* answer.prefixList.prefixListId
CreateVpcEndpointServiceConfiguration - answer.serviceConfiguration.serviceId
ModifyVpcEndpointServiceConfiguration - request.serviceId
ModifyVpcEndpointServicePermissions - request.serviceId
AcceptVpcEndpointConnections - request.serviceId
RejectVpcEndpointConnections - request.serviceId
DeleteVpcEndpointServiceConfigurations - request.serviceId
ImportInstance,ImportVolume - answer.conversionTask.conversionTaskId
ImportImage,ImportSnapshot - answer.importTaskId
AllocateHosts AWS::EC2::* answer.hostIdSet.items
ModifyHosts,ReleaseHosts AWS::EC2::* request.hostId
"""
