"""A key that is no secret."""


class FakeTokenKey:
    """The same for every test."""

    def key(self) -> bytes:
        return b"a key of thirty-two bytes or more"
