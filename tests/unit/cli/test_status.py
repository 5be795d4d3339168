"""What `opentrail status` says of the recorder."""

import json
from pathlib import Path
from typing import Any

import pytest
from opentrail.domain.event_conflict import EventConflict

from opentrail_cli.status import conflict_lines, recorder_lines

COUNTERS: dict[str, Any] = {
    "seen": 9, "recorded": 5, "copies": 0, "sent": 5, "waiting": 0,
    "skipped": {"internal": 4}, "dropped": {}, "failed": {},
}  # fmt: skip


def shown(state_dir: Path, **counted: Any) -> list[str]:
    (state_dir / "recorder-status.json").write_text(json.dumps(COUNTERS | counted))
    return recorder_lines(state_dir)


def test_every_counter_is_shown(tmp_path: Path) -> None:
    assert shown(tmp_path) == [
        "Recorder: seen 9, recorded 5, copies 0, sent 5, waiting 0, skipped (internal 4), dropped (none), "
        "failed (none)"
    ]


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        ({"dropped": {"too many calls": 1200, "too many bytes": 34}}, "1,234 dropped"),
        ({"failed": {"send": 5}}, "5 failed"),
        ({"dropped": {"too many records": 1}, "failed": {"record": 2}}, "1 dropped, 2 failed"),
    ],
)
def test_what_was_lost_has_a_line_of_its_own(tmp_path: Path, counted: dict[str, Any], told: str) -> None:
    lines = shown(tmp_path, **counted)
    assert len(lines) == 2
    assert lines[1].startswith("CALLS ARE MISSING")
    assert f"({told})" in lines[1]


def conflict(event_id: str, *contents: str) -> EventConflict:
    return EventConflict(account_id="111111111111", region="us-east-1", event_id=event_id, contents=contents)


def test_no_conflict_is_said_so() -> None:
    assert conflict_lines([]) == ["Event ids with other content: none"]


def test_each_event_id_with_other_content_is_counted_once_and_named() -> None:
    headline, *named = conflict_lines([conflict("b\x1b[31m", "1", "2"), conflict("a", "1", "2"),
                                       conflict("a", "1", "2", "3")])  # fmt: skip
    assert headline.startswith("EVENT IDS WITH OTHER CONTENT: 2;")
    assert named == ['  111111111111 us-east-1 "a"', '  111111111111 us-east-1 "b\\u001b[31m"']


def test_of_many_conflicts_the_first_are_named() -> None:
    lines = conflict_lines([conflict(f"{n:04}", "1", "2") for n in range(1500)])
    assert lines[0].startswith("EVENT IDS WITH OTHER CONTENT: 1,500;")
    assert (len(lines), lines[-1]) == (12, "  and 1,490 more")


def test_a_recorder_that_has_not_written_yet(tmp_path: Path) -> None:
    assert recorder_lines(tmp_path) == ["Recorder: has not reported yet"]
