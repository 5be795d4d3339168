"""Print all figures."""

from bench import cost, history_conflicts, history_day, history_reads, history_units, hot_keys, planning


def main() -> None:
    """In the order of a record's way."""
    planning.run()
    history_units.run()
    hot_keys.run()
    history_reads.run()
    history_day.run()
    history_conflicts.run()
    cost.run()


if __name__ == "__main__":
    main()
