"""Print all figures."""

from bench import cost, history_units, planning


def main() -> None:
    """In the order of a record's way."""
    planning.run()
    history_units.run()
    cost.run()


if __name__ == "__main__":
    main()
