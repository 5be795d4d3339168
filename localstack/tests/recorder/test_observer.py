"""What the recorder sees and leaves out, and that it harms no call."""

import base64
import json
from types import SimpleNamespace

import pytest
from driving import ACCOUNT, context_of, internal, observe
from localstack.http import Response
from localstack.services.s3.models import s3_stores
from moto.sts.models import sts_backends
from opentrail_local import identity, tls
from opentrail_local.recorder import call as calls
from opentrail_local.recorder.observer import Observer, Sessions
from opentrail_local.recorder.record import line_of
from opentrail_local.recorder.status import Counters

DEPLOYMENT = "000000000000"


def skipped(context, **outcome) -> dict[str, int]:
    counters = Counters()
    assert observe(context, counters=counters, **outcome) is None
    counted = counters.snapshot()
    assert counted["seen"] == 1
    return counted["skipped"]


def session_of(account: str, role: str, name: str = "s") -> str:
    arn = f"arn:aws:iam::{account}:role/{role}"
    return sts_backends[account]["aws"].assume_role("us-east-1", name, arn, None, 3600, None).access_key_id


def test_localstacks_own_calls_are_left_out():
    assert skipped(internal(context_of("sqs", "ListQueues", {}))) == {"internal": 1}


@pytest.mark.parametrize(
    ("service", "operation"), [("cloudtrail", "ListTrails"), ("cloudtrail-data", "PutAuditEvents")]
)
def test_calls_to_cloudtrail_are_left_to_opentrail(service, operation):
    context = context_of("sqs", "ListQueues", {})
    context.service = SimpleNamespace(service_name=service)
    assert skipped(context) == {"cloudtrail": 1}


def test_calls_of_opentrails_functions_are_left_out():
    key = session_of(DEPLOYMENT, "OpenTrail-local-Recording-RecorderServiceRole-1A2B")
    assert skipped(context_of("sqs", "ListQueues", {}, key=key)) == {"opentrail": 1}


def test_a_users_role_of_the_same_name_is_recorded():
    key = session_of(ACCOUNT, "OpenTrail-local-Recording-RecorderServiceRole-1A2B")
    assert observe(context_of("sqs", "ListQueues", {}, key=key)) is not None


def test_sessions_that_opentrail_opens_are_its_own():
    seen: list[calls.Call] = []
    observer = Observer(seen.append, Counters())
    own = session_of(DEPLOYMENT, "OpenTrail-local-Delivery-Role")
    delivery = session_of(ACCOUNT, "delivery")
    opening = context_of("sts", "AssumeRole", {"RoleArn": "r", "RoleSessionName": "s"}, key=own)
    opening.service_response = {"Credentials": {"AccessKeyId": delivery}}
    observer(None, opening, Response())
    observer(None, context_of("s3", "PutObject", {"Bucket": "b", "Key": "k"}, key=delivery), Response())
    assert seen == []


def test_the_deployments_own_key_is_left_out_but_not_other_keys_of_that_account():
    assert skipped(context_of("sqs", "ListQueues", {}, key=DEPLOYMENT)) == {"deployment": 1}
    assert observe(context_of("sqs", "ListQueues", {}, key="test")) is not None


def test_what_the_local_cloud_lacks_is_counted_only():
    error = ("InternalFailure", "not emulated", 501)
    assert skipped(context_of("appsync", "ListGraphqlApis", {}), error=error) == {"unsupported": 1}


def test_requests_that_are_no_api_calls_are_not_seen():
    counters = Counters()
    context = context_of("sqs", "ListQueues", {})
    context.operation = None
    assert observe(context, counters=counters) is None
    assert counters.snapshot()["seen"] == 0


def test_a_recorder_that_fails_does_not_fail_the_call():
    def refuse(_):
        raise RuntimeError("full")

    counters = Counters()
    Observer(refuse, counters)(None, context_of("sqs", "ListQueues", {}), Response())
    assert counters.snapshot()["failed"] == {"observe": 1}


def test_later_changes_of_parameters_and_answer_are_not_recorded():
    context = context_of("iam", "CreateUser", {"UserName": "mina", "Tags": [{"Key": "a", "Value": "b"}]})
    answer = {"User": {"UserName": "mina"}}
    call = observe(context, answer=answer)
    context.service_request["Tags"][0]["Value"] = answer["User"]["UserName"] = "changed"
    assert b"changed" not in line_of(call)


def test_bodies_are_neither_read_nor_kept():
    context = context_of("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": b"never recorded"})
    call = observe(context, answer={})
    assert call.parameters.get("Body") is None
    assert context.service_request["Body"].read() == b"never recorded"


