"""Log files: names and bytes as CloudTrail's, the same for the same content."""

import gzip
import json
import re

from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain.log_file import body, by_folder, key, marker_key

from tests.records import generate, lines

DIGESTS = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")
NAME = re.compile(
    r"AWSLogs/111111111111/CloudTrail/us-east-1/(\d{4})/(\d\d)/(\d\d)/"
    r"111111111111_CloudTrail_us-east-1_\1\2\3T(\d\d)(\d\d)Z_[A-Za-z0-9]{16}\.json\.gz"
)
MIDNIGHT = 1_688_947_200  # 2023-07-10


@given(st.integers(MIDNIGHT, MIDNIGHT + 2 * 86_400), DIGESTS)
def test_the_stamp_is_the_windows_end_rounded_up_to_five_minutes(end: int, digest: str) -> None:
    found = NAME.fullmatch(
        key(prefix=None, account_id="1" * 12, region="us-east-1", window_end=end, digest=digest)
    )
    assert found is not None
    day, hour, minute = (int(found[i]) for i in (3, 4, 5))
    stamp = MIDNIGHT + (day - 10) * 86_400 + hour * 3600 + minute * 60
    assert minute % 5 == 0
    assert 0 <= stamp - end < 300


@given(DIGESTS, DIGESTS)
def test_files_of_one_slot_have_names_of_their_own(one: str, other: str) -> None:
    names = [
        key(prefix="logs/x", account_id="1" * 12, region="us-east-1", window_end=300, digest=d)
        for d in (one, other)
    ]
    assert (names[0] == names[1]) == (int(one, 16) % 62**16 == int(other, 16) % 62**16)
    assert names[0].startswith("logs/x/AWSLogs/111111111111/CloudTrail/us-east-1/1970/01/01/")


def test_the_body_is_one_compact_line_of_all_records_value_for_value() -> None:
    given_lines = list(lines(generate(9, 50)))
    packed = body(given_lines)
    text = gzip.decompress(packed)
    assert b"\n" not in text
    assert json.loads(text) == {"Records": [json.loads(one) for one in given_lines]}
    assert text == b'{"Records":[' + b",".join(given_lines) + b"]}"
    assert body(given_lines) == packed


def test_the_marker_lies_above_the_regions() -> None:
    assert marker_key(prefix=None, account_id="1" * 12) == "AWSLogs/111111111111/CloudTrail/"
    assert marker_key(prefix="p", account_id="1" * 12) == "p/AWSLogs/111111111111/CloudTrail/"


def test_insights_and_network_activity_have_folders_of_their_own_however_they_are_spelled() -> None:
    usual = b'{"eventCategory":"Management","eventName":"About Insight and NetworkActivity"}'
    data = b'{"eventCategory":"Data","requestParameters":{"x":"\\u00e9"}}'
    insight = b'{"eventCategory": "Insight"}'
    escaped = b'{"eventCategory":"\\u0049nsight"}'
    network = b'{"eventCategory":"NetworkActivity"}'
    old = b'{"eventVersion":"1.05"}'
    assert by_folder([usual, insight, data, network, escaped, old]) == {
        "CloudTrail": [usual, data, old],
        "CloudTrail-Insight": [insight, escaped],
        "CloudTrail-NetworkActivity": [network],
    }
    assert by_folder([]) == {}
    name = key(
        prefix="p", account_id="1" * 12, region="r", window_end=300, digest="0", folder="CloudTrail-Insight"
    )
    assert name.startswith(
        "p/AWSLogs/111111111111/CloudTrail-Insight/r/1970/01/01/111111111111_CloudTrail-Insight_r_"
    )
