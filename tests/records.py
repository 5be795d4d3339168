"""CloudTrail records for tests and benches: many kinds, always the same for the same seed.

`generate` draws API calls of the catalogue by several kinds of identities, failures, console sign-ins,
service events, records of old eventVersions without the newer members, ties in time and text of many scripts.
It makes no Insights events: those are derived from records, never sent.
"""

import json
import random
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.records_catalogue import CALLS, DATA, MANAGEMENT, NETWORK, SERVICES, USER_AGENTS, Call

START = datetime(2023, 7, 10, 11, 42, 30, tzinfo=UTC)
ALL_CATEGORIES = frozenset({MANAGEMENT, DATA, NETWORK})
FAILURES = 0.15  # of the calls that can fail
ODD = 0.08  # of all records: sign-ins, service events, old versions
WORDS = (
    "billing",
    "audit",
    "zürich",
    "données",
    "東京",
    "back-up",
    "naïve",
    "emoji-🚀",
    "prod",
    "o'neil",
    'say "hi"',
)
_HOLE = re.compile(r"<([a-z0-9]+)>")


def generate(
    seed: int,
    count: int,
    *,
    accounts: Sequence[str] = ("111111111111",),
    regions: Sequence[str] = ("us-east-1",),
    start: datetime = START,
    span: timedelta = timedelta(hours=1),
    categories: frozenset[str] = ALL_CATEGORIES,
    odd: float = ODD,
) -> Iterator[dict[str, Any]]:
    """Records whose times lie in `span` from `start`, unsorted and with ties as in real log files.

    `odd` is the part of records that are no ordinary API call of a present eventVersion; 0 makes every record
    carry all main members. `categories` limits what is drawn; without Management nothing odd is made.
    """
    world = _World(random.Random(seed), accounts, regions)
    calls = [call for call in CALLS if call.category in categories]
    strange = odd if MANAGEMENT in categories else 0
    seconds = max(1, int(span.total_seconds()))
    moment = start
    for _ in range(count):
        if world.rng.random() > 0.3:  # bursts share a second
            moment = start + timedelta(seconds=world.rng.randrange(seconds))
        if world.rng.random() < strange:
            yield world.rng.choice((_sign_in, _service_event, _old_record))(world, moment)
        else:
            yield _api_call(world, moment, world.rng.choice(calls))