def test_parameters_of_any_size_are_bounded():
    big = {"QueueName": "q", "Attributes": {f"a{i}": "x" * 1000 for i in range(2000)}}
    call = observe(context_of("sqs", "CreateQueue", big), answer={})
    assert call.parameters is calls.OMITTED
    assert b'"requestParameters":{"omitted":true}' in line_of(call)
    assert call.cost < 10_000


def test_large_parameters_that_are_kept_are_omitted_from_the_record():
    big = {"QueueName": "q", "Attributes": {f"a{i}": "x" * 1000 for i in range(150)}}
    call = observe(context_of("sqs", "CreateQueue", big), answer={})
    assert call.parameters is not calls.OMITTED
    assert b'"requestParameters":{"omitted":true}' in line_of(call)


def test_a_session_that_a_call_opens_is_known_by_its_answer():
    key = session_of(ACCOUNT, "auditor", "night")
    context = context_of("sts", "AssumeRole", {
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/auditor", "RoleSessionName": "night",
        "SourceIdentity": "mina",
    })  # fmt: skip
    answer = {"Credentials": {"AccessKeyId": key}, "AssumedRoleUser": {"AssumedRoleId": "AROASAID:night"}}
    observe(context, answer=answer)
    caller = identity.who(context_of("sqs", "ListQueues", {}, key=key)).user_identity
    assert (caller["principalId"], caller["sessionContext"]["sourceIdentity"]) == ("AROASAID:night", "mina")


def test_a_federated_user_is_called_so():
    context = context_of("sts", "GetFederationToken", {"Name": "guest"})
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
    user = {"FederatedUserId": f"{ACCOUNT}:guest", "Arn": arn}
    key = sts_backends[ACCOUNT]["aws"]._create_access_key("none")[1].access_key_id
    observe(context, answer={"Credentials": {"AccessKeyId": key}, "FederatedUser": user})
    caller = identity.who(context_of("sqs", "ListQueues", {}, key=key)).user_identity
    assert (caller["type"], caller["principalId"], caller["arn"]) == (
        "FederatedUser",
        f"{ACCOUNT}:guest",
        arn,
    )
    assert caller["sessionContext"]["sessionIssuer"]["type"] == "Root"


def test_a_web_identity_opens_a_session_in_the_roles_account():
    role = f"arn:aws:iam::{ACCOUNT}:role/web"
    context = context_of("sts", "AssumeRoleWithWebIdentity", {
        "RoleArn": role, "RoleSessionName": "app", "ProviderId": "idp.example",
        "WebIdentityToken": "never recorded",
    }, key="injectedaccesskey")  # fmt: skip
    line = line_of(observe(context, answer={"SubjectFromWebIdentityToken": "subject"}))
    assert b"never recorded" not in line
    assert b'"recipientAccountId":"' + ACCOUNT.encode() in line
    assert b'"type":"WebIdentityUser","principalId":"idp.example:subject","userName":"subject"' in line


