"""Calls to IAM: users, roles, instance profiles, policies."""

import json

from driver import Driver, Service

from .plain import TAG

TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole",
    }],
})  # fmt: skip
POLICY = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}],
})  # fmt: skip
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def calls(driver: Driver) -> None:
    """What a tool makes of roles and users, and takes away again."""
    iam = driver.of("iam")
    _role(iam)
    _profile(iam)
    _user(iam)
    iam("GetAccountAuthorizationDetails")
    iam("GetAccountSummary")
    iam("ListUsers")
    iam("ListVirtualMFADevices", AssignmentStatus="Assigned")


def _role(iam: Service) -> None:
    name = "reality"
    iam(
        "CreateRole",
        Path="/",
        RoleName=name,
        AssumeRolePolicyDocument=TRUST,
        MaxSessionDuration=3600,
        Tags=TAG,
    )
    iam("GetRole", RoleName=name)
    iam("GetRole", RoleName="nobody")
    iam("UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=TRUST)
    iam("PutRolePolicy", RoleName=name, PolicyName="inline", PolicyDocument=POLICY)
    iam("GetRolePolicy", RoleName=name, PolicyName="inline")
    iam("ListRolePolicies", RoleName=name)
    iam("AttachRolePolicy", RoleName=name, PolicyArn=READ_ONLY)
    iam("ListAttachedRolePolicies", RoleName=name)
    iam("ListInstanceProfilesForRole", RoleName=name)


def _profile(iam: Service) -> None:
    role = profile = "reality"
    iam("CreateInstanceProfile", InstanceProfileName=profile, Path="/", Tags=TAG)
    iam("AddRoleToInstanceProfile", InstanceProfileName=profile, RoleName=role)
    iam("GetInstanceProfile", InstanceProfileName=profile)
    iam("GetInstanceProfile", InstanceProfileName="nobody")
    iam("TagInstanceProfile", InstanceProfileName=profile, Tags=TAG)
    iam("RemoveRoleFromInstanceProfile", InstanceProfileName=profile, RoleName=role)
    iam("DeleteInstanceProfile", InstanceProfileName=profile)
    iam("DetachRolePolicy", RoleName=role, PolicyArn=READ_ONLY)
    iam("DeleteRolePolicy", RoleName=role, PolicyName="inline")
    iam("DeleteRole", RoleName=role)


def _user(iam: Service) -> None:
    name = "reality"
    iam("CreateUser", UserName=name, Path="/", Tags=TAG)
    iam("GetUser", UserName=name)
    iam("GetUser")
    iam("DeleteLoginProfile", UserName=name)  # there is none
    iam("CreateLoginProfile", UserName=name, Password="Never-recorded-1", PasswordResetRequired=False)
    iam("GetLoginProfile", UserName=name)
    iam("DeleteLoginProfile", UserName=name)
    iam("AttachUserPolicy", UserName=name, PolicyArn=READ_ONLY)
    iam("DetachUserPolicy", UserName=name, PolicyArn=READ_ONLY)
    key = iam("CreateAccessKey", UserName=name)["AccessKey"]["AccessKeyId"]
    iam("ListAccessKeys", UserName=name)
    iam("DeleteAccessKey", UserName=name, AccessKeyId=key)
    for listing in (
        "ListGroupsForUser", "ListMFADevices", "ListSSHPublicKeys", "ListServiceSpecificCredentials",
        "ListSigningCertificates",
    ):  # fmt: skip
        iam(listing, UserName=name)
    _policy(iam)
    iam("DeleteUser", UserName=name)


def _policy(iam: Service) -> None:
    made = iam(
        "CreatePolicy", PolicyName="reality", Path="/", PolicyDocument=POLICY, Description="", Tags=TAG
    )
    arn = made["Policy"]["Arn"]
    iam("GetPolicy", PolicyArn=arn)
    iam("GetPolicyVersion", PolicyArn=arn, VersionId="v1")
    iam("ListPolicyVersions", PolicyArn=arn)
    iam("ListEntitiesForPolicy", PolicyArn=arn)
    iam("DeletePolicy", PolicyArn=arn)
