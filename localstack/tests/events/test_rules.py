"""Which rules hear CloudTrail's events, by their state."""

from typing import Any

import pytest
from opentrail_local.events.rules import ALL_MANAGEMENT_EVENTS, hears


def event(**detail: Any) -> dict[str, Any]:
    return {"detail-type": "AWS API Call via CloudTrail", "detail": detail}


READ = event(readOnly=True, managementEvent=True)


@pytest.mark.parametrize(
    ("state", "happened", "heard"),
    [
        ("ENABLED", READ, False),
        (None, READ, False),
        (ALL_MANAGEMENT_EVENTS, READ, True),
        ("DISABLED", READ, False),
        ("ENABLED", event(readOnly=False, managementEvent=True), True),
        ("ENABLED", event(readOnly=True, managementEvent=False), True),
        ("ENABLED", {"detail-type": "mine", "detail": {"readOnly": True}}, True),
        ("ENABLED", {"detail-type": "AWS API Call via CloudTrail", "detail": "text"}, True),
        ("DISABLED", event(readOnly=False), False),
        (ALL_MANAGEMENT_EVENTS, {"detail-type": "mine", "detail": {}}, True),
    ],
)
def test_a_rules_state_decides_before_its_pattern(state: str | None, happened: Any, heard: bool) -> None:
    assert hears(state, happened) is heard
