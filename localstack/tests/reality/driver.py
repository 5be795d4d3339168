"""Makes calls with stock boto3, and keeps what was answered: each is found again among the records."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = "271828182845"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Made:
    """One call and its answer."""

    service: str  # of botocore
    operation: str
    request_id: str
    status: int
    error: str  # code on the wire; empty for success
    answer: Mapping[str, Any]
    parameters: Mapping[str, Any]


def client(endpoint: str, service: str, key: str, token: str | None = None) -> Any:
    """A stock client; the local cloud's certificate is its own."""
    warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    made = boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key="secret",
        aws_session_token=token,
        verify=False,
        config=Config(
            retries={"total_max_attempts": 1},
            parameter_validation=False,
            read_timeout=120,
        ),
    )
    made.meta.events.register("before-send.s3-control", _without_account)
    return made


def _without_account(request: Any, **_: Any) -> None:
    """S3 Control's clients put the account before the host: an IP address has no names below it."""
    request.url = request.url.replace(f"//{ACCOUNT}.", "//")


class Driver:
    """Calls as one caller. Whoever it makes by `acting_as` adds to the same list of calls."""

    def __init__(
        self, endpoint: str, key: str = ACCOUNT, token: str | None = None, made: list[Made] | None = None
    ) -> None:
        self._endpoint, self._key, self._token = endpoint, key, token
        self._clients: dict[str, Any] = {}
        self.made: list[Made] = [] if made is None else made

    def acting_as(self, key: str, token: str | None = None) -> "Driver":
        """The driver of another caller."""
        return Driver(self._endpoint, key, token, self.made)

    def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """The answer; of a failed call, an empty one."""
        if service not in self._clients:
            self._clients[service] = client(self._endpoint, service, self._key, self._token)
        made = self._clients[service]
        method = next(m for m, name in made.meta.method_to_api_mapping.items() if name == operation)
        try:
            answer = getattr(made, method)(**parameters)
        except ClientError as error:
            answer = error.response
        about = answer.pop("ResponseMetadata")
        headers = about.get("HTTPHeaders", {})
        request_id = (
            about.get("RequestId") or headers.get("x-amzn-requestid") or headers.get("x-amz-request-id")
        )
        answer = {name: value for name, value in answer.items() if not hasattr(value, "read")}
        code = (answer.pop("Error", None) or {}).get("Code", "") if about["HTTPStatusCode"] >= 300 else ""
        self.made.append(
            Made(service, operation, str(request_id), about["HTTPStatusCode"], code, answer, parameters)
        )
        return {} if code else answer

    def of(self, service: str) -> "Service":
        """The same, for the operations of one service."""
        return Service(self, service)


@dataclass(frozen=True, slots=True)
class Service:
    """The operations of one service."""

    driver: Driver
    name: str

    def __call__(self, operation: str, /, **parameters: Any) -> dict[str, Any]:
        return self.driver(self.name, operation, **parameters)
