"""EC2's requestParameters and responseElements: sets of items for the older operations, XML turned JSON for
newer.

    DescribeVpcs       {"vpcSet": {"items": [{"vpcId": "vpc-1"}]}, "filterSet": {}}
    DescribeNatGateways  {"DescribeNatGatewaysRequest": {"NatGatewayId": {"tag": 1, "content": "nat-1"}}}

Names come from the wire names in botocore's model; the tables hold what cannot be derived. Sources: real
records.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from opentrail_local.recorder import hidden
from opentrail_local.recorder.members import lower_first

XMLNS = "http://ec2.amazonaws.com/doc/2016-11-15/"

# What operations with an API younger than CloudTrail's mapping of EC2 are about. Their requests and answers
# are wrapped, with the wire's own names.
_WRAPPED_ABOUT = (
    "NatGateway", "FlowLog", "VpcEndpoint", "LaunchTemplate", "TransitGateway", "Hosts", "HostReservation",
    "EgressOnlyInternetGateway", "InstanceTypes", "InstanceTypeOfferings", "VolumesModifications",
    "ModifyVolume", "VpcClassicLinkDnsSupport", "AddressTransfer", "AddressesAttribute", "AddressAttribute",
    "InstanceConnectEndpoint", "Fleet", "CapacityReservation", "ClientVpn", "TrafficMirror", "LocalGateway",
    "CarrierGateway", "ManagedPrefixList", "PrefixLists", "Ipam", "VerifiedAccess", "NetworkInsights",
    "SecurityGroupRules", "SerialConsole", "EbsEncryptionByDefault", "EbsDefaultKmsKeyId",
    "FastSnapshotRestore", "MetadataOptions", "MetadataDefaults", "IamInstanceProfile",
    "InstanceEventWindow", "BlockPublicAccess", "CreditSpecification", "ScheduledInstance", "FpgaImage",
    "ElasticGpus", "PublicIpv4Pool", "ByoipCidr", "CoipPool", "CoipCidr", "SpotFleet", "StoreImageTask",
    "CreateStoreImage", "ReplaceRootVolume", "SnapshotTier", "RecycleBin", "ReservedInstancesExchange",
    "SubnetCidrReservation", "VpcCidrBlock", "SubnetCidrBlock", "TrunkInterface", "RouteServer",
    "VpcBlockPublicAccess", "ImageDeprecation", "CreateSnapshots", "AllowedImagesSettings",
    "DeclarativePolicies", "InstanceImageMetadata", "MacHosts", "CapacityBlock",
)  # fmt: skip

# Lists in requests whose name is not the wire's name and "Set": wire name -> name; per operation, else for
# all.
_SETS: dict[tuple[str, str], str] = {
    ("DescribeSecurityGroups", "GroupId"): "securityGroupIdSet",
    ("DescribeSecurityGroups", "GroupName"): "securityGroupSet",
    ("DescribePlacementGroups", "GroupName"): "placementGroupSet",
    ("DescribePlacementGroups", "GroupId"): "placementGroupIdSet",
    ("DescribeKeyPairs", "KeyName"): "keySet",
    ("DescribeAvailabilityZones", "ZoneName"): "availabilityZoneSet",
    ("DescribeAvailabilityZones", "ZoneId"): "availabilityZoneIdSet",
    ("DescribeAccountAttributes", "AttributeName"): "accountAttributeNameSet",
    ("RunInstances", "SecurityGroup"): "groupSet",
    ("RunInstances", "SecurityGroupId"): "groupSet",
    ("*", "InstanceId"): "instancesSet",
    ("*", "VpcId"): "vpcSet",
    ("*", "SubnetId"): "subnetSet",
    ("*", "VolumeId"): "volumeSet",
    ("*", "SnapshotId"): "snapshotSet",
    ("*", "ImageId"): "imagesSet",
    ("*", "Owner"): "ownersSet",
    ("*", "ExecutableBy"): "executableBySet",
    ("*", "PublicIp"): "publicIpsSet",
    ("*", "AllocationId"): "allocationIdsSet",
    ("*", "ResourceId"): "resourcesSet",
    ("*", "RegionName"): "regionSet",
    ("*", "DhcpOptionsId"): "dhcpOptionsSet",
    ("*", "VpnGatewayId"): "vpnGatewaySet",
    ("*", "CustomerGatewayId"): "customerGatewaySet",
    ("*", "VpnConnectionId"): "vpnConnectionSet",
    ("*", "SecurityGroupId"): "groupSet",
    ("*", "BlockDeviceMapping"): "blockDeviceMapping",
    ("*", "PrivateIpAddress"): "privateIpAddressesSet",
    ("*", "PrivateIpAddresses"): "privateIpAddressesSet",
    ("*", "RestorableBy"): "sharedUsersSet",
    ("*", "Add"): "add",
    ("*", "Remove"): "remove",
}

# The one member of an item that holds a scalar, where it is not the wire's name.
_ITEMS: dict[str, str] = {
    "SecurityGroupId": "groupId",
    "SecurityGroup": "groupName",
    "ZoneName": "zoneName",
    "RestorableBy": "user",
}

# Where one element is called `item`, not `items`: operations whose requests, lists whose answers are so.
_ITEM_REQUESTS = frozenset({"DescribeVpcClassicLink", "DescribeClassicLinkInstances"})
_ITEM_ANSWERS = frozenset({"privateIpAddressesSet"})

# Lists that stay plain lists.
_PLAIN = frozenset({("TagSpecification", "Tag")})
_PLAIN_NAMES = {"Tag": "tags"}

# Requests written with names of their own: operation -> wire name -> name.
_MEMBERS: dict[tuple[str, str], str] = {
    ("CreateVolume", "AvailabilityZone"): "zone",
    ("ModifyImageAttribute", "Attribute"): "attributeType",
    ("ModifySnapshotAttribute", "Attribute"): "attributeType",
}

# The same for answers, by CloudTrail's general name.
_ANSWER_MEMBERS: dict[tuple[str, str], str] = {("CreateVolume", "availabilityZone"): "zone"}

# Parameters that are never written, and numbers that are written as text: (operation, CloudTrail's name).
_LEFT_OUT = frozenset({("DescribeVpcAttribute", "attribute")})
_TEXTS = frozenset({("CreateVolume", "size"), ("CreateSnapshot", "volumeSize")})

# The attribute that is changed is written whether or not it was sent, in EC2's own words:
# (operation, parameter) -> attributeType.
_ATTRIBUTE_TYPES: dict[tuple[str, str], str] = {
    ("ModifyImageAttribute", "LaunchPermission"): "launchPermission",
    ("ModifySnapshotAttribute", "CreateVolumePermission"): "CREATE_VOLUME_PERMISSION",
}

# Operations whose wrapper has a name of its own: the request's, the answer's.
_WRAPPERS: dict[str, tuple[str, str]] = {
    "DeleteTransitGatewayVpcAttachment": ("DelTGwVpcAttachReq", "DeleteTransitGatewayVpcAttachmentResponse"),
}

# Parameters that are gathered into the first item of a set.
_GATHERED = {"RunInstances": ("instancesSet", ("ImageId", "MinCount", "MaxCount", "KeyName"))}

# Describe operations write an empty set for each list that was not sent, except the last row; these
# structures do for the lists named.
_EMPTY_UNLESS_SENT = {
    "IpPermission": ("groups", "ipRanges", "ipv6Ranges", "prefixListIds"),
    "CreateNetworkInterfaceRequest": ("groupSet",),
    "RunInstancesRequest": ("blockDeviceMapping",),
    "DescribeAccountAttributesRequest": ("filterSet",),
    "AuthorizeSecurityGroupIngressRequest": ("ipPermissions",),
    "AuthorizeSecurityGroupEgressRequest": ("ipPermissions",),
    "RevokeSecurityGroupIngressRequest": ("ipPermissions",),
    "RevokeSecurityGroupEgressRequest": ("ipPermissions",),
}
_NEVER_EMPTY = frozenset({("DescribeRegions", "Filter")})

# Operations whose XML answer says `return` though botocore's model leaves it out.
_RETURNING = frozenset({"CreateSecurityGroup"})


def is_wrapped(operation_name: str) -> bool:
    """Whether the operation is one of the newer ones."""
    return any(noun in operation_name for noun in _WRAPPED_ABOUT)


def request(operation: Any, parameters: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The requestParameters of a call to EC2."""
    if is_wrapped(operation.name):
        inner = _Xml(operation.name).structure(operation.input_shape, parameters or {})
        return {_wrappers(operation.name)[0]: inner or ""}
    written = _Sets(operation.name).request(operation.input_shape, parameters or {})
    return written or None


