"""The whole API on fakes: real operations, real Lake SQL rewriting, a real boto3 client, no AWS."""

from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError
from opentrail.adapters.lookup_rate import WarmLookupRate
from opentrail.domain.event import attributes
from opentrail.domain.history import HistoryEvent, pages
from opentrail.domain.record import read
from opentrail.lake_sql.rewriter import LakeSqlRewriter

from tests.fakes.clock import FakeClock
from tests.fakes.configuration import (
    FakeConfiguration,
    FakeConfigurationVersions,
    FakeEventDataStores,
    FakeRecordingConfiguration,
    FakeTrailStore,
)
from tests.fakes.digests import FIRST_KEY, FakeDigestKeys, FakeDigests, public_key
from tests.fakes.encryption_keys import FakeEncryptionKeys
from tests.fakes.event_conflicts import FakeEventConflicts
from tests.fakes.event_history import FakeEventHistory
from tests.fakes.front import ACCOUNT, REGION, Front
from tests.fakes.ids import FakeIds
from tests.fakes.lake_queries import FakeLakeQueries
from tests.fakes.ledger import FakeLedger
from tests.fakes.log_bucket import FakeLogBucket
from tests.fakes.log_groups import FakeLogGroups
from tests.fakes.ports import ports
from tests.fakes.queries import FakeQueryStore
from tests.fakes.record_queue import FakeRecordQueue
from tests.fakes.tokens import FakeTokenKey
from tests.fakes.topics import FakeTopics
from tests.fakes.trail_status import FakeTrailStatuses


class Service:
    """Every fake within reach, and clients of the front."""

    def __init__(self, *, lookups_per_second: float = 0, checks_destinations: bool = True) -> None:
        self.clock = FakeClock()
        self.configuration = FakeConfiguration()
        self.trails = FakeTrailStore(self.configuration)
        self.stores = FakeEventDataStores(self.configuration)
        self.recording = FakeRecordingConfiguration(self.configuration)
        self.statuses = FakeTrailStatuses()
        self.log_bucket = FakeLogBucket()
        self.keys, self.topics, self.log_groups = FakeEncryptionKeys(), FakeTopics(), FakeLogGroups()
        self.digests = FakeDigests(FakeLedger())
        self.configuration.digests = self.digests
        self.digest_keys = FakeDigestKeys(public_key("first", FIRST_KEY))
        self.history = FakeEventHistory()
        self.event_conflicts = FakeEventConflicts()
        self.queries = FakeQueryStore()
        self.lake = FakeLakeQueries()
        self.records = FakeRecordQueue()
        self.front = Front(
            ports(
                clock=self.clock,
                ids=FakeIds(),
                configuration_versions=FakeConfigurationVersions(self.configuration),
                trails=self.trails,
                trail_statuses=self.statuses,
                log_bucket=self.log_bucket,
                encryption_keys=self.keys,
                topics=self.topics,
                log_groups=self.log_groups,
                digest_keys=self.digest_keys,
                event_history=self.history,
                event_conflicts=self.event_conflicts,
                lookup_rate=WarmLookupRate(self.clock, lookups_per_second),
                event_data_stores=self.stores,
                queries=self.queries,
                lake_queries=self.lake,
                sql_rewriter=LakeSqlRewriter(),
                records=self.records,
                token_key=FakeTokenKey(),
                checks_destinations=checks_destinations,
            )
        )

    def client(self, account: str = ACCOUNT, region: str = REGION) -> Any:
        """A client of CloudTrail."""
        return self.front.client("cloudtrail", account, region)

    def remember(self, *lines: bytes) -> None:
        """Put records of one account and Region into event history, as the recorder does."""
        records = [read(line) for line in lines]
        events = [HistoryEvent(r.event_time, r.line, attributes(r.data)) for r in records]
        self.history.put(list(pages(records[0].account_id, records[0].region, events)))

    def wait(self, **by: float) -> None:
        """Let time pass."""
        self.clock.moment += timedelta(**by)


def answer(function: Any, **request: Any) -> dict[str, Any]:
    """What an operation answered, without the SDK's metadata."""
    response = function(**request)
    del response["ResponseMetadata"]
    return dict(response)


def refusal(function: Any, **request: Any) -> tuple[str, str]:
    """Code and sentence of the error that an operation must end with."""
    try:
        function(**request)
    except ClientError as error:
        return (error.response["Error"]["Code"], error.response["Error"]["Message"])
    raise AssertionError("the call succeeded")
