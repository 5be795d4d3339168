"""What AWS says about trails. Measured or reported word for word, but for those marked as ours."""

NAME_STARTS_WRONG = "Trail name must starts with a letter or number."  # sic
NAME_ENDS_WRONG = "Trail name must ends with a letter or number."  # sic
NAME_CHARACTERS = (
    "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), "
    "hyphens (-), and underscores (_)."
)
# Ours: AWS's sentences for these two are not known.
NAME_ADJACENT = "Trail name cannot contain adjacent periods (.), hyphens (-), or underscores (_)."
NAME_IS_ADDRESS = "Trail name cannot be in IP address format."

GLOBAL_EVENTS_NEEDED = "Multi-Region trail must include global service events."
ORGANIZATIONS_NOT_IN_USE = "Your account is not a member of an organization."  # ours

LOG_GROUP_AND_ROLE = "You must specify a log group and a role ARN."
LOG_GROUP_ARN = "CloudTrail cannot validate the specified log group ARN."
LOG_GROUP_REGION = "You must specify a log group that is in the current region."
LOG_GROUP_DENIED = "Access denied. Verify in IAM that the role has adequate permissions."
ROLE_DENIED = "Access denied. Verify in IAM that the role has adequate trust relationships."
ROLE_ARN = "CloudTrail cannot validate the specified role ARN."

TRAILS_PER_REGION = 5  # shadow trails included (AWS quota)


def name_too_short(length: int) -> str:
    """A name under three characters."""
    return (
        f"Trail name too short. Minimum allowed length: 3 characters. "
        f"Specified name length: {length} characters."
    )


def name_too_long(length: int) -> str:
    """A name over 128 characters."""
    return (
        f"Trail name too long. Maximum allowed length: 128 characters. "
        f"Specified name length: {length} characters."
    )


def arn_invalid(text: str) -> str:
    """Ours: AWS's sentence for a malformed trail ARN is not known."""
    return f"The trail ARN {text} is not valid."


def unknown(name: str, account_id: str) -> str:
    """No such trail. Reads show the bare name, changes what was passed (measured, reported)."""
    return f"Unknown trail: {name} for the user: {account_id}"


def home_region(region: str) -> str:
    """Ours: a change asked for outside the trail's home Region."""
    return f"A trail can be changed only in its home Region, which is {region}."


def already_exists(name: str, account_id: str) -> str:
    """The name is taken in that account and Region."""
    return f"Trail {name} already exists for customer: {account_id}"


def too_many(account_id: str, region: str) -> str:
    """The Region holds as many trails as it may."""
    return f"User: {account_id} already has {TRAILS_PER_REGION} trails in {region}."


def bucket_name(bucket: str) -> str:
    """Ours: no bucket can have that name."""
    return f"The S3 bucket name {bucket} is not valid."


def topic_name(text: str) -> str:
    """Ours: no topic has that name or ARN, or it is a FIFO topic."""
    return f"The SNS topic name {text} is not valid."


TOPIC_POLICY = "SNS Topic does not exist or the topic policy is incorrect!"
TOPIC_ACCOUNT = "The account of the SNS topic is suspended or not known."  # ours


def key_malformed(text: str) -> str:
    """Ours: nothing that could name a key."""
    return f"The KMS key {text} is not valid."


def key_elsewhere(key: str, bucket: str) -> str:
    """Ours: S3 uses keys of the bucket's own Region only."""
    return f"KMS key {key} is not in the Region of S3 bucket {bucket}."


def key_unusable(key: str) -> str:
    """Ours: the key is disabled, or pending deletion, or none that encrypts."""
    return f"KMS key {key} cannot be used: it is disabled, pending deletion or not for encryption."


def key_policy(bucket: str, key: str) -> str:
    """The key is not there, or its policy refuses."""
    return f"Insufficient permissions to access S3 bucket {bucket} or KMS key {key}."


def topic_key(topic: str) -> str:
    """Ours: the topic is encrypted with a key that is not there."""
    return f"The KMS key of SNS topic {topic} was not found."


def region_in_arn(region: str) -> str:
    """The tags of a resource of another Region (reported)."""
    return f"Region in ARN is wrong, you can only access resources in region {region}."


LIST_TOKEN = "The next token is not valid."  # noqa: S105 - ours
KEY_PREFIX = "The S3 key prefix is not valid. It can have at most 200 characters."  # ours


def bucket_does_not_exist(bucket: str) -> str:
    """S3 knows no such bucket."""
    return f"S3 bucket {bucket} does not exist!"


def bucket_policy(bucket: str) -> str:
    """The bucket refused the look at its ACL, or the marker object."""
    return f"Incorrect S3 bucket policy is detected for bucket: {bucket}"
