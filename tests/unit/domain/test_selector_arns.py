"""Which ARNs `resources.ARN` may be equalled to, by the type of resource."""

import pytest
from opentrail.domain.selector_arns import is_arn_of
from opentrail.domain.selector_values import DATA_RESOURCE_TYPES

HERE = "us-east-1:111111111111"
GOOD = {
    "AWS::S3::Object": ["arn:aws:s3:::data/", "arn:aws:s3:::data/a/b c.txt", "arn:aws-cn:s3:::data/x"],
    "AWS::S3::AccessPoint": [
        f"arn:aws:s3:{HERE}:accesspoint/a",
        f"arn:aws:s3:{HERE}:accesspoint/a/object/k/l",
    ],
    "AWS::Lambda::Function": [f"arn:aws:lambda:{HERE}:function:f"],
    "AWS::DynamoDB::Table": [f"arn:aws:dynamodb:{HERE}:table/t"],
    "AWS::DynamoDB::Stream": [f"arn:aws:dynamodb:{HERE}:table/t/stream/2023-07-10T11:42:30.000"],
    "AWS::EC2::Snapshot": ["arn:aws:ec2:us-east-1::snapshot/snap-1"],
    "AWS::SNS::Topic": [f"arn:aws:sns:{HERE}:t"],
    "AWS::SQS::Queue": [f"arn:aws:sqs:{HERE}:q.fifo"],
    "AWS::Cassandra::Table": [f"arn:aws:cassandra:{HERE}:/keyspace/k/table/t"],
    "AWS::Cognito::IdentityPool": [f"arn:aws:cognito-identity:{HERE}:identitypool/us-east-1:1-2"],
    "AWS::QBusiness::DataSource": [f"arn:aws:qbusiness:{HERE}:application/a/index/i/data-source/d"],
    "AWS::ManagedBlockchain::Network": ["arn:aws:managedblockchain:::networks/n"],
    "AWS::KMS::Nothing": [f"arn:aws:kms:{HERE}:key/1"],  # a type without a format takes any ARN
}
BAD = {
    "AWS::S3::Object": [
        "arn:aws:s3:::data",
        "arn:aws:s3:::Data/k",
        f"arn:aws:s3:{HERE}:data/k",
        "arn:aws:s3:::",
    ],
    "AWS::S3::AccessPoint": ["arn:aws:s3:::data/k"],
    "AWS::Lambda::Function": [
        f"arn:aws:lambda:{HERE}:function:f:1",
        f"arn:aws:lambda:{HERE}:function:f:$LATEST",
        f"arn:aws:lambda:{HERE}:layer:f",
        "arn:aws:lambda:us-east-1::function:f",
    ],
    "AWS::DynamoDB::Table": [f"arn:aws:dynamodb:{HERE}:table/t/index/i", f"arn:aws:dynamodb:{HERE}:table:t"],
    "AWS::EC2::Snapshot": [f"arn:aws:ec2:{HERE}:snapshot/snap-1"],
    "AWS::SNS::Topic": [f"arn:aws:sns:{HERE}:t:subscription", f"arn:aws:sqs:{HERE}:t"],
    "AWS::SQS::Queue": ["https://sqs.us-east-1.amazonaws.com/111111111111/q", f"arn:aws:sqs:{HERE}:"],
    "AWS::QBusiness::Index": [f"arn:aws:qbusiness:{HERE}:application/a/index"],
    "AWS::KMS::Nothing": ["key/1", "arn:aws:kms", f"arn:aws:kms:{HERE}:"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, all_ in GOOD.items() for text in all_])
def test_a_whole_arn_of_the_type_is_taken(kind: str, text: str) -> None:
    assert is_arn_of(kind, text)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, all_ in BAD.items() for text in all_])
def test_anything_else_is_refused(kind: str, text: str) -> None:
    assert not is_arn_of(kind, text)


@pytest.mark.parametrize("kind", sorted(DATA_RESOURCE_TYPES))
def test_no_type_takes_what_is_no_arn(kind: str) -> None:
    for text in ("", "arn", "arn:aws", "arn:aws:s3", "data", "arn:aws:x:y:z"):
        assert not is_arn_of(kind, text)
