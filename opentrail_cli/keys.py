"""The keys that sign digests: which there are, and putting a new one in use.

The private halves stay in KMS. A rotation makes a key there that the digester may sign with, and notes it
from when on it is valid; digests that end before that moment are signed with the key before it, however late
they are made. So the old key must stay in KMS, enabled, for the 30 days that a digest may be late; what it
signed verifies for ever, since its public half is kept.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from opentrail.adapters.digest_keys import KmsDigestKeys, described, key_item
from opentrail.adapters.dynamodb import to_item
from opentrail.domain.digest_key import DigestKey, validities

from opentrail_cli import instance as instances
from opentrail_cli.environment import DEPLOYMENT_ACCOUNT, CommandError, Instance, client

# Seconds until a new key is valid: a digest that is being made has chosen its key by then.
AHEAD = 1


def show(instance: Instance) -> bool:
    """Print the keys, the oldest first."""
    kms, dynamodb, outputs = _clients(instance)
    now = datetime.now(UTC)
    for line in table(_keys(kms, dynamodb, outputs).list(), now):
        print(line)
    return True


def rotate(instance: Instance) -> bool:
    """Put a new key in use."""
    kms, dynamodb, outputs = _clients(instance)
    known = _keys(kms, dynamodb, outputs).list()
    arn = kms.create_key(
        Description="Signs the digest files of OpenTrail",
        KeySpec="RSA_2048",
        KeyUsage="SIGN_VERIFY",
        Policy=policy(outputs),
    )["KeyMetadata"]["Arn"]
    made = described(kms, arn)
    valid_from = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=AHEAD)
    fresh = DigestKey(name=made.name, value=made.value, valid_from=valid_from)
    for key in (*known, fresh):  # the deployment's own too: it stays known should the stack ever make another
        dynamodb.put_item(TableName=outputs["ResourcesTable"], Item=to_item(key_item(key)))
    print(
        f"Digests that end at {valid_from:%Y-%m-%dT%H:%M:%SZ} or later are signed with {fresh.fingerprint}."
    )
    print(f"Keep {known[-1].name} enabled for 30 days: a digest may be that late.")
    return True


def table(keys: list[DigestKey], now: datetime) -> list[str]:
    """One line a key; the one in use is marked."""
    found = validities(keys, now)
    lines = [f"{'fingerprint':32}  {'valid from':20}  {'until':20}  key"]
    for validity in found:
        last = " (in use)" if validity is found[-1] else ""
        lines.append(
            f"{validity.key.fingerprint:32}  {validity.start:%Y-%m-%dT%H:%M:%SZ}  "
            f"{validity.end:%Y-%m-%dT%H:%M:%SZ}  {validity.key.name}{last}"
        )
    return lines


def policy(outputs: dict[str, str]) -> str:
    """What a key's policy says: its account rules it, and the digester signs with it."""
    _, partition, _, _, account, _ = outputs["DigesterRoleArn"].split(":", 5)
    statements = [
        {
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "Digester",
            "Effect": "Allow",
            "Principal": {"AWS": outputs["DigesterRoleArn"]},
            "Action": "kms:Sign",
            "Resource": "*",
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _clients(instance: Instance) -> tuple[Any, Any, dict[str, str]]:
    outputs = instance.outputs()
    if not instances.is_ready(instance):
        raise CommandError(f"Nothing answers at {instance.endpoint}. Start with: opentrail up")
    kms, dynamodb = (
        client(instance.endpoint, service, account_id=DEPLOYMENT_ACCOUNT, attempts=3)
        for service in ("kms", "dynamodb")
    )
    return kms, dynamodb, outputs


def _keys(kms: Any, dynamodb: Any, outputs: dict[str, str]) -> KmsDigestKeys:
    return KmsDigestKeys(kms, dynamodb, outputs["ResourcesTable"], outputs["DigestKeyArn"])
