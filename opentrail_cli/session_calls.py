"""The API calls of a session: seven services, three kinds of callers, successes and failures, fresh names.

Error codes are those CloudTrail records for such failures (the services' own CloudTrail pages): EC2
prefixes the party at fault, IAM adds "Exception".
"""

import json
import random
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from opentrail_cli.counted_calls import Expected, Failure, Person
from opentrail_cli.environment import SECRET

SOURCES = frozenset(f"{name}.amazonaws.com" for name in ("s3", "iam", "sts", "sqs", "kms", "dynamodb", "ec2"))
MOST_REPEATS = 4  # a call is repeated a random number of times, so that no prepared answer can fit


def _tag() -> str:
    return secrets.token_hex(4)


@dataclass(frozen=True, slots=True)
class Names:
    """What the session's things are called: random, so that nothing found can be from another session."""

    account: str = field(default_factory=lambda: f"{secrets.randbelow(9 * 10**11) + 10**11}")
    user: str = field(default_factory=lambda: f"user-{_tag()}")
    role: str = field(default_factory=lambda: f"role-{_tag()}")
    session: str = field(default_factory=lambda: f"session-{_tag()}")
    data_bucket: str = field(default_factory=lambda: f"data-{_tag()}-{_tag()}")
    log_bucket: str = field(default_factory=lambda: f"logs-{_tag()}-{_tag()}")
    object_key: str = field(default_factory=lambda: f"folder {_tag()}/naïve.txt")
    queue: str = field(default_factory=lambda: f"queue-{_tag()}")
    table: str = field(default_factory=lambda: f"table-{_tag()}")
    trail: str = field(default_factory=lambda: f"trail-{_tag()}")
    store: str = field(default_factory=lambda: f"store-{_tag()}")
    missing: str = field(default_factory=lambda: f"missing-{_tag()}")


def root_of(names: Names, expected: Expected, endpoint: str) -> Person:
    """The account itself: on the local cloud its access key id is its number."""
    arn = f"arn:aws:iam::{names.account}:root"
    return Person(expected, endpoint, arn, {"AccessKeyId": names.account, "SecretAccessKey": SECRET})


def make_calls(root: Person, names: Names, expected: Expected, endpoint: str) -> None:
    """Everything the session does while the trail logs."""

    def become(arn: str, credentials: dict[str, str]) -> Person:
        person = Person(expected, endpoint, arn, credentials)
        person.logged()
        return person

    with ThreadPoolExecutor(1, thread_name_prefix="aws-cli") as pool:
        # An AWS CLI process takes seconds to start: it works beside the other calls.
        command = pool.submit(
            root.cli,
            "ec2",
            "describe-availability-zones",
            source="ec2.amazonaws.com",
            name="DescribeAvailabilityZones",
        )
        user = _people(root, names, become)
        role = _role(user, names, become)
        _buckets(root, user, role, names)
        for step in (_queues, _keys, _tables, _networks):
            step(root, role, names)
        command.result()


type Become = Callable[[str, dict[str, str]], Person]


def _people(root: Person, names: Names, become: Become) -> Person:
    """A user, who then calls with keys of their own."""
    created = root.call("iam", "create_user", UserName=names.user)
    root.call(
        "iam",
        "create_user",
        Failure("EntityAlreadyExists", "EntityAlreadyExistsException"),
        UserName=names.user,
    )
    root.call("iam", "get_user", Failure("NoSuchEntity", "NoSuchEntityException"), UserName=names.missing)
    key = root.call("iam", "create_access_key", UserName=names.user)["AccessKey"]
    for _ in range(random.randint(1, MOST_REPEATS)):
        root.call("iam", "list_users")
    return become(created["User"]["Arn"], key)


def _role(user: Person, names: Names, become: Become) -> Person:
    """A role that the user makes and assumes."""
    trust = {"Effect": "Allow", "Principal": {"AWS": user.arn}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = user.call("iam", "create_role", RoleName=names.role, AssumeRolePolicyDocument=document)["Role"]
    user.call("iam", "get_role", Failure("NoSuchEntity", "NoSuchEntityException"), RoleName=names.missing)
    user.call("sts", "get_caller_identity")
    assumed = user.call("sts", "assume_role", RoleArn=role["Arn"], RoleSessionName=names.session)
    person = become(assumed["AssumedRoleUser"]["Arn"], assumed["Credentials"])
    for _ in range(random.randint(1, MOST_REPEATS)):
        person.call("sts", "get_caller_identity")
    return person


def _buckets(root: Person, user: Person, role: Person, names: Names) -> None:
    bucket = names.data_bucket
    user.call("s3", "create_bucket", Bucket=bucket)
    role.call("s3", "get_bucket_policy", Failure("NoSuchBucketPolicy"), Bucket=bucket)
    user.selected("s3", "put_object", Bucket=bucket, Key=names.object_key, Body=b"never recorded")
    for _ in range(random.randint(1, MOST_REPEATS)):
        role.selected("s3", "get_object", Bucket=bucket, Key=names.object_key)["Body"].read()
    role.selected("s3", "get_object", Failure("NoSuchKey"), Bucket=bucket, Key=names.missing)
    user.call("s3", "delete_bucket", Failure("BucketNotEmpty"), Bucket=bucket)
    root.call("s3", "get_bucket_location", Failure("NoSuchBucket"), Bucket=f"{names.missing}-{_tag()}")
    root.call("s3", "list_buckets")


def _queues(root: Person, role: Person, names: Names) -> None:
    url = role.call("sqs", "create_queue", QueueName=names.queue)["QueueUrl"]
    role.unselected("sqs", "send_message", QueueUrl=url, MessageBody="never recorded")
    missing = Failure("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
    role.call("sqs", "get_queue_url", missing, QueueName=names.missing)
    root.call("sqs", "list_queues")
    role.call("sqs", "delete_queue", QueueUrl=url)


def _keys(root: Person, role: Person, names: Names) -> None:
    key = root.call("kms", "create_key", Description=names.session)["KeyMetadata"]["KeyId"]
    text = role.call("kms", "encrypt", KeyId=key, Plaintext=b"never recorded")["CiphertextBlob"]
    role.call("kms", "decrypt", CiphertextBlob=text)
    root.call("kms", "disable_key", KeyId=key)
    role.call("kms", "encrypt", Failure("DisabledException"), KeyId=key, Plaintext=b"never recorded")
    root.call("kms", "schedule_key_deletion", KeyId=key, PendingWindowInDays=7)


def _tables(root: Person, role: Person, names: Names) -> None:
    role.call(
        "dynamodb",
        "create_table",
        TableName=names.table,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for _ in range(random.randint(1, MOST_REPEATS)):
        role.call("dynamodb", "describe_table", TableName=names.table)
    role.unselected("dynamodb", "put_item", TableName=names.table, Item={"pk": {"S": "never recorded"}})
    root.call("dynamodb", "describe_table", Failure("ResourceNotFoundException"), TableName=names.missing)
    root.call("dynamodb", "delete_table", TableName=names.table)


def _networks(root: Person, role: Person, names: Names) -> None:
    network = role.call("ec2", "create_vpc", CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    group = role.call(
        "ec2", "create_security_group", GroupName=names.session, Description="a session", VpcId=network
    )
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    role.call("ec2", "authorize_security_group_ingress", GroupId=group["GroupId"], IpPermissions=[permission])
    code = "InvalidInstanceID.NotFound"
    role.call(
        "ec2",
        "describe_instances",
        Failure(code, f"Client.{code}"),
        InstanceIds=[f"i-{secrets.token_hex(8)}0"],
    )
    root.call("ec2", "describe_vpcs")
