"""`opentrail events --follow`: which events are shown as they come, and when."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from opentrail_cli import event_reading
from opentrail_cli.event_questions import Question
from opentrail_cli.event_reading import Following
from tests.api.lookups import record, recorded
from tests.fakes.clock import START
from tests.fakes.service import Service
from tests.unit.cli.history import seconds_ago, some_history


@pytest.fixture
def service() -> Service:
    return some_history()


class Script:
    """Lets time pass while a follower sleeps, and makes happen what is next; then it is interrupted."""

    def __init__(self, service: Service, *happens: list[dict[str, Any]]) -> None:
        self.service = service
        self.happens = list(happens)

    def sleep(self, seconds: float) -> None:
        if not self.happens:
            raise KeyboardInterrupt
        self.service.wait(seconds=seconds)
        if happened := self.happens.pop(0):
            recorded(self.service, *happened)


def followed(script: Script, question: Question | None = None) -> Iterator[str]:
    following = Following(
        script.service.client(),
        question or Question(),
        "mark",
        now=script.service.clock.now,
        sleep=script.sleep,
    )
    seen = following.events()
    while True:
        try:
            yield next(seen).event_id
        except KeyboardInterrupt:
            return


def test_following_shows_each_event_once_oldest_first(service: Service) -> None:
    now = START.replace(microsecond=0)
    script = Script(
        service,
        [record("f1", now), record("f2", now + timedelta(seconds=1))],
        [],
        [record("f3", now + timedelta(seconds=3)), record("late", now - timedelta(seconds=30))],
    )
    assert list(followed(script)) == ["e6", "e5", "e4", "e3", "e2", "e1", "f1", "f2", "late", "f3"]


def test_following_starts_with_the_last_few(service: Service) -> None:
    recorded(service, *(record(f"n{n:02}", seconds_ago(60 + n)) for n in range(30)))
    assert len(list(followed(Script(service)))) == event_reading.LAST
    since = Question(start=seconds_ago(3600))
    assert len(list(followed(Script(service), since))) == 36


def test_following_looks_back_far_once_in_a_while(service: Service) -> None:
    late = record("late", seconds_ago(600))
    script = Script(service, [late], *([] for _ in range(event_reading.FAR_LOOK)))
    seen = list(followed(script))
    assert seen.count("late") == 1
    assert len(seen) == 7


def test_following_does_not_show_its_own_lookups(service: Service) -> None:
    own = {"eventName": "LookupEvents", "eventSource": "cloudtrail.amazonaws.com"}
    now = START.replace(microsecond=0)
    happened = [
        record("own", now, userAgent="Boto3/1 opentrail-events mark", **own),
        record("other", now, userAgent="Boto3/1", **own),
    ]
    assert list(followed(Script(service, happened)))[6:] == ["other"]


def test_following_shows_a_forged_copy_too(service: Service) -> None:
    forged = record("e1", seconds_ago(1), sourceIPAddress="203.0.113.9")
    assert list(followed(Script(service, [forged]))).count("e1") == 2
