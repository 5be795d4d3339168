"""What event history writes stays within what it may cost, days of few events included."""

import pytest

from bench import history_units


@pytest.mark.parametrize(
    ("size", "events", "limit"), [(1, 40, 2.5), (10, 40, 0.5), (100, 400, 0.3), (1000, 2000, 0.2)]
)
def test_write_units_of_an_event_with_its_volume(size: int, events: int, limit: float) -> None:
    with_the_volume = history_units.row(size, events)[3]
    assert 0 < with_the_volume <= limit
