"""Makes API calls with stock clients and counts them itself: what must then be found, no more and no less.

A call is expected as CloudTrail records it: event source, event name, error code and the ARN of who called.
Where the code of a failure on the wire differs from the one CloudTrail writes, the call says both.
"""

import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError

from opentrail_cli.environment import AWS_CLI, CommandError, env_variables, session, without_aws

CLI_LIMIT = 60  # seconds for one AWS CLI process

type Calls = Counter[tuple[str, str, str, str]]  # event source, event name, error code, ARN of the caller


@dataclass(frozen=True, slots=True)
class Failure:
    """The code of an expected failure: on the wire, and in the record when that differs."""

    code: str
    recorded: str = ""

    @property
    def error_code(self) -> str:
        """What the record's errorCode says."""
        return self.recorded or self.code


@dataclass(slots=True)
class Expected:
    """What was called, apart by where it must show."""

    before: Calls = field(default_factory=Counter)  # management events from before anything was logged
    management: Calls = field(default_factory=Counter)
    selected_data: Calls = field(default_factory=Counter)  # data events that the trail and the store select
    other_data: Calls = field(default_factory=Counter)  # data events that nothing selects

    @property
    def in_history(self) -> Calls:
        """Event history holds management events only, whether or not a trail logs."""
        return self.before + self.management

    @property
    def in_destinations(self) -> Calls:
        """What the trail and the event data store select."""
        return self.management + self.selected_data


class Person:
    """Somebody with credentials, whose calls are counted."""

    def __init__(self, expected: Expected, endpoint: str, arn: str, credentials: Mapping[str, str]) -> None:
        self.arn = arn
        self.count: Calls = expected.before
        self._expected = expected
        self._endpoint = endpoint
        self._credentials = credentials
        self._session = session(
            credentials["AccessKeyId"],
            secret=credentials["SecretAccessKey"],
            token=credentials.get("SessionToken"),
        )
        self._clients: dict[str, Any] = {}

    def logged(self) -> None:
        """From now on a trail logs: management events count as such."""
        self.count = self._expected.management

    def call(self, service: str, operation: str, failure: Failure | None = None, **parameters: Any) -> Any:
        """Make one management call; CommandError when it does not end as expected."""
        return self._make(self.count, service, operation, failure, parameters)

    def selected(
        self, service: str, operation: str, failure: Failure | None = None, **parameters: Any
    ) -> Any:
        """Make one data call that the trail and the store select."""
        return self._make(self._expected.selected_data, service, operation, failure, parameters)

    def unselected(
        self, service: str, operation: str, failure: Failure | None = None, **parameters: Any
    ) -> Any:
        """Make one data call that nothing selects."""
        return self._make(self._expected.other_data, service, operation, failure, parameters)

    def uncounted(self, service: str) -> Any:
        """A client for looking at results; such calls are left out of what is compared."""
        if service not in self._clients:
            self._clients[service] = self._session.client(
                service,
                endpoint_url=self._endpoint,
                # A retry would be a second call that this count knows nothing of.
                config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60),
            )
        return self._clients[service]

    def cli(self, *arguments: str, source: str = "", name: str = "") -> str:
        """Run the AWS CLI with nothing but environment variables; counted when the event is named."""
        if source:
            self.count[(source, name, "", self.arn)] += 1
        environment = without_aws() | env_variables(self._endpoint, self._credentials["AccessKeyId"])
        environment |= {
            "AWS_SECRET_ACCESS_KEY": self._credentials["SecretAccessKey"],
            "AWS_MAX_ATTEMPTS": "1",
        }
        if token := self._credentials.get("SessionToken"):
            environment["AWS_SESSION_TOKEN"] = token
        done = subprocess.run(
            [AWS_CLI, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CLI_LIMIT,
            check=False,
        )
        if done.returncode != 0:
            raise CommandError(
                f"aws {' '.join(arguments)} failed: {done.stderr.strip() or done.stdout.strip()}"
            )
        return done.stdout

    def _make(
        self, count: Calls, service: str, operation: str, failure: Failure | None, parameters: dict[str, Any]
    ) -> Any:
        client = self.uncounted(service)
        name = client.meta.method_to_api_mapping[operation]
        count[(f"{service}.amazonaws.com", name, failure.error_code if failure else "", self.arn)] += 1
        try:
            answer = getattr(client, operation)(**parameters)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if failure is None or failure.code != code:
                wanted = f"fail with {failure.code}" if failure else "succeed"
                raise CommandError(f"{service} {name} should {wanted}, but: {error}") from error
            return error.response
        if failure:
            raise CommandError(f"{service} {name} should fail with {failure.code}, but it succeeded.")
        return answer


def calls_in(records: Iterable[Mapping[str, Any]], sources: frozenset[str]) -> Calls:
    """The calls that records tell of: people's calls to some services, not what AWS did by itself."""
    return Counter(
        (
            record["eventSource"],
            record["eventName"],
            record.get("errorCode") or "",
            record["userIdentity"].get("arn", ""),
        )
        for record in records
        if record["eventSource"] in sources and record["userIdentity"].get("type") != "AWSService"
    )


def differences(wanted: Calls, found: Calls) -> list[str]:
    """What is missing and what should not be there, in words; empty when both are equal."""
    lines = [f"missing {n} x {_words(call)}" for call, n in sorted((wanted - found).items())]
    return lines + [f"not expected {n} x {_words(call)}" for call, n in sorted((found - wanted).items())]


def _words(call: tuple[str, str, str, str]) -> str:
    source, name, error, arn = call
    return f"{source} {name}" + (f" ({error})" if error else "") + f" by {arn.rpartition(':')[2]}"


def clean_environment() -> None:
    """Take what AWS clients read out of this process's environment, and keep proxies off this machine."""
    clean = without_aws()
    os.environ.clear()
    os.environ.update(clean)
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name, ""), "127.0.0.1", "localhost"]))
