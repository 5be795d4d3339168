"""The command line of `opentrail emit`: what it makes of its options, and what it refuses."""

import json
from typing import Any

import pytest

from opentrail_cli.__main__ import main

KMS = ("--source", "kms.amazonaws.com", "--name", "ListKeys")
LOGIN = ("console-login",)
INSIGHT = ("insight", *KMS, "--baseline", "1", "--insight", "9")
NETWORK = ("network-activity", *KMS, "--vpc-endpoint", "vpce-0a1b2c3d")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["emit", *arguments, "--print"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_sign_in_is_made_of_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = printed(
        capsys, "console-login", "--user", "mina", "--principal-id", "AIDAX", "--account", "222222222222",
        "--region", "eu-north-1", "--time", "2026-01-31T12:00:00+01:00", "--source-ip", "2001:db8::1",
        "--user-agent", "Browser", "--failure",
    )  # fmt: skip
    assert found["userIdentity"]["principalId"] == "AIDAX"
    assert (found["recipientAccountId"], found["awsRegion"]) == ("222222222222", "eu-north-1")
    assert (found["eventTime"], found["sourceIPAddress"]) == ("2026-01-31T11:00:00Z", "2001:db8::1")
    assert (found["userAgent"], found["responseElements"]) == ("Browser", {"ConsoleLogin": "Failure"})


@pytest.mark.parametrize(
    ("given", "device"),
    [(("--mfa",), "arn:aws:iam::111111111111:mfa/mina"), (("--mfa", "arn:x"), "arn:x")],
)
def test_an_mfa_code_is_asked_for_before(
    capsys: pytest.CaptureFixture[str], given: tuple[str, ...], device: str
) -> None:
    asked, login = printed(capsys, "console-login", "--user", "mina", *given)
    assert (asked["eventName"], login["eventName"]) == ("CheckMfa", "ConsoleLogin")
    assert login["additionalEventData"]["MFAIdentifier"] == device


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        ((*LOGIN, "--root"), ["Root"]),
        ((*LOGIN, "--root", "--mfa"), ["Root", "Root"]),
        ((*LOGIN, "--unknown-user", "--failure"), ["IAMUser"]),
        ((*LOGIN, "--role", "admin", "--session", "mina"), ["AssumedRole"]),
        (("switch-role", "--role", "admin", "--session", "mina", "--from", "arn:x"), ["AssumedRole"]),
        (("service-event", *KMS, "--details", '{"keyId": "k"}', "--resources", "[]"), [None]),
        ((*NETWORK, "--user", "mina"), ["IAMUser"]),
        ((*NETWORK, "--user", "mina", "--denied"), ["AWSAccount"]),
        ((*INSIGHT, "--minutes", "2", "--error-code", "E", "--identity-arn", "arn:x"), [None, None]),
    ],
)
def test_every_kind_of_event_is_made(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], kinds: list[str | None]
) -> None:
    assert [r.get("userIdentity", {}).get("type") for r in printed(capsys, *arguments)] == kinds


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "EVENT"),
        (("coffee-break",), "invalid choice: 'coffee-break'"),
        (LOGIN, "one of the arguments --user --unknown-user --root --role is required"),
        ((*LOGIN, "--user", "a", "--root"), "not allowed with"),
        ((*LOGIN, "--root", "--account", "12"), "'12' is no account of twelve digits"),
        ((*LOGIN, "--root", "--region", "Mars"), "'Mars' is no Region"),
        ((*LOGIN, "--root", "--time", "noon"), "'noon' is no time"),
        ((*LOGIN, "--root", "--source-ip", "300.1.1.1"), "300.1.1.1"),
        (("service-event", "--source", "kms", "--name", "X"), "'kms' is no event source"),
        (("service-event", *KMS, "--details", "{"), "this is not JSON"),
        (("service-event", *KMS, "--details", "[]"), "a JSON object is expected"),
        (("service-event", *KMS, "--resources", "{}"), "a JSON list of objects is expected"),
        (("network-activity", *KMS, "--user", "m", "--vpc-endpoint", "eni-1"), "'eni-1' is no VPC endpoint"),
        (("insight", *KMS, "--baseline", "low", "--insight", "9"), "'low' is no number"),
    ],
)
def test_a_wrong_call_is_explained(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["emit", *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*LOGIN, "--root", "--region", "eu-west-1"), "its events are in us-east-1"),
        ((*LOGIN, "--unknown-user"), "cannot sign in"),
        ((*LOGIN, "--unknown-user", "--failure", "--mfa"), "Nobody is asked for an MFA code"),
        ((*LOGIN, "--role", "admin"), "--role and --session go together"),
        ((*LOGIN, "--user", "a", "--session", "s"), "--role and --session go together"),
        ((*LOGIN, "--root", "--principal-id", "AIDAX"), "--principal-id is a user's"),
        (("insight", *KMS, "--baseline", "9", "--insight", "1"), "above its baseline"),
    ],
)
def test_what_cannot_have_happened_is_refused_and_nothing_is_sent(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str, tmp_path: Any
) -> None:
    assert main(["emit", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_without_a_deployment_it_says_how_to_start(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    assert main(["emit", "--state-dir", str(tmp_path), "console-login", "--root"]) == 1
    assert "opentrail up" in capsys.readouterr().err
