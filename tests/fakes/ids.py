"""Identifiers in a row."""


class FakeIds:
    """UUIDs that count."""

    def __init__(self) -> None:
        self.made = 0

    def uuid(self) -> str:
        self.made += 1
        return f"00000000-0000-4000-8000-{self.made:012x}"