def answer(operation: Any, response: Mapping[str, Any] | None, request_id: str) -> dict[str, Any]:
    """The responseElements of a changing call to EC2."""
    shape = operation.output_shape
    if is_wrapped(operation.name):
        inner = _XmlAnswer(operation.name).structure(shape, response or {})
        return {_wrappers(operation.name)[1]: {"xmlns": XMLNS, "requestId": request_id, **inner}}
    written: dict[str, Any] = {"requestId": request_id}
    members = shape.members if shape is not None else {}
    if not members or "Return" in members or operation.name in _RETURNING:
        written["_return"] = (response or {}).get("Return", True) is not False
    return written | _SetsAnswer(operation.name).structure(shape, response or {})


def _wrappers(operation_name: str) -> tuple[str, str]:
    return _WRAPPERS.get(operation_name) or (f"{operation_name}Request", f"{operation_name}Response")


def _wire_name(name: str, shape: Any) -> str:
    """A request member's name on the wire (ec2 protocol: queryName, else locationName, capitalised)."""
    serialization = shape.serialization
    found = serialization.get("queryName") or serialization.get("name") or name
    return str(found[:1].upper() + found[1:])


class _Sets:
    """Older operations, requests."""

    def __init__(self, operation: str) -> None:
        self._operation = operation

    def request(self, shape: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
        written = self.structure(shape, parameters)
        for name in parameters:
            if (kind := _ATTRIBUTE_TYPES.get((self._operation, name))) is not None:
                written["attributeType"] = kind
        gathered = _GATHERED.get(self._operation)
        if gathered is not None:
            name, members = gathered
            item = {lower_first(m): written.pop(lower_first(m)) for m in members if lower_first(m) in written}
            written = {name: {"items": [item]}, **written}
        if self._operation.startswith("Describe") and shape is not None:
            for name, member in shape.members.items():
                wire = _wire_name(name, member)
                if member.type_name == "list" and (self._operation, wire) not in _NEVER_EMPTY:
                    written.setdefault(self._set_name(wire), {})
        return written

    def structure(self, shape: Any, value: Mapping[str, Any], parent: str = "") -> dict[str, Any]:
        written: dict[str, Any] = {}
        for name, member in (shape.members if shape is not None else {}).items():
            item = value.get(name)
            if item is None:
                continue
            word = hidden.word_for("ec2", self._operation, name, member)
            wire = _wire_name(name, member)
            if word is not hidden.SHOW:
                if word is not hidden.DROP:
                    written[lower_first(wire)] = word
            elif member.type_name == "list":
                key, items = self._list(member, item, wire, parent)
                written[key] = items
            else:
                key = _MEMBERS.get((self._operation, wire), lower_first(wire))
                if (self._operation, key) not in _LEFT_OUT:
                    value_written = self._value(member, item, wire)
                    written[key] = _as_text(self._operation, key, value_written)
        for name in _EMPTY_UNLESS_SENT.get(shape.name if shape is not None else "", ()):
            written.setdefault(name, {})
        return written

    def _list(self, shape: Any, value: Any, wire: str, parent: str) -> tuple[str, Any]:
        if (parent, wire) in _PLAIN:
            plain = [self._value(shape.member, item, wire) for item in value]
            return _PLAIN_NAMES.get(wire, lower_first(wire)), plain
        if shape.member.type_name == "structure":
            items = [self.structure(shape.member, item, wire) for item in value if isinstance(item, Mapping)]
        else:
            name = _ITEMS.get(wire, lower_first(wire))
            items = [{name: self._value(shape.member, item, wire)} for item in value]
        held = "item" if self._operation in _ITEM_REQUESTS and wire != "Filter" else "items"
        return self._set_name(wire), ({held: items} if items else {})

    def _set_name(self, wire: str) -> str:
        for operation in (self._operation, "*"):
            if (operation, wire) in _SETS:
                return _SETS[operation, wire]
        name = lower_first(wire)
        return name if name.endswith(("s", "Set")) else f"{name}Set"

    def _value(self, shape: Any, value: Any, wire: str) -> Any:
        if shape.type_name == "structure":
            return self.structure(shape, value, wire) if isinstance(value, Mapping) else {}
        return _scalar(value)


class _SetsAnswer:
    """Older operations, answers: the XML's own names, lists as items."""

    def __init__(self, operation: str) -> None:
        self._operation = operation

    def structure(self, shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for name, member in (shape.members if shape is not None else {}).items():
            item = value.get(name)
            if item is None or name in ("Return", "ResponseMetadata"):
                continue
            word = hidden.word_for("ec2", self._operation, name, member)
            key = self._name(name, member)
            if word is hidden.SHOW:
                written[key] = _as_text(self._operation, key, self._value(member, item, key))
            elif word is not hidden.DROP:
                written[key] = word
        return written

    def _name(self, name: str, member: Any) -> str:
        found = lower_first(str(member.serialization.get("name") or name))
        return _ANSWER_MEMBERS.get((self._operation, found), found)

    def _value(self, shape: Any, value: Any, name: str) -> Any:
        if shape.type_name == "structure":
            return self.structure(shape, value) if isinstance(value, Mapping) else {}
        if shape.type_name == "list":
            return self._list([self._value(shape.member, item, "") for item in value], name)
        return self._scalar(value)

    def _list(self, items: list[Any], name: str) -> Any:
        return {"item" if name in _ITEM_ANSWERS else "items": items} if items else {}

    def _scalar(self, value: Any) -> Any:
        return _scalar(value)


class _Xml(_SetsAnswer):
    """Newer operations, requests: each element of a list carries its number."""

    def _name(self, name: str, member: Any) -> str:
        return _wire_name(name, member)

    def _list(self, items: list[Any], name: str) -> Any:
        numbered = [
            {**item, "tag": number} if isinstance(item, dict) else {"tag": number, "content": item}
            for number, item in enumerate(items, 1)
        ]
        return _single(numbered)

    def _scalar(self, value: Any) -> Any:
        return xml_scalar(_iso(value))


class _XmlAnswer(_SetsAnswer):
    """Newer operations, answers: `item` holds one element or the list of them."""

    def _list(self, items: list[Any], name: str) -> Any:
        return {"item": _single(items)} if items else ""

    def _scalar(self, value: Any) -> Any:
        return xml_scalar(_iso(value))


def xml_scalar(value: Any) -> Any:
    """Text that XML cannot tell from a boolean, in any case, or a small number becomes one: real records."""
    if not isinstance(value, str):
        return value
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value.isascii() and value.isdigit() and len(value) < 10 and (value == "0" or value[0] != "0"):
        return int(value)
    return value


def _single(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items


def _as_text(operation: str, name: str, value: Any) -> Any:
    return str(value) if (operation, name) in _TEXTS else value


def _scalar(value: Any) -> Any:
    """Times are milliseconds since the epoch in the older operations."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    return value


def _iso(value: Any) -> Any:
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    return value
