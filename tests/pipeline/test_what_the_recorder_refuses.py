"""The records queue is a trust boundary: what may not be recorded is dead-lettered with its reason."""

import base64
import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from opentrail.domain import record_message
from opentrail.domain.record_message import MAX_INFLATED, MAX_RECORDS, Pointer, encode_pointer

from tests.fakes.failures import Killed
from tests.pipeline.world import HOME, SENDER, A, B, World, ago, store, trail
from tests.records import generate, lines

RECORDS = tuple(lines(generate(11, 12, accounts=(A, B), start=ago(hours=2), odd=0)))
MESSAGES = "messages/0123"
POISONED = "333333333333"
NO_SEGMENT = "segments/0123"


def packed(data: bytes) -> str:
    return "1" + base64.b64encode(gzip.compress(data, mtime=0)).decode()


def recorded(world: World) -> Counter[bytes]:
    """Every line in every slice of every segment."""
    found: Counter[bytes] = Counter()
    for key, body in world.segments.objects.items():
        if key.startswith("segments/") and key != NO_SEGMENT:
            header = zlib.decompressobj(wbits=31)
            slices = json.loads(header.decompress(body))["slices"]
            offset = len(body) - len(header.unused_data)
            for length in (slice_["length"] for slice_ in slices):
                found.update(gzip.decompress(body[offset : offset + length]).split(b"\n"))
                offset += length
    return found


def world_of(**more: object) -> World:
    return World(trails=(trail(),), stores=(store(),), **more)  # type: ignore[arg-type]


def test_an_unknown_sender_is_refused_and_its_neighbour_is_recorded() -> None:
    world = world_of()
    (text,) = record_message.encode(RECORDS)
    world.send(text, sender="999999999999")
    world.send(next(record_message.encode(RECORDS[:1])), sender=f"{SENDER}:session")
    world.settle()
    assert world.dead_letters.bodies("UnknownSender") == [text.encode()]
    assert world.dead_letters.reasons == ["UnknownSender"]
    assert recorded(world)[RECORDS[0]] == 1
    assert recorded(world)[RECORDS[1]] == 0


def test_records_of_an_account_that_the_source_may_not_write_for_are_refused_with_that_reason() -> None:
    world = world_of(sources={SENDER: {"name": "producer", "accounts": [A]}})
    world.send_lines(RECORDS)
    world.settle()
    foreign = [line for line in RECORDS if json.loads(line)["recipientAccountId"] == B]
    assert 0 < len(foreign) < len(RECORDS)
    assert world.dead_letters.bodies("AccountNotAllowed") == [b"\n".join(foreign)]
    assert world.looked_up(B, HOME) == []
    assert all(recorded(world)[line] == (line not in foreign) for line in RECORDS)


def test_a_sender_with_fewer_accounts_cannot_take_away_what_another_sends_in_the_same_words() -> None:
    limited = {"name": "limited", "accounts": [A]}
    world = world_of(sources={"1": limited, "2": {"name": "all", "accounts": ["*"]}})
    (text,) = record_message.encode(RECORDS)
    world.send(text, sender="1")
    world.send(text, sender="2")
    world.settle()
    assert all(recorded(world)[line] == 1 for line in RECORDS)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "1",
        "1not base64!",
        "9" + base64.b64encode(gzip.compress(RECORDS[0], mtime=0)).decode(),
        "1" + base64.b64encode(RECORDS[0]).decode(),
        packed(b""),
        packed(b"\n\n"),
        packed(b"\n".join([b"{}"] * (MAX_RECORDS + 1))),
        packed(b"[" * (MAX_INFLATED + 1)),
        "1" + base64.b64encode(gzip.compress(RECORDS[0], mtime=0)[:-9]).decode(),
        "1" + base64.b64encode(gzip.compress(RECORDS[0], mtime=0) + b"more").decode(),
        "2" + base64.b64encode(b"nowhere").decode(),
        '{"Records":[]}',
        "ключ",
    ],
    ids=lambda body: body[:12],
)
def test_what_is_no_record_message_is_refused_whole(body: str) -> None:
    world = world_of()
    world.send(body)
    world.send_lines(RECORDS)
    world.settle()
    assert world.dead_letters.bodies("MalformedMessage") == [body.encode()]
    assert all(recorded(world)[line] == 1 for line in RECORDS)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "NotJson"),
        (b'{"n":NaN}', "NotJson"),
        (b"\xff\xfe", "NotJson"),
        ('{"eventName":"x"}'.encode("utf-16-be"), "NotJson"),
        (b"[" * 100_000 + b"]" * 100_000, "NotJson"),
        (b"[]", "NotAnObject"),
        (b'"text"', "NotAnObject"),
        (b"{}", "NoAccount"),
        (b'{"recipientAccountId":"12345678901"}', "NoAccount"),
        (b'{"recipientAccountId":111111111111}', "NoAccount"),
        ('{"recipientAccountId":"१११११११११११२"}'.encode(), "NoAccount"),
        (b'{"recipientAccountId":"111111111111"}', "NoRegion"),
        (b'{"recipientAccountId":"111111111111","awsRegion":"us-east-1/../x"}', "NoRegion"),
        (b'{"recipientAccountId":"111111111111","awsRegion":"us-east-1"}', "NoEventTime"),
        (
            b'{"recipientAccountId":"111111111111","awsRegion":"us-east-1","eventTime":"2023-02-30T00:00:00Z"}',
            "NoEventTime",
        ),
        (
            b'{"recipientAccountId":"111111111111","awsRegion":"us-east-1","eventTime":"9999-01-01T00:00:00Z"}',
            "NoEventTime",
        ),
        (
            b'{"recipientAccountId":"111111111111","awsRegion":"us-east-1","eventTime":"2023-07-10T00:00:00Z"'
            b',"n":1e999}',
            "NotJson",
        ),
    ],
)
def test_what_is_nobodys_record_is_refused_and_its_neighbours_are_recorded(line: bytes, reason: str) -> None:
    world = world_of()
    world.send(packed(b"\n".join([RECORDS[0], line, RECORDS[1]])))
    world.settle()
    assert world.dead_letters.bodies(reason) == [line]
    assert world.dead_letters.reasons == [reason]
    assert recorded(world)[RECORDS[0]] == recorded(world)[RECORDS[1]] == 1


