"""The role that enters users' accounts: what their policies name where they would name
`cloudtrail.amazonaws.com`.

Its own policy gives it nothing in the deployment's own account: there, too, a bucket, a key, a topic or a
role must name it, so that nobody reaches a neighbour's bucket by naming it in a trail. A session is tagged
with the owner on whose behalf it acts: it writes only under that account, and takes only its roles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.findings import accept

OWNER_TAG = "owner"  # of a session: the account on whose behalf it acts
OWNER = f"${{aws:PrincipalTag/{OWNER_TAG}}}"


@dataclass(frozen=True, kw_only=True)
class _Grant:
    actions: Sequence[str]
    resource: str
    condition: dict[str, Any] = field(default_factory=dict)


GRANTS = (
    # A PUT that names a canned ACL needs the second action as well (S3 API reference, PutObject).
    _Grant(
        actions=["s3:PutObject", "s3:PutObjectAcl"],
        resource=f"arn:{Aws.PARTITION}:s3:::*/AWSLogs/{OWNER}/*",
    ),
    _Grant(actions=["s3:GetBucketAcl"], resource=f"arn:{Aws.PARTITION}:s3:::*"),
    _Grant(actions=["kms:GenerateDataKey"], resource=f"arn:{Aws.PARTITION}:kms:*:*:key/*"),
    _Grant(actions=["sns:Publish"], resource=f"arn:{Aws.PARTITION}:sns:*:*:*"),
    # Topics encrypted with a key: SNS uses it with the publisher's rights.
    _Grant(
        actions=["kms:Decrypt"],
        resource=f"arn:{Aws.PARTITION}:kms:*:*:key/*",
        condition={"StringLike": {"kms:ViaService": "sns.*.amazonaws.com"}},
    ),
    # The role that writes into a log group, and the one that sends to the account's event buses.
    _Grant(
        actions=["sts:AssumeRole"],
        resource=f"arn:{Aws.PARTITION}:iam::*:role/*",
        condition={"StringEquals": {"aws:ResourceAccount": OWNER}},
    ),
)


def delivery_role(scope: Construct, users: Sequence[iam.Role]) -> iam.Role:
    """The role; `users` are the functions' roles that may take it."""
    role = iam.Role(
        scope,
        "DeliveryRole",
        description="Delivers to the buckets, topics, log groups and event buses of users",
        assumed_by=iam.SessionTagsPrincipal(
            iam.CompositePrincipal(*[iam.ArnPrincipal(user.role_arn) for user in users])
        ).with_conditions(
            {
                "StringLike": {f"aws:RequestTag/{OWNER_TAG}": "????????????"},
                "ForAllValues:StringEquals": {"aws:TagKeys": [OWNER_TAG]},
            }
        ),
    )
    elsewhere = {"StringNotEquals": {"aws:ResourceAccount": Aws.ACCOUNT_ID}}
    for grant in GRANTS:
        role.add_to_policy(
            iam.PolicyStatement(
                actions=list(grant.actions),
                resources=[grant.resource],
                conditions={**elsewhere, **grant.condition},
            )
        )
        name = grant.resource.replace(Aws.PARTITION, "<AWS::Partition>").replace("${", "<").replace("}", ">")
        accept(
            role, f"IAM5[Resource::{name}]", "Users say which they are: their own policies name this role."
        )
    return role
