"""`opentrail events` on a real client of the API in process: what it finds, asks, shows, follows, refuses."""

import argparse
import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opentrail_cli import event_output, events
from opentrail_cli.__main__ import main
from opentrail_cli.event_questions import FoundEvent, Question, moment
from opentrail_cli.event_reading import Looked, read
from tests.api.lookups import insight, record, recorded
from tests.fakes.service import Service
from tests.unit.cli.history import S3, seconds_ago, some_history, user


@pytest.fixture
def service() -> Service:
    return some_history()


class Watched:
    """A client that notes what LookupEvents was asked."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.asked: list[dict[str, Any]] = []

    def lookup_events(self, **request: Any) -> Any:
        self.asked.append(request)
        return self._client.lookup_events(**request)


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="opentrail events")
    events.add_options(parser)
    return parser.parse_args(list(arguments))


def ids(service: Service, *arguments: str) -> list[str]:
    question = events.question(options(*arguments))
    return [found.event_id for found in read(service.client(), question, Looked())]


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((), "e1 e2 e3 e4 e5 e6"),
        (("--username", "alice"), "e1 e3 e4"),
        (("--username", "alice", "--errors"), "e3"),
        (("--errors",), "e2 e3 e6"),
        (("--event-name", "Delete*"), "e2 e4 e5"),
        (("--event-name", "Delete*", "--event-source", "s3"), "e2 e4"),
        (("--event-name", "delete*"), ""),
        (("--event-name", "?reateBucket"), "e1"),
        (("--username", "alice", "--username", "c*"), "e1 e3 e4 e5"),
        (("--read-only", "true", "--username", "alice"), "e3"),
        (("--read-only", "false", "--username", "alice"), "e1 e4"),
        (("--resource-name", "photos"), "e1 e2 e3 e5"),
        (("--resource-name", "photos", "--resource-type", "AWS::IAM::User"), "e5"),
        (("--resource-name", "*[1]"), "e4"),
        (("--resource-type", "AWS::S3::*", "--errors"), "e2 e3"),
        (("--access-key-id", "AKIABOB"), "e2"),
        (("--event-id", "e4", "--username", "bob"), ""),
        (("--event-source", "signin.amazonaws.com"), "e6"),
    ],
)
def test_conditions_hold_together(service: Service, arguments: tuple[str, ...], wanted: str) -> None:
    assert ids(service, *arguments) == wanted.split()


@pytest.mark.parametrize(
    ("arguments", "attribute"),
    [
        (("--errors",), None),
        (("--read-only", "true"), ("ReadOnly", "true")),
        (("--read-only", "true", "--event-source", "s3"), ("EventSource", S3)),
        (("--event-source", "s3", "--username", "alice"), ("Username", "alice")),
        (("--username", "alice", "--event-name", "Delete*"), ("Username", "alice")),
        (("--username", "alice", "--username", "bob", "--event-source", "s3"), ("EventSource", S3)),
        (("--event-name", "A", "--event-id", "e1"), ("EventId", "e1")),
        (("--event-name", "*"), None),
    ],
)
def test_the_most_selective_exact_condition_is_asked_of_lookup_events(
    service: Service, arguments: tuple[str, ...], attribute: tuple[str, str] | None
) -> None:
    watched = Watched(service.client())
    list(read(watched, events.question(options(*arguments)), Looked()))
    asked = [{"AttributeKey": attribute[0], "AttributeValue": attribute[1]}] if attribute else None
    assert [request.get("LookupAttributes") for request in watched.asked] == [asked]


def test_any_number_of_events_is_read_and_progress_told(service: Service) -> None:
    recorded(
        service, *(record(f"n{n:03}", seconds_ago(100 + n), eventName="ListBuckets") for n in range(320))
    )
    told: list[tuple[int, int]] = []
    looked = Looked(changed=lambda so_far: told.append((so_far.events, so_far.found)))
    question = Question(conditions={"EventName": ("ListB*",)})
    found = [f.event_id for f in read(service.client(), question, looked)]
    assert found == [f"n{n:03}" for n in range(320)]
    assert told[0] == (50, 44)
    assert told[-1] == (326, 320)


def test_times_bound_what_is_found(service: Service) -> None:
    asked = Question(start=seconds_ago(4), end=seconds_ago(2))
    assert [f.event_id for f in read(service.client(), asked, Looked())] == ["e2", "e3", "e4"]


def test_insights_events_are_asked_for_apart(service: Service) -> None:
    recorded(service, insight("i1", seconds_ago(9), "PutInventory"))
    assert ids(service, "--insight") == ["i1"]
    assert ids(service, "--insight", "--event-source", "ssm", "--event-name", "Put*") == ["i1"]


NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("80d", NOW - timedelta(days=80)),
        ("2026-02-28", datetime(2026, 2, 28, tzinfo=UTC)),
        ("2026-02-28T09:30", datetime(2026, 2, 28, 9, 30, tzinfo=UTC)),
        ("2026-02-28T09:30:00Z", datetime(2026, 2, 28, 9, 30, tzinfo=UTC)),
        ("2026-02-28T09:30+02:00", datetime(2026, 2, 28, 7, 30, tzinfo=UTC)),
    ],
)
def test_moments_are_times_or_spans_ago(text: str, meant: datetime) -> None:
    assert moment(text, NOW) == meant


@pytest.mark.parametrize("text", ["", "yesterday", "2h ago", "-2h", "999999999w", "2026-13-01"])
def test_other_words_are_no_moments(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        moment(text, NOW)


def shown(service: Service, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    events.show(service.client(), options(*arguments), "mark")
    captured = capsys.readouterr()
    return captured.out, captured.err


def lines_of(service: Service) -> list[str]:
    return [found.line for found in read(service.client(), Question(), Looked())]


def test_json_lines_are_the_records_as_they_came(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(service, capsys, "--output", "jsonl") == ("".join(f"{n}\n" for n in lines_of(service)), "")


def test_json_is_a_log_files_form(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(service, capsys, "--output", "json")
    assert json.loads(out) == {"Records": [json.loads(line) for line in lines_of(service)]}
    out, _ = shown(service, capsys, "--output", "json", "--username", "nobody")
    assert json.loads(out) == {"Records": []}


def test_csv_has_the_consoles_columns(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(service, capsys, "--output", "csv", "--max", "2")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == list(event_output.CSV_COLUMNS)
    assert rows[1] == {
        "Event name": "DeleteBucket",
        "Event time": f"{seconds_ago(2):%Y-%m-%dT%H:%M:%SZ}",
        "User name": "bob",
        "Event source": S3,
        "Resource type": "AWS::S3::Bucket",
        "Resource name": "photos",
        "AWS access key": "AKIABOB",
        "Event ID": "e2",
        "Read-only": "false",
        "AWS region": "us-east-1",
        "Error code": "AccessDenied",
        "Source IP address": "",
        "Request ID": "",
    }
    assert [row["Event ID"] for row in rows] == ["e1", "e2"]


def test_a_table_is_whole_where_nobody_watches(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = shown(service, capsys, "--max", "3")
    header, *rows = out.splitlines()
    assert header.split("  ")[0] == "Event time (UTC)"
    cells = ["DeleteBucket", "bob", "s3", "photos", "AccessDenied"]
    assert rows[1].split() == [*f"{seconds_ago(2):%Y-%m-%d %H:%M:%S}".split(), *cells]
    assert len(rows) == 3
    assert "\x1b" not in out
    assert err == "The newest 3; there are more: --max all shows every one.\n"
    assert shown(service, capsys, "--max", "6")[1] == ""
    assert shown(service, capsys, "--max", "all")[1] == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def table(service: Service) -> str:
    out = Terminal()
    event_output.write(read(service.client(), Question(), Looked()), "table", out)
    return out.getvalue()


def test_a_terminal_gets_colours_and_its_width(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = table(service)
    rows = text.splitlines()
    assert rows[2].startswith(event_output.RED)  # e2 failed
    assert rows[1].startswith(event_output.YELLOW)  # e1 changed something
    monkeypatch.setenv("NO_COLOR", "1")
    plain = table(service)
    assert "\x1b" not in plain
    assert max(map(len, plain.splitlines())) <= 100


def test_control_characters_reach_no_terminal(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "300")
    evil = "\x1b]0;owned\x07\u202etxt\n"
    recorded(service, record("evil", seconds_ago(0), userIdentity=user("x") | {"userName": evil}))
    text = table(service)
    assert not any(c in text for c in "\x1b\x07\u202e")
    assert r"\x1b]0;owned\x07\u202etxt\n" in text


def test_progress_is_for_who_watches_and_makes_room() -> None:
    out = Terminal()
    progress = event_output.Progress(out)
    progress.clear()
    assert out.getvalue() == ""
    progress.show("12 events")
    progress.clear()
    progress.clear()
    assert out.getvalue() == "\r\x1b[K12 events\r\x1b[K"
    unwatched = io.StringIO()
    event_output.Progress(unwatched).show("12 events")
    assert unwatched.getvalue() == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--follow", "--end", "1h"],
        ["--follow", "--max", "3"],
        ["--follow", "--output", "json"],
        ["--start", "1h", "--end", "2h"],
        ["--insight", "--username", "x"],
        ["--insight", "--errors"],
        ["--account", "111111111111", "--profile", "x"],
        ["--account", "1"],
        ["--max", "0"],
        ["--max", "some"],
        ["--start", "soon"],
        ["--username", ""],
        ["--read-only", "yes"],
        ["--output", "xml"],
    ],
)
def test_wrong_use_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["events", *arguments])
    assert ended.value.code == 2
    assert "Traceback" not in (said := capsys.readouterr().err)
    assert "error: " in said


@pytest.mark.parametrize(
    "arguments",
    [["--endpoint", "http://127.0.0.1:9"], ["--profile", "nobody"], ["--endpoint", "nowhere"], []],
)
def test_whom_nobody_can_ask_is_said(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDTRAIL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(events, "TRIES", 1)
    account = ["--account", "111111111111"] if "--endpoint" in arguments else []
    more = [*account, "--region", "us-east-1", "--state-dir", str(tmp_path)]
    assert main(["events", *arguments, *more]) == 1
    assert capsys.readouterr().err.startswith("opentrail: ")


def test_an_event_knows_its_failure() -> None:
    def event(**members: Any) -> FoundEvent:
        return FoundEvent(event={"CloudTrailEvent": json.dumps(members)})

    assert event(errorCode="AccessDenied", errorMessage="no").error == "AccessDenied"
    assert event(errorMessage="Failed authentication").error == "Failed authentication"
    assert event(errorCode=None).error == ""
