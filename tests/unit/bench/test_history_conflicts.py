"""Comparing EventIds costs little beside writing them, however many days are looked into."""

from bench.history_conflicts import measure


def test_a_day_more_to_look_into_costs_four_bytes_an_event() -> None:
    few, many = measure(50, 500, 3), measure(50, 500, 13)
    assert 0 < few.comparing < few.written
    assert (many.comparing - few.comparing) * 500 <= 10 * 1  # a volume's entry in the calendar, and its ids
