"""Which requests are OpenTrail's."""

import pytest
from opentrail_local.router.calls import circumstances, service_of

LONG = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"
SHORT = "CloudTrail_20131101.LookupEvents"


def scope(service: str) -> str:
    return (
        f"AWS4-HMAC-SHA256 Credential=111111111111/20261125/eu-west-1/{service}/aws4_request, "
        "SignedHeaders=host, Signature=00"
    )


@pytest.mark.parametrize(
    ("method", "path", "headers", "service"),
    [
        ("POST", "/", {"Authorization": scope("cloudtrail"), "X-Amz-Target": LONG}, "cloudtrail"),
        ("POST", "/", {"Authorization": scope("cloudtrail"), "X-Amz-Target": "nonsense"}, "cloudtrail"),
        ("POST", "/", {"Authorization": scope("cloudtrail")}, "cloudtrail"),
        ("GET", "/anything", {"Authorization": scope("cloudtrail")}, "cloudtrail"),
        ("POST", "/PutAuditEvents", {"Authorization": scope("cloudtrail-data")}, "cloudtrail-data"),
        ("POST", "/PutAuditEvents", {"Authorization": scope("s3")}, ""),
        ("POST", "/", {"Authorization": scope("kms"), "X-Amz-Target": LONG}, ""),
        ("PUT", "/cloudtrail", {"Authorization": scope("s3")}, ""),
    ],
)
def test_the_credential_scope_decides(method: str, path: str, headers: dict[str, str], service: str) -> None:
    assert service_of(method, path, headers, signed=True) == service


@pytest.mark.parametrize(
    ("method", "path", "headers", "service"),
    [
        ("POST", "/", {"X-Amz-Target": LONG}, "cloudtrail"),
        ("POST", "/", {"X-Amz-Target": SHORT}, "cloudtrail"),
        ("POST", "/", {"X-Amz-Target": "TrentService.ListKeys"}, ""),
        ("POST", "/PutAuditEvents", {}, "cloudtrail-data"),
        ("PUT", "/PutAuditEvents", {}, ""),
        ("POST", "/", {}, ""),
        # LocalStack gives unsigned requests an Authorization header of its own.
        ("POST", "/", {"X-Amz-Target": SHORT, "Authorization": scope("s3")}, "cloudtrail"),
    ],
)
def test_without_a_signature_target_and_path_decide(
    method: str, path: str, headers: dict[str, str], service: str
) -> None:
    assert service_of(method, path, headers, signed=False) == service


def test_what_a_service_calls_for_somebody_says_so() -> None:
    root = {"type": "Root", "accountId": "111111111111"}
    own = {"source_ip": "127.0.0.1", "user_agent": "aws-cli"}
    assert circumstances(root, **own, service="") == {"user_identity": root, **own}
    name = "cloudformation.amazonaws.com"
    assert circumstances(root, **own, service="cloudformation") == {
        "user_identity": {**root, "invokedBy": name},
        "source_ip": name,
        "user_agent": name,
    }
