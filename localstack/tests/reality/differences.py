"""Accepted differences from real records, each with its reason; and what the local cloud cannot make.

A difference that is in no row fails the test, and so does a row whose difference is gone.
"""

NOT_ANSWERED = "the local cloud's answer lacks it, or has it empty"
ANSWERED = "the local cloud answers it, AWS did not"
NEWER = "a member of the API, or of its clients, that is younger than the real records"
ABRIDGED = "real records of it are old, or abridged for publication"

_ITEM = "responseElements.instancesSet.items[]"
_RULE = "responseElements.securityGroupRuleSet.items[]"
_NAT = "responseElements.CreateNatGatewayResponse"
_ADDRESS = f"{_NAT}.natGateway.natGatewayAddressSet.item"
_ATTACHMENT = "responseElements.DeleteTransitGatewayVpcAttachmentResponse.transitGatewayVpcAttachment"

# Reason -> event -> differences.
_ACCEPTED: dict[str, dict[str, tuple[str, ...]]] = {
    NOT_ANSWERED: {
        "athena ListWorkGroups": ("missing responseElements.workGroups[].engineVersion",),
        "ec2 AllocateAddress": (
            "missing responseElements.networkBorderGroup",
            "missing responseElements.publicIpv4Pool",
        ),
        "ec2 AssociateRouteTable": ("missing responseElements.associationState",),
        "ec2 AuthorizeSecurityGroupEgress": (
            f"missing {_RULE}.fromPort",
            f"missing {_RULE}.toPort",
            f"missing {_RULE}.groupOwnerId",
        ),
        "ec2 AuthorizeSecurityGroupIngress": (f"missing {_RULE}.groupOwnerId",),
        "ec2 CreateFlowLogs": ("missing responseElements.CreateFlowLogsResponse.clientToken",),
        "ec2 CreateInternetGateway": ("missing responseElements.internetGateway.association",),
        "ec2 CreateNatGateway": (
            f"missing {_NAT}.clientToken",
            f"missing {_ADDRESS}.isPrimary",
            f"missing {_ADDRESS}.status",
        ),
        "ec2 CreateRouteTable": (
            "missing responseElements.routeTable.propagatingVgwSet",
            "missing responseElements.routeTable.routeSet.items[].origin",
        ),
        "ec2 CreateSubnet": (
            "missing responseElements.subnet.enableDns64",
            "missing responseElements.subnet.privateDnsNameOptionsOnLaunch",
        ),
        "ec2 DeleteTransitGatewayVpcAttachment": (f"missing {_ATTACHMENT}.creationTime",),
        "ec2 DisassociateRouteTable": ("missing responseElements.associationState",),
        "ec2 RunInstances": (
            f"missing {_ITEM}.groupSet.items",
            f"missing {_ITEM}.hibernationOptions.configured",
            f"missing {_ITEM}.metadataOptions.httpProtocolIpv4",
            f"missing {_ITEM}.networkInterfaceSet.items[].tagSet",
        ),
        "iam CreatePolicy": ("missing responseElements.policy.permissionsBoundaryUsageCount",),
        "lambda CreateFunction20150331": ("missing responseElements.environment",),
        "lambda UpdateFunctionCode20150331v2": ("missing responseElements.environment",),
        "s3 GetAccountPublicAccessBlock": ("missing additionalEventData.x-amz-id-2",),
        "s3 ListAccessPoints": ("missing additionalEventData.x-amz-id-2",),
        "ssm SendCommand": (
            "missing responseElements.command.alarmConfiguration",
            "missing responseElements.command.clientName",
            "missing responseElements.command.clientSourceId",
            "missing responseElements.command.cloudWatchOutputConfig",
            "missing responseElements.command.documentVersion",
            "missing responseElements.command.interactive",
            "missing responseElements.command.triggeredAlarms",
        ),
    },
    ANSWERED: {
        "apigateway CreateStage": ("besides responseElements.description",),
        "ec2 AuthorizeSecurityGroupEgress": (f"besides {_RULE}.tagSet",),
        "ec2 AuthorizeSecurityGroupIngress": (f"besides {_RULE}.tagSet",),
        "ec2 CreateNatGateway": (
            f"besides {_ADDRESS}.associationId",
            f"besides {_ADDRESS}.networkInterfaceId",
            f"besides {_ADDRESS}.privateIp",
            f"besides {_ADDRESS}.publicIp",
        ),
        "ec2 CreateNetworkInterface": ("besides responseElements.networkInterface.association",),
        "ec2 CreateSnapshot": ("besides responseElements.description", "besides responseElements.progress"),
        "ec2 DeleteTransitGatewayVpcAttachment": (
            f"besides {_ATTACHMENT}.options",
            f"besides {_ATTACHMENT}.subnetIds",
            f"besides {_ATTACHMENT}.tagSet",
        ),
        "ec2 RunInstances": (
            f"besides {_ITEM}.dnsName",
            f"besides {_ITEM}.ipAddress",
            f"besides {_ITEM}.kernelId",
            f"besides {_ITEM}.networkInterfaceSet.items[].association",
            f"besides {_ITEM}.networkInterfaceSet.items[].privateIpAddressesSet.item[].association",
            f"besides {_ITEM}.placement.groupName",
            f"besides {_ITEM}.reason",
            f"besides {_ITEM}.sriovNetSupport",
        ),
        "iam CreateRole": ("besides responseElements.role.maxSessionDuration",),
    },
    NEWER: {
        "ec2 CreateRouteTable": ("besides requestParameters.clientToken",),
        "ec2 CreateSecurityGroup": ("besides responseElements.securityGroupArn",),
        "kms CreateKey": (
            "besides requestParameters.multiRegion",
            "besides responseElements.keyMetadata.currentKeyMaterialId",
            "type of responseElements.keyMetadata.creationDate: time (Java, with comma), not time (Java)",
        ),
        "lambda CreateFunction20150331": ("besides responseElements.loggingConfig",),
        "lambda UpdateFunctionCode20150331v2": ("besides responseElements.loggingConfig",),
    },
    ABRIDGED: {
        "ec2 StartInstances": ("besides responseElements.requestId",),
        "kms CreateKey": (
            "besides responseElements.keyMetadata.aWSAccountId",
            "besides responseElements.keyMetadata.customerMasterKeySpec",
            "besides responseElements.keyMetadata.encryptionAlgorithms",
        ),
        "s3 PutObject": (
            "besides additionalEventData.AuthenticationMethod",
            "besides requestParameters.Host",
            "besides responseElements.x-amz-server-side-encryption",
            "missing responseElements.x-amz-id-2",
            "missing responseElements.x-amz-request-id",
        ),
    },
}

