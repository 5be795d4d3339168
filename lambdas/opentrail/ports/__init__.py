"""What the inside needs of the outside, by role: Protocols, a module per noun, and the bundles of them."""

from dataclasses import dataclass

from opentrail.ports.clock import Clock
from opentrail.ports.configuration_versions import ConfigurationVersions
from opentrail.ports.digest_keys import DigestKeys
from opentrail.ports.encryption_keys import EncryptionKeys
from opentrail.ports.event_conflicts import EventConflicts
from opentrail.ports.event_data_stores import EventDataStoreCatalog
from opentrail.ports.event_history import EventHistory
from opentrail.ports.ids import Ids
from opentrail.ports.lake_queries import LakeQueries
from opentrail.ports.log_buckets import LogBucket
from opentrail.ports.log_groups import LogGroups
from opentrail.ports.lookup_rate import LookupRate
from opentrail.ports.queries import QueryStore
from opentrail.ports.record_queue import RecordQueue
from opentrail.ports.sql_rewriter import SqlRewriter
from opentrail.ports.tokens import TokenKey
from opentrail.ports.topics import Topics
from opentrail.ports.trail_status import TrailStatuses
from opentrail.ports.trails import TrailStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything an operation of the API may use.

    `lake_database` and `lake_table` name the one table of the lake; `regions` are those that are served;
    `checks_destinations`: whether a trail's are tried before it is made or changed.
    """

    clock: Clock
    ids: Ids
    configuration_versions: ConfigurationVersions
    trails: TrailStore
    trail_statuses: TrailStatuses
    log_bucket: LogBucket
    encryption_keys: EncryptionKeys
    topics: Topics
    log_groups: LogGroups
    digest_keys: DigestKeys
    event_history: EventHistory
    event_conflicts: EventConflicts
    lookup_rate: LookupRate
    event_data_stores: EventDataStoreCatalog
    queries: QueryStore
    lake_queries: LakeQueries
    sql_rewriter: SqlRewriter
    lake_database: str
    lake_table: str
    records: RecordQueue
    token_key: TokenKey
    regions: tuple[str, ...]
    checks_destinations: bool = True
