"""Users' KMS keys: fake and KMS through the delivery role."""

from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.encryption_keys import KmsEncryptionKeys
from opentrail.ports.encryption_keys import EncryptionKeyError, EncryptionKeys
from opentrail.ports.errors import AdapterError

from tests.fakes.clock import FakeClock
from tests.fakes.encryption_keys import FakeEncryptionKeys

DELIVERY = "arn:aws:iam::123456789012:role/delivery"
REGION = "eu-west-1"
ACCOUNT = "123456789012"  # moto's
ALIAS = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/logs"
MISSING = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
CONTEXT = {"aws:cloudtrail:arn": f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/audit"}


def client_of(service: str, _credentials: Mapping[str, str], region: str | None) -> Any:
    return boto3.client(service, region_name=region or "us-east-1")


def real(aws: Any, client: Any = client_of) -> KmsEncryptionKeys:
    return KmsEncryptionKeys(DeliveryRole(aws.client("sts"), DELIVERY, client, FakeClock()))


def fake() -> tuple[EncryptionKeys, str]:
    keys, key = FakeEncryptionKeys(), MISSING[:-1] + "3"
    keys.keys.add(key)
    keys.aliases[ALIAS] = key
    return keys, key


def kms(aws: Any) -> tuple[EncryptionKeys, str]:
    client = boto3.client("kms", region_name=REGION)
    key = client.create_key()["KeyMetadata"]["Arn"]
    client.create_alias(AliasName="alias/logs", TargetKeyId=key)
    return real(aws), key


@pytest.fixture(params=["fake", "kms"])
def made(request: pytest.FixtureRequest) -> tuple[EncryptionKeys, str]:
    return fake() if request.param == "fake" else kms(request.getfixturevalue("aws"))


def try_out(keys: EncryptionKeys, key: str) -> str:
    return keys.try_out(account_id=ACCOUNT, key_arn=key, context=CONTEXT)


def test_a_key_and_its_alias_are_answered_with_the_keys_own_arn(
    made: tuple[EncryptionKeys, str],
) -> None:
    keys, good = made
    assert try_out(keys, good) == try_out(keys, ALIAS) == good


def test_a_key_that_is_not_there_refuses(made: tuple[EncryptionKeys, str]) -> None:
    with pytest.raises(EncryptionKeyError) as refused:
        try_out(made[0], MISSING)
    assert refused.value.code == "NotFoundException"


class Answering:
    """A KMS client that notes what it was asked, and answers with an error."""

    def __init__(self, code: str) -> None:
        self._code = code
        self.asked: dict[str, Any] = {}

    def generate_data_key(self, **request: Any) -> Any:
        self.asked = request
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "GenerateDataKey")


@pytest.mark.parametrize("code", ["AccessDeniedException", "DisabledException", "KMSInvalidStateException"])
def test_what_kms_says_is_its_word_and_the_context_is_the_trails(aws: Any, code: str) -> None:
    client = Answering(code)
    with pytest.raises(EncryptionKeyError) as refused:
        try_out(real(aws, lambda *_: client), MISSING)
    assert refused.value.code == code
    assert client.asked == {"KeyId": MISSING, "KeySpec": "AES_256", "EncryptionContext": CONTEXT}


@pytest.mark.parametrize("code", ["ThrottlingException", "KeyUnavailableException"])
def test_what_passes_by_itself_is_tried_again(aws: Any, code: str) -> None:
    with pytest.raises(AdapterError):
        try_out(real(aws, lambda *_: Answering(code)), MISSING)


def test_what_names_no_key_refuses(aws: Any) -> None:
    with pytest.raises(EncryptionKeyError):
        try_out(real(aws), "arn:nothing")
