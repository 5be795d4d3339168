"""The message that hands on a slice due for event history."""

from datetime import UTC, datetime

import pytest
from opentrail.domain.history_due import HistoryDue, from_text, to_text
from opentrail.domain.segment import SliceContent, build

UNTIL = datetime(2023, 7, 10, 11, 42, 30, tzinfo=UTC)
_CONTENT = SliceContent(account_id="1" * 12, region="us-gov-east-1", lines=(b"{}",), matches={})
DUE = HistoryDue(
    account_id=_CONTENT.account_id,
    region=_CONTENT.region,
    slice=build([_CONTENT], sources={}, versions={}).slices[0],
)
TEXT = to_text(DUE, UNTIL)


def test_it_names_the_slice_and_the_end_of_its_lease() -> None:
    assert from_text(TEXT) == (DUE, UNTIL)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wake 1688989356",
        "2" + TEXT[1:],
        f"{TEXT} ",
        f"{TEXT}\n",
        TEXT.rpartition(" ")[0],
        f"{TEXT}{TEXT}",
        TEXT.replace("1" * 12, "1" * 11),
        TEXT.replace("us-gov-east-1", ""),
        TEXT.replace("us-gov-east-1", "US"),
        # Beside the segments lie messages that the recorder has not looked at.
        TEXT.replace("segments/", "messages/"),
        TEXT.replace("segments/", "segments/../messages/"),
        TEXT.replace("segments/", ""),
    ],
)
def test_what_names_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no message"):
        from_text(text)
