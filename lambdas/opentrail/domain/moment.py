"""Moments as CloudTrail keeps and shows them."""

from datetime import UTC, datetime


def to_milliseconds(moment: datetime) -> datetime:
    """The moment without what is finer than a millisecond: that is all the API shows."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_text(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`, fractions cut."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