NO_POLICIES = "the local cloud enforces no policies"
NO_LIMITS = "the local cloud has no quotas and throttles nobody"

# Outcomes that real records have and no call here: errorCode -> reason.
UNMADE: dict[str, str] = {
    "AccessDenied": NO_POLICIES,
    "Client.UnauthorizedOperation": NO_POLICIES,
    "Client.VcpuLimitExceeded": NO_LIMITS,
    "Client.VpcLimitExceeded": NO_LIMITS,
    "ThrottlingException": NO_LIMITS,
}

# The same for one event.
UNMADE_OF: dict[tuple[str, str], str] = {
    (
        "ec2 RevokeSecurityGroupEgress",
        "Client.InvalidPermission.NotFound",
    ): "revoked rules are not looked for",
    ("ec2 RunInstances", "Client.InvalidParameterValue"): "parameters of instances are not looked at",
    ("iam ListServiceSpecificCredentials", "success"): "it finds nobody's credentials",
    ("s3 GetStorageLensConfiguration", "success"): "there are no configurations, nor can one be put",
    ("ssm GetCommandInvocation", "InvocationDoesNotExist"): "its failures have no code that clients can read",
    ("ssm GetDocument", "success"): "AWS's own documents are missing",
    ("ssm SendCommand", "InvalidInstanceId"): "instances are not looked for",
}


def accepted() -> dict[tuple[str, str], set[str]]:
    """What is accepted of each event."""
    found: dict[tuple[str, str], set[str]] = {}
    for events in _ACCEPTED.values():
        for event, rows in events.items():
            found.setdefault(full(event), set()).update(rows)
    return found


def reasons() -> dict[tuple[tuple[str, str], str], str]:
    """Why each is accepted, by event and difference."""
    return {
        (full(event), row): reason
        for reason, events in _ACCEPTED.items()
        for event, rows in events.items()
        for row in rows
    }


def full(event: str) -> tuple[str, str]:
    """Event source and name, of a short one."""
    source, _, name = event.partition(" ")
    return f"{source}.amazonaws.com", name
