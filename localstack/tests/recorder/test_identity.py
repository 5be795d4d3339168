"""Callers as LocalStack's stores know them: roots, users, sessions, and keys nobody knows."""

from types import SimpleNamespace

import pytest
from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.http import Request
from localstack.services.iam.iam_patches import apply_iam_patches
from localstack.utils.aws.request_context import mock_aws_request_headers
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from opentrail_local import identity
from opentrail_local.identity import OpenedSession, who

ACCOUNT = "314159265358"
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}'


@pytest.fixture(autouse=True)
def stores():
    apply_iam_patches()
    iam_backends.reset()
    yield
    iam_backends.reset()


def context(key: str | None, **others: str) -> SimpleNamespace:
    """What the router and the recorder see once account and Region are set."""
    headers = mock_aws_request_headers("s3", key, "eu-west-1") if key else {}
    known = {"account_id": get_account_id_from_access_key_id(key or ""), "partition": "aws"}
    return SimpleNamespace(request=Request("GET", "/", headers=headers), **(known | others))


def assume(role_arn: str, name: str = "night-shift"):
    backend = sts_backends[ACCOUNT]["aws"]
    return backend.assume_role("eu-west-1", name, role_arn, None, 3600, None)


def test_twelve_digits_are_the_root_of_that_account():
    caller = who(context(ACCOUNT))
    arn = f"arn:aws:iam::{ACCOUNT}:root"
    assert (caller.account_id, caller.arn, caller.access_key_id) == (ACCOUNT, arn, ACCOUNT)
    assert caller.user_identity == {
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": arn,
        "accountId": ACCOUNT,
        "accessKeyId": ACCOUNT,
    }


def test_the_key_of_a_user_is_that_user():
    iam = iam_backends[ACCOUNT]["aws"]
    user = iam.create_user("eu-west-1", "mina", path="/staff/")
    key = iam.create_access_key("mina").access_key_id
    caller = who(context(key))
    assert key.startswith("LKIA")
    assert caller.account_id == ACCOUNT
    assert caller.user_identity == {
        "type": "IAMUser",
        "principalId": user.id,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/staff/mina",
        "accountId": ACCOUNT,
        "accessKeyId": key,
        "userName": "mina",
    }


def test_a_renamed_user_is_called_by_the_new_name():
    iam = iam_backends[ACCOUNT]["aws"]
    iam.create_user("eu-west-1", "mina")
    key = iam.create_access_key("mina").access_key_id
    before = who(context(key)).arn
    iam.users["mina"].name = "lucy"
    iam.users["lucy"] = iam.users.pop("mina")
    iam.access_keys[key].user_name = "lucy"
    assert (before, who(context(key)).arn) == (
        f"arn:aws:iam::{ACCOUNT}:user/mina",
        f"arn:aws:iam::{ACCOUNT}:user/lucy",
    )


def test_the_key_of_a_deleted_user_falls_back_to_the_root_of_its_account():
    iam = iam_backends[ACCOUNT]["aws"]
    iam.create_user("eu-west-1", "mina")
    key = iam.create_access_key("mina").access_key_id
    del iam.users["mina"]
    caller = who(context(key))
    assert (caller.arn, caller.access_key_id) == (f"arn:aws:iam::{ACCOUNT}:root", key)


def test_a_role_session_names_its_role_as_issuer():
    iam = iam_backends[ACCOUNT]["aws"]
    role = iam.create_role("auditor", TRUST, "/jobs/", None, "", [], "3600")
    session = assume(role.arn)
    created = session.access_key.create_date.strftime("%Y-%m-%dT%H:%M:%SZ")
    caller = who(context(session.access_key_id))
    assert caller.account_id == ACCOUNT
    assert caller.user_identity == {
        "type": "AssumedRole",
        "principalId": f"{role.id}:night-shift",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/auditor/night-shift",
        "accountId": ACCOUNT,
        "accessKeyId": session.access_key_id,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": role.id,
                "arn": f"arn:aws:iam::{ACCOUNT}:role/jobs/auditor",
                "accountId": ACCOUNT,
                "userName": "auditor",
            },
            "attributes": {"creationDate": created, "mfaAuthenticated": "false"},
        },
    }


def test_a_session_stays_what_it_was_when_its_role_goes():
    iam = iam_backends[ACCOUNT]["aws"]
    role = iam.create_role("auditor", TRUST, "/", None, "", [], "3600")
    session = assume(role.arn)
    before = who(context(session.access_key_id))
    iam.roles.clear()
    assert who(context(session.access_key_id)) == before


def test_what_the_opening_answer_said_is_used():
    arn = f"arn:aws:iam::{ACCOUNT}:role/never-made"
    session = assume(arn)
    identity.session_opened(
        session.access_key_id, OpenedSession(principal_id="AROASAID:night-shift", source_identity="mina")
    )
    found = who(context(session.access_key_id)).user_identity
    assert found["principalId"] == "AROASAID:night-shift"
    assert found["sessionContext"]["sessionIssuer"]["principalId"] == "AROASAID"
    assert list(found["sessionContext"]) == ["sessionIssuer", "attributes", "sourceIdentity"]


def test_sessions_of_a_role_that_does_not_exist_share_one_made_up_id():
    arn = f"arn:aws:iam::{ACCOUNT}:role/never-made"
    ids = {who(context(assume(arn, n).access_key_id)).user_identity["principalId"] for n in ("a", "b")}
    assert {i.partition(":")[2] for i in ids} == {"a", "b"}
    assert len({i.partition(":")[0] for i in ids}) == 1
    assert all(i.startswith("AROA") for i in ids)


def test_an_unknown_key_is_the_root_of_the_account_localstack_derives():
    caller = who(context("AKIAIOSFODNN7EXAMPLE"))
    assert (caller.account_id, caller.arn) == ("000000000000", "arn:aws:iam::000000000000:root")
    assert caller.user_identity["accessKeyId"] == "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize("key", [None, "injectedaccesskey"])
def test_without_credentials_the_caller_is_anonymous(key):
    caller = who(context(key))
    assert caller.is_anonymous
    assert caller.user_identity == {
        "type": "AWSAccount",
        "principalId": "",
        "accountId": "ANONYMOUS_PRINCIPAL",
    }


def test_a_service_has_no_credentials_and_is_not_anonymous():
    service = identity.Who(ACCOUNT, "", {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}, "")
    assert not service.is_anonymous


def test_looking_creates_no_backend():
    who(context("LSIAQAAAAAAAAAAAAAAA", account_id="271828182845"))
    assert dict.get(iam_backends, "271828182845") is None
    assert dict.get(sts_backends, "271828182845") is None


def test_a_broken_store_is_no_failure(monkeypatch):
    monkeypatch.setattr(identity, "_user", lambda *_: 1 / 0)
    assert who(context("LKIAQAAAAAAAAAAAAAAA", account_id=ACCOUNT)).arn == f"arn:aws:iam::{ACCOUNT}:root"