def test_a_pointer_is_followed_into_the_deployments_messages_only() -> None:
    world = world_of()
    (text,) = record_message.encode(RECORDS)
    outside = [Pointer("segments", NO_SEGMENT), Pointer("other", MESSAGES), Pointer("segments", "lost")]
    for key in (MESSAGES, NO_SEGMENT, "lost"):
        world.segments.objects[key] = text.encode()
    world.send(encode_pointer(Pointer("segments", MESSAGES)))
    bodies = [encode_pointer(pointer) for pointer in outside]
    for body in bodies:
        world.send(body)
    del world.segments.objects["lost"]
    world.settle()
    assert world.dead_letters.bodies("MalformedMessage") == sorted(body.encode() for body in bodies)
    assert all(recorded(world)[line] == 1 for line in RECORDS)


def test_a_pointer_to_a_pointer_is_refused() -> None:
    world = world_of()
    pointer = encode_pointer(Pointer("segments", MESSAGES))
    world.segments.objects[MESSAGES] = pointer.encode()
    world.send(pointer)
    world.settle()
    assert world.dead_letters.reasons == ["MalformedMessage"]


class Poisoned:
    """Configuration whose reading ends the function when a certain account is in it."""

    def __init__(self, world: World, error: type[BaseException]) -> None:
        self.world = world
        self.error = error

    def load(self, account_ids: Iterable[str]) -> object:
        asked = set(account_ids)
        if POISONED in asked:
            raise self.error
        return self.world.configured.load(asked)


def poisoned_world(error: type[BaseException]) -> tuple[World, str]:
    """Neighbours before and after the message that no function survives."""
    world = world_of()
    world.recorder_ports = replace(world.recorder_ports, configuration=Poisoned(world, error))
    line = RECORDS[0].replace(A.encode(), POISONED.encode()).replace(B.encode(), POISONED.encode())
    poison = next(record_message.encode([line]))
    for number, neighbour in enumerate(RECORDS):
        if number == 5:
            world.send(poison)
        world.send_lines([neighbour])
    return world, poison


def test_a_message_that_meets_a_bug_harms_no_neighbour_and_ends_as_a_dead_letter() -> None:
    world, poison = poisoned_world(MemoryError)
    world.settle()
    assert world.dead_letters.reasons == ["ReceivedTooOften"]
    assert world.dead_letters.bodies("ReceivedTooOften") == [poison.encode()]
    assert all(recorded(world)[line] == 1 for line in RECORDS)


def test_a_message_that_kills_its_function_keeps_no_neighbour_from_being_recorded() -> None:
    world, poison = poisoned_world(Killed)
    world.settle()
    assert poison.encode() in world.dead_letters.bodies("ReceivedTooOften")
    assert all(recorded(world)[line] >= 1 for line in RECORDS)
    held = [json.loads(line)["eventID"] for line in world.looked_up(A, HOME)]
    files = world.log_bucket.files("audit-logs").values()
    assert Counter(r["eventID"] for file in files for r in file) == Counter(held)
    assert len(held) == len(set(held)) > 0


def test_a_message_is_recorded_alone_from_the_third_time_it_is_received() -> None:
    world = world_of()
    for line in RECORDS[:3]:
        world.send_lines([line])
    world.queues["records"][1].receives = 2
    world.record()
    assert len(world.segments.objects) == 2
    assert all(recorded(world)[line] == 1 for line in RECORDS[:3])


def test_a_record_without_an_id_gets_one_of_its_content_and_keeps_it_in_retries() -> None:
    world = world_of()
    nameless = {k: v for k, v in json.loads(RECORDS[0]).items() if k != "eventID"} | {
        "eventCategory": "Management"
    }
    line = json.dumps(nameless).encode()
    world.send(packed(line))
    world.send(packed(line + b"\n"))
    world.settle()
    (event,) = map(json.loads, world.looked_up(nameless["recipientAccountId"], HOME))
    assert event == nameless | {"eventID": event["eventID"]}
    assert len(event["eventID"]) == 36
