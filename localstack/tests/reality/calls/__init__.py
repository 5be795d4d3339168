"""The calls that are compared with reality: one module of functions for each family of services.

Each operation is called with the parameters that real records of it have, and in the circumstances that let
it succeed, or fail as they did.
"""

from driver import Driver

from . import ec2, iam, others, s3


def make(root: Driver) -> None:
    """All of them: as a user, but for a few as the root of the account and as a role's session."""
    root("sts", "GetCallerIdentity")
    root("iam", "CreateUser", UserName="caller")
    key = root("iam", "CreateAccessKey", UserName="caller")["AccessKey"]["AccessKeyId"]
    user = root.acting_as(key)
    for family in (
        ec2.calls, iam.calls, s3.calls, others.plain, others.apigateway, others.kms, others.functions,
        others.logs, others.secrets, others.parameters,
    ):  # fmt: skip
        family(user)
    session = others.tokens(user)
    role = user.acting_as(session["AccessKeyId"], session["SessionToken"])
    role("sts", "GetCallerIdentity")
    role("iam", "GetUser")
