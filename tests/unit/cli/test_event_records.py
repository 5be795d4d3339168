"""Records of events that no API call makes: their members, their order, and what cannot have happened."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from opentrail.domain.event import attributes, username
from opentrail.domain.record import read

from opentrail_cli import event_records as records
from opentrail_cli.event_records import Anomaly, Circumstances

ACCOUNT = "314159265358"
NOON = datetime(2026, 2, 9, 12, 0, 7, tzinfo=UTC)
KMS = "kms.amazonaws.com"
ENDPOINT = "vpce-0a1b2c3d"


def numbered() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"id-{next(numbers)}"


def at(region: str = "", **more: Any) -> Circumstances:
    return Circumstances(account_id=ACCOUNT, time=NOON, region=region, new_id=numbered(), **more)


def mina() -> records.Identity:
    return records.user(ACCOUNT, "mina", principal_id="AIDAMINA")


def test_a_whole_sign_in_has_its_members_in_order() -> None:
    device = f"arn:aws:iam::{ACCOUNT}:mfa/phone"
    found = records.console_login(mina(), at(source_ip="192.0.2.1", user_agent="Browser"), mfa=device)
    assert list(found.items()) == list({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser", "principalId": "AIDAMINA", "arn": f"arn:aws:iam::{ACCOUNT}:user/mina",
            "accountId": ACCOUNT, "userName": "mina",
        },
        "eventTime": "2026-02-09T12:00:07Z",
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "Browser",
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Success"},
        "additionalEventData": {
            "LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No",
            "MFAIdentifier": device, "MFAUsed": "Yes",
        },
        "eventID": "id-1",
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "signin.aws.amazon.com",
        },
    }.items())  # fmt: skip
    assert list(found["additionalEventData"]) == ["LoginTo", "MobileVersion", "MFAIdentifier", "MFAUsed"]


def test_a_failed_sign_in_has_a_message_and_no_code_and_its_user_no_arn() -> None:
    found = records.console_login(mina(), at(), failed=True)
    assert found["errorMessage"] == "Failed authentication"
    assert "errorCode" not in found
    assert list(found).index("errorMessage") == list(found).index("userAgent") + 1
    assert found["responseElements"] == {"ConsoleLogin": "Failure"}
    assert found["userIdentity"] == {
        "type": "IAMUser",
        "principalId": "AIDAMINA",
        "accountId": ACCOUNT,
        "accessKeyId": "",
        "userName": "mina",
    }


def test_a_name_that_is_no_users_is_hidden() -> None:
    found = records.console_login(records.unknown_user(ACCOUNT), at(), failed=True)
    assert found["errorMessage"] == "No username found in supplied account"
    assert found["userIdentity"] == {
        "type": "IAMUser",
        "accountId": ACCOUNT,
        "accessKeyId": "",
        "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }
    with pytest.raises(ValueError, match="cannot sign in"):
        records.console_login(records.unknown_user(ACCOUNT), at())


@pytest.mark.parametrize("failed", [False, True])
def test_root_signs_in_at_the_global_endpoint_only(failed: bool) -> None:
    found = records.console_login(records.root(ACCOUNT), at("us-east-1"), failed=failed)
    assert found["awsRegion"] == "us-east-1"
    assert found["userIdentity"] == {
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "accountId": ACCOUNT,
        "accessKeyId": "",
    }
    with pytest.raises(ValueError, match="us-east-1"):
        records.console_login(records.root(ACCOUNT), at("eu-west-1"), failed=failed)


@pytest.mark.parametrize("region", ["us-east-2", "eu-north-1", "ap-southeast-2"])
def test_users_and_roles_sign_in_in_a_region(region: str) -> None:
    for who in (mina(), records.role_session(ACCOUNT, "admin", "mina", since=NOON)):
        found = records.console_login(who, at(region))
        assert found["awsRegion"] == region
        assert found["tlsDetails"]["clientProvidedHostHeader"] == f"{region}.signin.aws.amazon.com"
        assert found["additionalEventData"]["LoginTo"].startswith(f"https://{region}.console.")


def test_a_role_signs_in_with_its_session() -> None:
    session = records.role_session(ACCOUNT, "staff/admin", "mina", since=NOON, mfa=True)
    found = records.console_login(session, at())["userIdentity"]
    assert found["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/mina"
    issuer = found["sessionContext"]["sessionIssuer"]
    assert (issuer["arn"], issuer["userName"]) == (f"arn:aws:iam::{ACCOUNT}:role/staff/admin", "admin")
    assert found["principalId"] == f"{issuer['principalId']}:mina"
    assert found["sessionContext"]["attributes"] == {
        "creationDate": "2026-02-09T12:00:07Z",
        "mfaAuthenticated": "true",
    }
    assert "accessKeyId" not in found


def test_nobody_signs_in_to_another_account() -> None:
    with pytest.raises(ValueError, match="account of their own"):
        records.console_login(records.user("271828182845", "mina"), at())


def test_an_mfa_code_is_asked_for() -> None:
    found = records.check_mfa(mina(), at())
    assert (found["eventName"], found["responseElements"]) == ("CheckMfa", {"CheckMfa": "Success"})
    assert found["additionalEventData"] == {"MfaType": "Virtual MFA"}
    assert "arn" not in found["userIdentity"]
    assert records.check_mfa(mina(), at(), failed=True)["responseElements"] == {"CheckMfa": "Failure"}


def test_a_role_is_switched_to() -> None:
    session = records.role_session(ACCOUNT, "admin", "mina", since=NOON)
    found = records.switch_role(session, at(), switched_from="arn:aws:iam::271828182845:user/mina")
    assert found["responseElements"] == {"SwitchRole": "Success"}
    assert found["additionalEventData"]["SwitchFrom"] == "arn:aws:iam::271828182845:user/mina"


def test_a_service_tells_of_what_it_did() -> None:
    key = {"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"}
    found = records.service_event(KMS, "RotateKey", at("eu-west-1"), details={"keyId": "k"}, resources=[key])
    assert list(found.items()) == list({
        "eventVersion": "1.11",
        "userIdentity": {"accountId": ACCOUNT, "invokedBy": KMS},
        "eventTime": "2026-02-09T12:00:07Z",
        "eventSource": KMS,
        "eventName": "RotateKey",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": KMS,
        "userAgent": KMS,
        "requestParameters": None,
        "responseElements": None,
        "eventID": "id-1",
        "readOnly": False,
        "resources": [key],
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "serviceEventDetails": {"keyId": "k"},
        "eventCategory": "Management",
    }.items())  # fmt: skip
    bare = records.service_event(KMS, "RotateKey", at())
    assert "serviceEventDetails" not in bare
    assert "resources" not in bare


def test_the_owner_of_an_endpoint_sees_a_call_and_little_of_whom_it_refuses() -> None:
    through = records.network_activity((KMS, "ListKeys"), mina(), at(), endpoint=ENDPOINT)
    assert list(through) == [
        "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
        "sourceIPAddress", "requestID", "eventID", "eventType", "recipientAccountId", "sharedEventID",
        "vpcEndpointId", "vpcEndpointAccountId", "eventCategory",
    ]  # fmt: skip
    assert (through["eventType"], through["eventCategory"]) == ("AwsVpceEvent", "NetworkActivity")
    refused = records.network_activity((KMS, "ListKeys"), mina(), at(), endpoint=ENDPOINT, denied=True)
    assert refused["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": "AIDAMINA",
        "accountId": ACCOUNT,
    }
    assert refused["errorCode"] == "VpceAccessDenied"
    assert refused["errorMessage"] == "The request was denied due to a VPC endpoint policy"
    assert list(refused).index("errorCode") == list(refused).index("sourceIPAddress") + 1


CALLS = Anomaly(
    event_source="ec2.amazonaws.com",
    event_name="RunInstances",
    baseline=0.5,
    insight=20.0,
    minutes=3,
    identity_arn=f"arn:aws:iam::{ACCOUNT}:user/mina",
)


def test_an_anomaly_has_a_start_and_an_end() -> None:
    start, end = records.insights(CALLS, at("eu-west-1"))
    assert start["sharedEventID"] == end["sharedEventID"]
    assert start["eventID"] != end["eventID"]
    assert [start["insightDetails"]["state"], end["insightDetails"]["state"]] == ["Start", "End"]
    times = [datetime.fromisoformat(record["eventTime"]) for record in (start, end)]
    assert times[1] - times[0] == timedelta(minutes=3)
    assert {"userIdentity", "eventSource", "sourceIPAddress", "readOnly"}.isdisjoint(start)
    assert list(start) == [
        "eventVersion", "eventTime", "awsRegion", "eventID", "eventType", "recipientAccountId",
        "sharedEventID", "insightDetails", "eventCategory",
    ]  # fmt: skip
    details = start["insightDetails"]
    assert details["insightType"] == "ApiCallRateInsight"
    assert details["insightContext"]["statistics"] == {
        "baseline": {"average": 0.5},
        "insight": {"average": 20.0},
        "insightDuration": 3,
        "baselineDuration": 10_080,
    }
    attribution = details["insightContext"]["attributions"][0]
    assert attribution == {
        "attribute": "userIdentityArn",
        "insight": [{"value": CALLS.identity_arn, "average": 20.0}],
        "baseline": [{"value": CALLS.identity_arn, "average": 0.5}],
    }


def test_an_anomaly_of_errors_names_the_error() -> None:
    errors = replace(CALLS, error_code="AccessDenied", baseline=0.0)
    details = records.insights(errors, at())[0]["insightDetails"]
    assert (details["insightType"], details["errorCode"]) == ("ApiErrorRateInsight", "AccessDenied")
    assert details["insightContext"]["attributions"][2] == {
        "attribute": "errorCode",
        "insight": [{"value": "AccessDenied", "average": 20.0}],
        "baseline": [],
    }


@pytest.mark.parametrize("wrong", [{"insight": 0.5}, {"baseline": -1.0}, {"minutes": 0}])
def test_what_is_no_anomaly_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="anomaly"):
        records.insights(replace(CALLS, **wrong), at())


def test_all_of_them_can_be_recorded_and_are_found_by_their_names() -> None:
    start, end = records.insights(CALLS, at())
    made = [
        records.console_login(mina(), at()),
        records.check_mfa(mina(), at()),
        records.service_event(KMS, "RotateKey", at()),
        records.network_activity((KMS, "ListKeys"), mina(), at(), endpoint=ENDPOINT),
        start,
        end,
    ]
    read_ = [read(json.dumps(record).encode()) for record in made]
    assert [r.category for r in read_] == ["Management"] * 3 + ["NetworkActivity"] + ["Insight"] * 2
    assert username(made[0]) == "mina"
    assert ("EventName", "RunInstances") in attributes(start)
    default = Circumstances(account_id=ACCOUNT, time=NOON)
    ids = {records.console_login(mina(), default)["eventID"] for _ in range(3)}
    assert len(ids) == 3