def lines(records: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Each record as one compact JSON line, as on the records queue."""
    for record in records:
        yield json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def big_record(seed: int, size: int, **more: Any) -> dict[str, Any]:
    """One management record whose JSON line is at least `size` bytes and hardly compressible."""
    record = next(generate(seed, 1, categories=frozenset({MANAGEMENT}), odd=0, **more))
    noise = random.Random(seed).randbytes(size // 2 + 1).hex()
    return {**record, "requestParameters": {"policyDocument": noise}}


class _World:
    """Where names come from: a few of each, so that they repeat as they do in real accounts."""

    def __init__(self, rng: random.Random, accounts: Sequence[str], regions: Sequence[str]) -> None:
        self.rng = rng
        self.accounts = accounts
        self.regions = regions
        words = [rng.choice(WORDS) for _ in range(8)]
        self.names = {
            "user": [f"{rng.choice(('alice', 'bob', 'carol', 'dave'))}-{i}" for i in range(6)],
            "role": [f"{rng.choice(('Admin', 'Deploy', 'ReadOnly'))}{i}" for i in range(5)],
            "bucket": [f"data-{self.hex(6)}" for _ in range(7)],
            "table": [f"orders-{self.hex(4)}" for _ in range(4)],
            "queue": [f"jobs-{self.hex(4)}" for _ in range(4)],
            "function": [f"worker-{self.hex(4)}" for _ in range(4)],
            "session": [f"session-{self.hex(8)}" for _ in range(5)],
            "word": words,
            "path": [f"{w}/{i}/report {i}.csv" for i, w in enumerate(words)],
        }

    def hex(self, length: int) -> str:
        return f"{self.rng.getrandbits(4 * length):0{length}x}"

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def key_id(self, prefix: str) -> str:
        return prefix + "".join(self.rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))

    def values(self, account: str, region: str) -> dict[str, str]:
        """What one record's placeholders stand for."""
        picked = {name: self.rng.choice(choices) for name, choices in self.names.items()}
        return picked | {
            "account": account,
            "region": region,
            "uuid": self.uuid(),
            "hex8": self.hex(8),
            "hex17": self.hex(17),
            "akid": self.key_id("AKIA"),
            "asid": self.key_id("ASIA"),
            "principal": self.key_id("AIDA"),
            "token": self.hex(64),
        }


def _fill(template: str, values: dict[str, str]) -> Any:
    """The JSON value of a template; null for an empty one."""
    return (
        json.loads(_HOLE.sub(lambda hole: json.dumps(values[hole[1]])[1:-1], template)) if template else None
    )


def _fill_text(template: str, values: dict[str, str]) -> str:
    return _HOLE.sub(lambda hole: values[hole[1]], template)


def _api_call(world: _World, moment: datetime, call: Call) -> dict[str, Any]:
    rng = world.rng
    account = rng.choice(world.accounts)
    region = "us-east-1" if call.is_global else rng.choice(world.regions)
    values = world.values(account, region)
    identity = _identity(world, values, moment)
    values |= {
        "arn": identity.get("arn", identity.get("invokedBy", "")),
        "action": f"{call.source.partition('.')[0]}:{call.name}",
        "resource": _fill_text(call.resources[0][1], values) if call.resources else "*",
    }
    record = _head(world, moment, identity, region) | {
        "eventSource": call.source,
        "eventName": call.name,
        "requestParameters": _fill(call.parameters, values),
        "responseElements": _fill(call.answer, values),
        "requestID": values["uuid"],
        "readOnly": call.read_only,
        "eventType": "AwsVpceEvent" if call.category == NETWORK else "AwsApiCall",
        "managementEvent": call.category == MANAGEMENT,
        "recipientAccountId": account,
        "eventCategory": call.category,
    }
    if call.errors and rng.random() < FAILURES:
        code, message = rng.choice(call.errors)
        record |= {"errorCode": code, "errorMessage": _fill_text(message, values), "responseElements": None}
    if call.resources:
        record["resources"] = [
            {"accountId": account, "type": kind, "ARN": _fill_text(arn, values)}
            for kind, arn in call.resources
        ]
    if call.extra:
        record |= {name: _fill_text(text, values) for name, text in call.extra.items()}
    if "invokedBy" not in identity:
        record["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{call.source.partition('.')[0]}.{region}.amazonaws.com",
        }
    return record


def _head(world: _World, moment: datetime, identity: dict[str, Any], region: str) -> dict[str, Any]:
    service = identity.get("invokedBy")
    octets = world.rng.getrandbits(16)
    return {
        "eventVersion": world.rng.choice(("1.08", "1.09", "1.10", "1.11")),
        "userIdentity": identity,
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "awsRegion": region,
        "sourceIPAddress": service or f"198.51.{octets >> 8}.{octets & 255}",
        "userAgent": service or world.rng.choice(USER_AGENTS),
        "eventID": world.uuid(),
    }


def _identity(world: _World, values: dict[str, str], moment: datetime) -> dict[str, Any]:
    kinds = (_iam_user, _assumed_role, _root, _service, _federated, _other_account)
    make = world.rng.choices(kinds, weights=(40, 40, 4, 8, 4, 4))[0]
    return make(world, values, moment)


def _iam_user(world: _World, values: dict[str, str], _moment: datetime) -> dict[str, Any]:
    return {
        "type": "IAMUser",
        "principalId": values["principal"],
        "arn": f"arn:aws:iam::{values['account']}:user/{values['user']}",
        "accountId": values["account"],
        "accessKeyId": values["akid"],
        "userName": values["user"],
    }


def _assumed_role(world: _World, values: dict[str, str], moment: datetime) -> dict[str, Any]:
    created = moment - timedelta(seconds=world.rng.randrange(3600))
    identity = {
        "type": "AssumedRole",
        "principalId": f"AROA{values['principal'][4:]}:{values['session']}",
        "arn": f"arn:aws:sts::{values['account']}:assumed-role/{values['role']}/{values['session']}",
        "accountId": values["account"],
        "accessKeyId": values["asid"],
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": f"AROA{values['principal'][4:]}",
                "arn": f"arn:aws:iam::{values['account']}:role/{values['role']}",
                "accountId": values["account"],
                "userName": values["role"],
            },
            "webIdFederationData": {},
            "attributes": {
                "creationDate": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "mfaAuthenticated": world.rng.choice(("true", "false")),
            },
        },
    }
    if world.rng.random() < 0.2:
        identity["invokedBy"] = world.rng.choice(SERVICES)
    return identity


