"""The sender: in order, within its limits, tried again, never waiting for the queue while a call is taken."""

import json
import threading
import time
import tracemalloc
from dataclasses import replace

import pytest
from driving import context_of, observe
from localstack.http import Response
from opentrail.domain import record_message
from opentrail_local.recorder import sending
from opentrail_local.recorder.observer import Observer
from opentrail_local.recorder.sending import Limits, RecordsQueueUrl, Sender
from opentrail_local.recorder.status import FILE, Counters, StatusFile

URL = "http://127.0.0.1:4566/queue/us-east-1/000000000000/records"


class Queue:
    """A records queue that refuses as often as it is told to."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.names: list[str] = []
        self.messages = 0
        self.times: list[float] = []

    def send(self, url: str, text: str) -> None:
        assert url == URL
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError("refused")
        self.messages += 1
        self.times.append(time.monotonic())
        self.names.extend(
            json.loads(line)["requestParameters"]["queueName"] for line in record_message.decode(text)
        )


def call(name: str = "q"):
    return observe(context_of("sqs", "CreateQueue", {"QueueName": name}), answer={"QueueUrl": "u"})


def wait_for(condition, seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


@pytest.fixture
def running():
    """Makes senders and ends them."""
    made = []

    def make(queue, url=lambda: URL, limits=None, pauses=(0.01, 0.01), **more):
        counters = Counters()
        sender = Sender(url, queue.send, counters, replace(limits or Limits(), pauses=pauses), **more)
        sender.start()
        made.append(sender)
        return sender, counters

    yield make
    for sender in made:
        sender.stop()


def test_a_call_goes_when_no_other_follows(running, monkeypatch):
    monkeypatch.setattr(sending, "LINGER", 60)
    queue = Queue()
    sender, _ = running(queue)
    sender.put(call("alone"))
    wait_for(lambda: queue.names == ["alone"])


def test_a_call_that_others_follow_without_a_pause_goes_in_the_end(running, monkeypatch):
    monkeypatch.setattr(sending, "QUIET", 0.2)
    queue = Queue()
    sender, _ = running(queue)
    one = call()
    end = time.monotonic() + 20
    while not queue.names:
        assert time.monotonic() < end, "it waits as long as there are calls"
        sender.put(one)
        time.sleep(0.02)
    assert len(queue.names) > 1  # together


def test_records_arrive_in_order_and_are_counted(running):
    queue = Queue()
    sender, counters = running(queue)
    names = [f"q{n}" for n in range(700)]
    template = call()
    for name in names:
        # The same call under another name: parsing 700 requests is not what is tested.
        sender.put(with_name(template, name))
    wait_for(lambda: counters.snapshot()["sent"] == 700)
    assert queue.names == names
    assert queue.messages < 20
    assert counters.snapshot()["waiting"] == 0


def with_name(template, name):
    from dataclasses import replace

    return replace(template, parameters={"QueueName": name})


def test_calls_wait_until_something_is_deployed(running, tmp_path):
    queue = Queue()
    sender, counters = running(queue, url=RecordsQueueUrl(tmp_path))
    sender.put(call("early"))
    wait_for(lambda: counters.snapshot()["recorded"] == 1)
    assert (queue.names, counters.snapshot()["waiting"]) == ([], 1)
    (tmp_path / "outputs.json").write_text(json.dumps({"RecordsQueueUrl": URL}))
    wait_for(lambda: queue.names == ["early"])


def test_a_deployment_that_changes_is_read_again(tmp_path):
    url = RecordsQueueUrl(tmp_path)
    assert url() is None
    (tmp_path / "outputs.json").write_text("{")
    assert url() is None
    for name in ("one", "two"):
        fresh = tmp_path / "new"
        fresh.write_text(json.dumps({"RecordsQueueUrl": name}))
        fresh.replace(tmp_path / "outputs.json")
        assert url() == name
    (tmp_path / "outputs.json").unlink()
    assert url() is None


def test_a_refused_message_is_tried_again(running):
    queue = Queue(refusals=2)
    sender, counters = running(queue)
    sender.put(call("stubborn"))
    wait_for(lambda: queue.names == ["stubborn"])
    wait_for(lambda: counters.snapshot()["sent"] == 1)
    assert counters.snapshot()["failed"] == {}


def test_a_message_is_given_up_in_the_end_and_counted(running):
    queue = Queue(refusals=3)
    sender, counters = running(queue)
    sender.put(call("lost"))
    wait_for(lambda: counters.snapshot()["failed"] == {"send": 1})
    sender.put(call("found"))
    wait_for(lambda: queue.names == ["found"])


def test_a_full_queue_drops_and_counts_without_waiting():
    counters = Counters()
    sender = Sender(lambda: None, Queue().send, counters, Limits(calls=2))  # its thread does not run
    for _ in range(5):
        sender.put(call())
    assert counters.snapshot()["dropped"] == {"too many calls": 3}
    one = call()
    small = Sender(lambda: None, Queue().send, counters, Limits(call_bytes=one.cost))
    small.put(one)
    small.put(one)
    assert counters.snapshot()["dropped"]["too many bytes"] == 1


def test_records_that_wait_are_bounded(running):
    sender, counters = running(Queue(), url=lambda: None, limits=Limits(records=3))
    for _ in range(5):
        sender.put(call())
    wait_for(lambda: counters.snapshot()["dropped"] == {"too many records": 2})
    assert counters.snapshot()["recorded"] == 3


def test_an_overloaded_recorder_says_what_it_lost(tmp_path):
    """Every call is accounted for, also after it has caught up; `opentrail status` reads this file."""
    counters, open_again, queue = Counters(), threading.Event(), Queue()
    sender = Sender(
        lambda: URL if open_again.is_set() else None, queue.send, counters, Limits(calls=3, records=5)
    )
    observer, file = Observer(sender.put, counters), StatusFile(counters, tmp_path)
    context = context_of("sqs", "CreateQueue", {"QueueName": "q"})
    for _ in range(10):  # before its thread has begun: three find room
        observer(None, context, Response())
    sender.start()
    wait_for(lambda: counters.snapshot()["recorded"] == 3)
    for _ in range(6):
        before = counters.snapshot()
        observer(None, context, Response())
        wait_for(lambda before=before: gone(counters.snapshot()) > gone(before))
    open_again.set()
    wait_for(lambda: counters.snapshot()["sent"] == 5)
    sender.stop()
    file.write()
    counted = json.loads((tmp_path / FILE).read_text())
    assert counted["dropped"] == {"too many calls": 7, "too many records": 4}
    assert (counted["seen"], counted["recorded"], counted["sent"], counted["waiting"]) == (16, 5, 5, 0)
    assert len(queue.names) == 5


def gone(counted):
    """Calls that wait no more."""
    return counted["recorded"] + sum(counted["dropped"].values())


@pytest.mark.parametrize("size", [10, 3_000, 250_000])
def test_what_waits_takes_no_more_memory_than_it_is_counted_with(size):
    """Bodies are not kept at all; parameters and answers are, at their cost."""
    text = json.dumps({"QueueName": "q", "Attributes": {f"a{i}": "x" * 100 for i in range(size // 100)}})
    context = context_of("sqs", "CreateQueue", {"QueueName": "q"})
    kept = [observe(context, answer={})]  # what is made once is not counted
    tracemalloc.start()
    for _ in range(20):
        context.service_request = json.loads(text)
        kept.append(observe(context, answer={"QueueUrl": "u" * size}))
    context.service_request = context.service_response = None
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    counted = sum(call.cost for call in kept)
    assert 20 * size < used < counted + 50_000


def test_a_queue_that_hangs_holds_up_no_call(running):
    hanging = threading.Event()
    queue = Queue()
    queue.send = lambda *_: hanging.wait(5)
    sender, _ = running(queue)
    one = call()
    sender.put(one)
    time.sleep(0.05)
    started = time.monotonic()
    for _ in range(1000):
        sender.put(one)
    assert time.monotonic() - started < 0.5
    hanging.set()


def test_a_call_that_cannot_be_recorded_is_counted_and_stops_nothing(running):
    queue = Queue()
    sender, counters = running(queue)
    from dataclasses import replace

    sender.put(replace(call(), names=None))
    sender.put(call("next"))
    wait_for(lambda: queue.names == ["next"])
    assert counters.snapshot()["failed"] == {"record": 1}


def test_stopping_sends_what_waits():
    queue = Queue()
    sender = Sender(lambda: URL, queue.send, Counters())
    sender.start()
    sender.put(call("last"))
    sender.stop()
    assert queue.names == ["last"]


def test_what_is_not_selected_is_counted_and_copies_beside_their_call(running):
    queue = Queue()
    made = {"left": [], "one": [named("one")], "two": [named("caller"), named("owner")]}
    sender, counters = running(queue, lines=lambda call: made[call.parameters["QueueName"]])
    for name in made:
        sender.put(call(name))
    wait_for(lambda: len(queue.names) == 3)
    wait_for(lambda: counters.snapshot()["sent"] == 3)
    counted = counters.snapshot()
    assert queue.names == ["one", "caller", "owner"]
    assert (counted["recorded"], counted["copies"], counted["skipped"]) == (2, 1, {"selection": 1})


def test_records_wait_within_their_bytes_and_all_copies_of_a_call_or_none(running):
    lines = [b"x" * 60, b"y" * 60]
    limits = Limits(record_bytes=200)
    sender, counters = running(Queue(), lambda: None, limits, lines=lambda _: lines)
    for _ in range(3):
        sender.put(call())
    wait_for(lambda: counters.snapshot()["dropped"])
    wait_for(lambda: counters.snapshot()["dropped"] == {"too many record bytes": 2})
    assert (counters.snapshot()["recorded"], counters.snapshot()["copies"]) == (1, 1)


def named(name: str) -> bytes:
    return json.dumps({"requestParameters": {"queueName": name}}).encode()


def test_the_status_file_shows_the_counters(tmp_path):
    counters = Counters()
    file = StatusFile(counters, tmp_path)
    file.write()
    counters.saw()
    counters.skipped("internal")
    file.write()
    assert json.loads((tmp_path / FILE).read_text()) == {
        "seen": 1,
        "recorded": 0,
        "copies": 0,
        "sent": 0,
        "waiting": 0,
        "skipped": {"internal": 1},
        "dropped": {},
        "failed": {},
    }
    written = (tmp_path / FILE).stat().st_mtime_ns
    file.write()
    assert (tmp_path / FILE).stat().st_mtime_ns == written
