"""What `opentrail status` says of the recorder."""

import json
from pathlib import Path
from typing import Any

import pytest

from opentrail_cli.status import recorder_lines

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


def test_a_recorder_that_has_not_written_yet(tmp_path: Path) -> None:
    assert recorder_lines(tmp_path) == ["Recorder: has not reported yet"]