def _root(_world: _World, values: dict[str, str], _moment: datetime) -> dict[str, Any]:
    return {
        "type": "Root",
        "principalId": values["account"],
        "arn": f"arn:aws:iam::{values['account']}:root",
        "accountId": values["account"],
        "accessKeyId": values["asid"],
    }


def _service(world: _World, _values: dict[str, str], _moment: datetime) -> dict[str, Any]:
    return {"type": "AWSService", "invokedBy": world.rng.choice(SERVICES)}


def _federated(_world: _World, values: dict[str, str], _moment: datetime) -> dict[str, Any]:
    return {
        "type": "WebIdentityUser",
        "principalId": f"accounts.google.com:{values['hex17']}:{values['hex8']}",
        "userName": values["hex8"],
        "identityProvider": "accounts.google.com",
    }


def _other_account(world: _World, values: dict[str, str], _moment: datetime) -> dict[str, Any]:
    return {
        "type": "AWSAccount",
        "principalId": values["principal"],
        "accountId": f"{world.rng.randrange(10**12):012}",
    }


def _sign_in(world: _World, moment: datetime) -> dict[str, Any]:
    account = world.rng.choice(world.accounts)
    values = world.values(account, "us-east-1")
    failed = world.rng.random() < 0.5
    record = _head(world, moment, _iam_user(world, values, moment), "us-east-1") | {
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Failure" if failed else "Success"},
        "additionalEventData": {"LoginTo": "https://console.aws.amazon.com/console/home", "MFAUsed": "Yes"},
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": MANAGEMENT,
    }
    return record | {"errorMessage": "Failed authentication"} if failed else record


def _service_event(world: _World, moment: datetime) -> dict[str, Any]:
    account, region = world.rng.choice(world.accounts), world.rng.choice(world.regions)
    identity = {"accountId": account, "invokedBy": "AWS Internal"}
    return _head(world, moment, identity, region) | {
        "eventSource": "kms.amazonaws.com",
        "eventName": "RotateKey",
        "requestParameters": None,
        "responseElements": None,
        "serviceEventDetails": {"keyId": world.uuid(), "rotationType": "AUTOMATIC"},
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": MANAGEMENT,
    }


def _old_record(world: _World, moment: datetime) -> dict[str, Any]:
    """As before eventVersion 1.06: no category, no managementEvent, no readOnly, sometimes no recipient."""
    record = _api_call(world, moment, world.rng.choice([c for c in CALLS if c.category == MANAGEMENT]))
    identity = record["userIdentity"]
    dropped = {"eventCategory", "managementEvent", "tlsDetails", "readOnly"}
    if identity.get("accountId") == record["recipientAccountId"]:
        dropped.add("recipientAccountId")
    return {**{k: v for k, v in record.items() if k not in dropped}, "eventVersion": "1.02"}