@pytest.mark.parametrize(
    ("operation", "sent"),
    [
        ("AssumeRole", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/auditor", "RoleSessionName": "night"}),
        ("GetSessionToken", {}),
    ],
)
def test_a_session_opened_with_an_mfa_code_says_so(operation, sent):
    said = []
    for code in ({}, {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/phone", "TokenCode": "123456"}):
        key = session_of(ACCOUNT, "auditor", "night")
        answer = {"Credentials": {"AccessKeyId": key}, "AssumedRoleUser": {"AssumedRoleId": "AROASAID:night"}}
        observe(context_of("sts", operation, sent | code), answer=answer)
        caller = identity.who(context_of("sqs", "ListQueues", {}, key=key)).user_identity
        said.append(caller["sessionContext"]["attributes"]["mfaAuthenticated"])
    assert said == ["false", "true"]


def test_a_source_identity_stays_through_a_chain_of_roles():
    first, second = session_of(ACCOUNT, "a", "one"), session_of(ACCOUNT, "b", "two")
    for key, opened, sent in ((ACCOUNT, first, {"SourceIdentity": "mina"}), (first, second, {})):
        context = context_of("sts", "AssumeRole", {"RoleArn": "r", "RoleSessionName": "s", **sent}, key=key)
        observe(context, answer={"Credentials": {"AccessKeyId": opened}})
    caller = identity.who(context_of("sqs", "ListQueues", {}, key=second)).user_identity
    assert caller["sessionContext"]["sourceIdentity"] == "mina"


def test_a_saml_user_opens_a_session():
    role = f"arn:aws:iam::{ACCOUNT}:role/saml"
    assertion = base64.b64encode(
        b'<Response ID="_r"><saml2:Assertion ID="_a1" Version="2.0"><Attribute '
        b'Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName">'
        b"<AttributeValue>mina</AttributeValue></Attribute></saml2:Assertion></Response>"
    ).decode()
    provider = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
    context = context_of("sts", "AssumeRoleWithSAML", {
        "RoleArn": role, "PrincipalArn": provider, "SAMLAssertion": assertion,
    }, key="injectedaccesskey")  # fmt: skip
    found = json.loads(line_of(observe(context, answer={"NameQualifier": "bdGOnTesti4=", "Subject": "mina"})))
    assert found["userIdentity"] == {
        "type": "SAMLUser",
        "principalId": "bdGOnTesti4=:mina",
        "userName": "mina",
        "identityProvider": "bdGOnTesti4=",
    }
    assert found["requestParameters"] == {
        "sAMLAssertionID": "_a1",
        "roleSessionName": "mina",
        "roleArn": role,
        "principalArn": provider,
    }
    assert (found["recipientAccountId"], found["readOnly"]) == (ACCOUNT, True)
    assert assertion not in json.dumps(found)


def test_a_call_over_tls_says_how():
    context = context_of("sqs", "ListQueues", {})
    context.request.environ[tls.VARIABLE] = ("TLSv1.3", "TLS_AES_128_GCM_SHA256")
    found = json.loads(line_of(observe(context)))
    assert list(found)[-1] == "tlsDetails"
    assert found["tlsDetails"] == {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": "127.0.0.1:4566",
    }


def test_sessions_are_known_when_nothing_is_recorded():
    key = session_of(ACCOUNT, "auditor", "night")
    context = context_of("sts", "AssumeRole", {"RoleArn": "r", "RoleSessionName": "night"})
    context.service_response = {
        "Credentials": {"AccessKeyId": key},
        "AssumedRoleUser": {"AssumedRoleId": "AROASAID:night"},
    }
    Sessions()(None, context, Response())
    Sessions()(None, context_of("sqs", "ListQueues", {}), Response())
    caller = identity.who(context_of("sqs", "ListQueues", {}, key=key)).user_identity
    assert caller["principalId"] == "AROASAID:night"


@pytest.fixture
def bucket():
    """A bucket of ACCOUNT in eu-west-1, and how it is deleted."""
    account, region, name = ACCOUNT, "eu-west-1", "noted"
    s3_stores["000000000000"]["us-east-1"].global_bucket_map[name] = account
    s3_stores[account]["us-east-1"].buckets[name] = SimpleNamespace(bucket_region=region)

    def delete() -> None:
        s3_stores["000000000000"]["us-east-1"].global_bucket_map.pop(name, None)
        s3_stores[account]["us-east-1"].buckets.pop(name, None)

    yield name, delete
    delete()


def test_the_last_calls_to_a_bucket_are_its_owners_though_it_is_gone(bucket):
    name, delete = bucket
    put = observe(context_of("s3", "PutObject", {"Bucket": name, "Key": "k"}, region="us-east-1"), answer={})
    delete()
    gone = observe(context_of("s3", "DeleteBucket", {"Bucket": name}, region="us-east-1"), answer={})
    for call in (put, gone):
        record = json.loads(line_of(call))
        assert record["awsRegion"] == "eu-west-1"
        assert {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{name}"} in (
            record["resources"]
        )


def test_an_unsigned_request_is_its_buckets_owners(bucket):
    context = context_of("s3", "GetObject", {"Bucket": bucket[0], "Key": "k"}, key="injectedaccesskey")
    record = json.loads(line_of(observe(context, answer={})))
    assert record["recipientAccountId"] == ACCOUNT
    assert record["userIdentity"]["accountId"] == "ANONYMOUS_PRINCIPAL"


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("s3", "GetObject", {"Bucket": "favicon.ico", "Key": "k"}),
        ("s3", "ListBuckets", {}),
        ("sqs", "CreateQueue", {"QueueName": "q"}),
        ("sts", "AssumeRoleWithSAML", {"RoleArn": "r", "PrincipalArn": "p", "SAMLAssertion": "s"}),
    ],
)
def test_an_unsigned_request_for_what_is_nobodys_is_left_out(service, operation, parameters):
    assert skipped(context_of(service, operation, parameters, key="injectedaccesskey")) == {"unowned": 1}
