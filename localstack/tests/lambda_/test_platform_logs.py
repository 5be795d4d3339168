"""Lambda's own lines in a log."""

import json

from opentrail_local.lambda_.platform_logs import PlatformLogs


def test_text_frames_what_was_printed() -> None:
    logs = PlatformLogs("r1", "$LATEST", 128, as_json=False)
    lines = logs.whole("hello", 1.234, 0.5, 40, failed=False).splitlines()
    assert lines[:3] == ["START RequestId: r1 Version: $LATEST", "hello", "END RequestId: r1"]
    assert lines[3].split("\t")[:6] == [
        "REPORT RequestId: r1",
        "Duration: 1.23 ms",
        "Billed Duration: 2 ms",
        "Memory Size: 128 MB",
        "Max Memory Used: 40 MB",
        "Init Duration: 500.00 ms",
    ]


def test_json_says_how_it_ended() -> None:
    logs = PlatformLogs("r1", "7", 128, as_json=True)
    lines = [json.loads(line) for line in logs.whole("", 1.2, None, 40, failed=True).splitlines()]
    assert [line["type"] for line in lines] == ["platform.start", "platform.report"]
    assert lines[0]["record"] == {"requestId": "r1", "version": "7"}
    assert lines[1]["record"]["status"] == "error"
    assert "initDurationMs" not in lines[1]["record"]["metrics"]
