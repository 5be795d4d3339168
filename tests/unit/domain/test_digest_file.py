"""The digest file, to the byte."""

import gzip
import hashlib
from datetime import UTC, datetime

from opentrail.domain import digest_file
from opentrail.domain.digest_file import DigestedLogFile, DigestFile, DigestLink

END = 1_440_000_000  # 2015-08-19T16:00:00Z
PLACE = digest_file.key(
    prefix=None,
    account_id="111111111111",
    region="us-east-2",
    trail="a.b_c",
    home_region="us-east-1",
    end=END,
)
LOG = DigestedLogFile(
    bucket="logs", key="k1", hash_value="ab", oldest="2015-08-19T15:01:02Z", newest="2015-08-19T15:59:59Z"
)
OTHER = DigestedLogFile(
    bucket="logs", key="k2", hash_value="cd", oldest="2015-08-19T14:00:00Z", newest="2015-08-19T15:00:00Z"
)


def digest(previous: DigestLink | None = None, *log_files: DigestedLogFile) -> DigestFile:
    return DigestFile(
        account_id="111111111111",
        start=END - 3600,
        end=END,
        bucket="logs",
        key=PLACE,
        fingerprint="31e8b5433410dfb61a9dc45cc65b22ff",
        previous=previous,
        log_files=log_files,
    )


def test_the_key_says_whose_and_when_it_ends() -> None:
    name = "111111111111_CloudTrail-Digest_us-east-2_a.b_c_us-east-1_20150819T160000Z.json.gz"
    assert f"AWSLogs/111111111111/CloudTrail-Digest/us-east-2/2015/08/19/{name}" == PLACE
    assert digest_file.marker_key(prefix="p/q", account_id="1") == "p/q/AWSLogs/1/CloudTrail-Digest/"


def test_a_starting_digest_to_the_byte() -> None:
    assert digest_file.text(digest()).decode() == (
        '{"awsAccountId":"111111111111","digestStartTime":"2015-08-19T15:00:00Z",'
        '"digestEndTime":"2015-08-19T16:00:00Z","digestS3Bucket":"logs",'
        f'"digestS3Object":"{PLACE}",'
        '"digestPublicKeyFingerprint":"31e8b5433410dfb61a9dc45cc65b22ff",'
        '"digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":null,"oldestEventTime":null,'
        '"previousDigestS3Bucket":null,"previousDigestS3Object":null,"previousDigestHashValue":null,'
        '"previousDigestHashAlgorithm":null,"previousDigestSignature":null,"logFiles":[]}'
    )


def test_a_later_digest_to_the_byte() -> None:
    before = DigestLink(bucket="before", key="k0", hash_value="00ff", signature="50ab")
    text = digest_file.text(digest(before, LOG, OTHER)).decode()
    assert text.partition('"newestEventTime"')[2] == (
        ':"2015-08-19T15:59:59Z","oldestEventTime":"2015-08-19T14:00:00Z",'
        '"previousDigestS3Bucket":"before","previousDigestS3Object":"k0","previousDigestHashValue":"00ff",'
        '"previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"50ab","logFiles":['
        '{"s3Bucket":"logs","s3Object":"k1","hashValue":"ab","hashAlgorithm":"SHA-256",'
        '"newestEventTime":"2015-08-19T15:59:59Z","oldestEventTime":"2015-08-19T15:01:02Z"},'
        '{"s3Bucket":"logs","s3Object":"k2","hashValue":"cd","hashAlgorithm":"SHA-256",'
        '"newestEventTime":"2015-08-19T15:00:00Z","oldestEventTime":"2015-08-19T14:00:00Z"}]}'
    )


def test_what_is_signed_names_place_hash_and_predecessor() -> None:
    before = DigestLink(bucket="b", key="k", hash_value="0", signature="5a")
    for previous, signature in ((None, "null"), (before, "5a")):
        made = digest(previous)
        hashed = hashlib.sha256(digest_file.text(made)).hexdigest()
        assert digest_file.string_to_sign(made) == (
            f"2015-08-19T16:00:00Z\nlogs/{PLACE}\n{hashed}\n{signature}".encode()
        )


def test_the_object_is_one_gzip_member_of_the_same_bytes_each_time() -> None:
    body = digest_file.body(digest(None, LOG))
    assert body == digest_file.body(digest(None, LOG))
    assert gzip.decompress(body) == digest_file.text(digest(None, LOG))
    assert body.count(b"\x1f\x8b\x08") == 1
    assert digest_file.metadata("5a") == {"signature": "5a", "signature-algorithm": "SHA256withRSA"}


def test_a_log_file_is_listed_with_its_hash_and_its_times() -> None:
    listed = digest_file.log_file(
        bucket="logs",
        key="k1",
        text=b"text",
        times=[END, END - 5, END - 1],
        delivered_at=datetime(2023, 7, 10, tzinfo=UTC),
    )
    assert listed == DigestedLogFile(
        bucket="logs",
        key="k1",
        hash_value=hashlib.sha256(b"text").hexdigest(),
        oldest="2015-08-19T15:59:55Z",
        newest="2015-08-19T16:00:00Z",
        delivered_at=1_688_947_200_000,
    )
