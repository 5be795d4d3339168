"""ListPublicKeys, and what trails say and do about digests."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from opentrail.domain.trail import DeliveryStatus

from tests.fakes.clock import START
from tests.fakes.digests import FIRST_KEY, public_key
from tests.fakes.service import Service, answer, refusal

SECOND = START - timedelta(days=10)


def fingerprints(trails: Any, **request: Any) -> list[str]:
    return [key["Fingerprint"] for key in answer(trails.list_public_keys, **request)["PublicKeyList"]]


def test_the_current_key_is_answered_unless_a_time_is_asked_for(service: Service, trails: Any) -> None:
    [key] = answer(trails.list_public_keys)["PublicKeyList"]
    expected = public_key("first")
    assert key["Value"] == expected.value
    assert len(key["Value"]) == 270
    assert key["Fingerprint"] == hashlib.md5(expected.value).hexdigest()
    assert key["ValidityStartTime"] == FIRST_KEY
    assert START < key["ValidityEndTime"] <= START + timedelta(days=30)


def test_keys_of_a_time_are_those_whose_validity_meets_it(service: Service, trails: Any) -> None:
    service.digest_keys.keys.append(public_key("second", SECOND))
    first, second = (public_key(name).fingerprint for name in ("first", "second"))

    def between(start: datetime, end: datetime) -> list[str]:
        return fingerprints(trails, StartTime=start, EndTime=end)

    day = timedelta(days=1)
    assert fingerprints(trails) == [second]
    assert fingerprints(trails, StartTime=SECOND - day) == [first, second]
    assert between(SECOND - 2 * day, SECOND - day) == [first]
    assert between(SECOND - day, SECOND + day) == [first, second]
    assert between(SECOND + day, START) == [second]
    assert between(FIRST_KEY - 2 * day, FIRST_KEY - day) == []
    assert between(START + 40 * day, START + 50 * day) == []
    assert between(START, START + 2 * day) == [second]


def test_validities_follow_one_another(service: Service, trails: Any) -> None:
    service.digest_keys.keys.insert(0, public_key("second", SECOND))
    found = answer(trails.list_public_keys, StartTime=FIRST_KEY)["PublicKeyList"]
    assert [key["ValidityStartTime"] for key in found] == [FIRST_KEY, SECOND]
    assert found[0]["ValidityEndTime"] == SECOND


def test_a_range_that_ends_before_it_starts_is_refused(trails: Any) -> None:
    hour = timedelta(hours=1)
    wrong = (
        {"StartTime": START, "EndTime": START - hour},
        {"StartTime": START + hour},
        {"EndTime": START - hour},
    )
    for request in wrong:
        code, sentence = refusal(trails.list_public_keys, **request)
        assert code == "InvalidTimeRangeException"
        assert sentence


def test_a_token_nobody_gave_is_refused(trails: Any) -> None:
    assert refusal(trails.list_public_keys, NextToken="next")[0] == "InvalidTokenException"


def test_keys_are_the_same_in_every_account_and_region(service: Service, trails: Any) -> None:
    elsewhere = service.client(account="222222222222", region="eu-west-1")
    assert fingerprints(elsewhere) == fingerprints(trails)


def test_validation_leaves_a_marker_of_its_own(service: Service, trails: Any) -> None:
    made = answer(
        trails.create_trail, Name="audit", S3BucketName="logs", S3KeyPrefix="p", EnableLogFileValidation=True
    )
    assert made["LogFileValidationEnabled"] is True
    assert answer(trails.get_trail, Name="audit")["Trail"]["LogFileValidationEnabled"] is True
    folder = "p/AWSLogs/111111111111/"
    assert service.log_bucket.markers == [
        ("logs", f"{folder}CloudTrail/"),
        ("logs", f"{folder}CloudTrail-Digest/"),
    ]


def test_every_change_of_a_trail_with_validation_makes_its_digests_due(service: Service, trails: Any) -> None:
    answer(trails.create_trail, Name="audit", S3BucketName="logs", EnableLogFileValidation=True)
    answer(trails.start_logging, Name="audit")
    [(destination, work)] = service.digests.works.items()
    assert (work.touched, work.due, work.deleted) == (2, 0, None)
    service.wait(hours=1)
    stopped = service.clock.now()
    answer(trails.delete_trail, Name="audit")
    assert work.touched == 3
    assert work.deleted is not None
    assert work.deleted.destination == destination
    assert work.deleted.is_logging is False
    assert work.deleted.stop_logging_time == stopped


def test_a_trail_without_validation_has_no_digests(service: Service, trails: Any) -> None:
    answer(trails.create_trail, Name="audit", S3BucketName="logs", EnableLogFileValidation=False)
    answer(trails.start_logging, Name="audit")
    answer(trails.delete_trail, Name="audit")
    assert service.digests.works == {}


@pytest.mark.parametrize("enabled", [True, False])
def test_the_status_tells_of_digests_while_validation_is_enabled(
    service: Service, trails: Any, enabled: bool
) -> None:
    answer(trails.create_trail, Name="audit", S3BucketName="logs", EnableLogFileValidation=enabled)
    destination = service.trails.list("111111111111")[0].destination
    delivered = datetime.fromisoformat("2023-07-10T11:00:00.123Z")
    service.statuses.held[destination, "us-east-1"] = DeliveryStatus(
        latest_digest_delivery_time=delivered, latest_digest_delivery_error="AccessDenied"
    )
    status = answer(trails.get_trail_status, Name="audit")
    shown = {name: value for name, value in status.items() if "Digest" in name}
    expected = {"LatestDigestDeliveryTime": delivered, "LatestDigestDeliveryError": "AccessDenied"}
    assert shown == (expected if enabled else {})
