"""A trail's topic is told of every log file; a topic that fails holds nothing up."""

from typing import Any

import pytest
from opentrail.ports.errors import AdapterError
from opentrail.ports.ledger import Notified

from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.pipeline.world import HOME, A, World, ago, trail
from tests.records import generate, lines

RECORDS = tuple(lines(generate(5, 20, accounts=(A,), regions=(HOME,), start=ago(hours=1), odd=0)))
TOPIC = f"arn:aws:sns:{HOME}:{A}:told"
TOLD = trail("told", sns_topic_name="told")
SILENT = trail("silent")
KEY = (TOLD.destination, HOME)


def recorded(script: Script | None = None) -> World:
    world = World(trails=(TOLD, SILENT), script=script or Script())
    world.send_lines(RECORDS)
    return world


def files_told(world: World) -> list[tuple[str, str]]:
    return [(m["s3Bucket"], key) for m in world.topics.messages(TOPIC) for key in m["s3ObjectKey"]]


def test_each_log_file_is_told_once_in_awss_json() -> None:
    world = recorded()
    world.settle()
    world.send_lines(RECORDS[:3], replay=True)
    world.settle()
    files = world.log_bucket.files(TOLD.s3_bucket_name)
    assert len(files) == 2
    assert sorted(files_told(world)) == [(TOLD.s3_bucket_name, key) for key in sorted(files)]
    ((account, topic, message), _) = world.topics.published
    assert (account, topic) == (A, TOPIC)
    assert message.startswith('{"s3Bucket":"told-logs","s3ObjectKey":["AWSLogs/')
    assert world.ledger.notified[KEY] == Notified(topic_arn=TOPIC)


def test_a_topic_that_refuses_is_noted_and_holds_nothing_up() -> None:
    world = recorded()
    world.topics.refusing[TOPIC] = "AuthorizationError"
    world.settle()
    assert world.ledger.notified[KEY] == Notified(topic_arn=TOPIC, error="AuthorizationError")
    assert len(world.log_bucket.files(TOLD.s3_bucket_name)) == 1
    assert len(world.log_bucket.files(SILENT.s3_bucket_name)) == 1
    world.topics.refusing.clear()
    world.send_lines(RECORDS[:1], replay=True)
    world.settle()
    assert world.ledger.notified[KEY] == Notified(topic_arn=TOPIC)
    assert len(files_told(world)) == 1  # of the new file: a refused notification is not repeated


def test_a_topic_that_is_away_is_tried_again_and_then_left(monkeypatch: pytest.MonkeyPatch) -> None:
    world = recorded()
    tries: list[str] = []

    def away(*, topic_arn: str, **_: Any) -> None:
        tries.append(topic_arn)
        raise AdapterError("away", code="ServiceUnavailable")

    monkeypatch.setattr(world.topics, "publish", away)
    for _ in range(60):
        world.round(60)
    assert world.quiet
    assert 3 <= len(tries) <= 12
    assert world.ledger.notified[KEY] == Notified(topic_arn=TOPIC, error="ServiceUnavailable")
    assert world.log_bucket.attempts >= len(tries)
    assert len(world.log_bucket.files(TOLD.s3_bucket_name)) == 1


HOWS = [Failure(when, error) for when in (BEFORE, AFTER) for error in (outside, Killed)]


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
def test_whatever_fails_once_a_topic_is_told_at_least_once_of_each_file(how: Failure) -> None:
    plain = recorded()
    plain.settle()
    for number in range(len(plain.script.calls)):
        world = recorded(Script({number: how}))
        world.settle()
        told = set(files_told(world))
        assert told == {(TOLD.s3_bucket_name, key) for key in world.log_bucket.files(TOLD.s3_bucket_name)}
        assert told
