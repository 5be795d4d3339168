"""How a function written in Python ends a query."""


class Refused(ValueError):
    """An argument Trino refuses. Its text crosses DuckDB as `NAME: sentence`."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(f"{name}: {sentence}")
