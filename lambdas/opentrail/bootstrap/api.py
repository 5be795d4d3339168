"""What the API function is made of, built once per process.

No module here loads pyarrow or duckdb: the API's package does not hold them.
"""

from functools import cache

from opentrail.adapters.clock import SystemClock
from opentrail.adapters.configuration_versions import DynamoConfigurationVersions
from opentrail.adapters.delivery_role import DeliveryRole
from opentrail.adapters.digest_keys import KmsDigestKeys
from opentrail.adapters.encryption_keys import KmsEncryptionKeys
from opentrail.adapters.event_conflicts import DynamoEventConflicts
from opentrail.adapters.event_data_stores import DynamoEventDataStores
from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.adapters.ids import RandomIds
from opentrail.adapters.lake_queries import AthenaLakeQueries
from opentrail.adapters.lake_states import DynamoDbLakeStates
from opentrail.adapters.log_buckets import S3LogBucket
from opentrail.adapters.log_groups import CloudWatchLogGroups
from opentrail.adapters.lookup_rate import WarmLookupRate
from opentrail.adapters.queries import DynamoQueryStore
from opentrail.adapters.record_queue import SqsRecordQueue
from opentrail.adapters.router_identity import RouterIdentity
from opentrail.adapters.sigv4_identity import SigV4Identity
from opentrail.adapters.tokens import SecretTokenKey
from opentrail.adapters.topics import SnsTopics
from opentrail.adapters.trail_status import DynamoTrailStatuses
from opentrail.adapters.trails import DynamoTrailStore
from opentrail.bootstrap.clients import client, client_of_session
from opentrail.lake_sql.rewriter import LakeSqlRewriter
from opentrail.ports import Ports
from opentrail.ports.clock import Clock
from opentrail.ports.identity import Identity
from opentrail.settings import ApiSettings
from opentrail.telemetry import RequestLog, report_conflict
from opentrail.wire.gateway import Gateway


@cache
def settings() -> ApiSettings:
    """The API function's settings."""
    return ApiSettings.from_env()


@cache
def gateway() -> Gateway:
    """The gateway of this stage."""
    clock = SystemClock()
    return Gateway(
        ports=ports_of(settings(), clock), identity=identity_of(settings(), clock), observer=RequestLog()
    )


def identity_of(settings: ApiSettings, clock: Clock) -> Identity:
    """The stage's way of telling who calls; settings of a stage that is not local refuse the router's."""
    if settings.identity == "router":
        return RouterIdentity(public_key=settings.router_public_key, clock=clock)
    if settings.identity == "sigv4":
        return SigV4Identity()
    raise ValueError(f"There is no identity adapter named {settings.identity}")


def ports_of(settings: ApiSettings, clock: Clock) -> Ports:
    """The real adapters."""
    dynamodb, sqs, s3 = client("dynamodb"), client("sqs"), client("s3")
    lake_queries = AthenaLakeQueries(
        client("athena"),
        DynamoDbLakeStates(dynamodb, settings.ledger_table),
        database=settings.lake_database,
        workgroup=settings.lake_workgroup,
    )
    role = DeliveryRole(client("sts"), settings.delivery_role_arn, client_of_session, clock)
    return Ports(
        clock=clock,
        ids=RandomIds(),
        configuration_versions=DynamoConfigurationVersions(dynamodb, settings.resources_table),
        trails=DynamoTrailStore(dynamodb, settings.resources_table, settings.ledger_table),
        trail_statuses=DynamoTrailStatuses(dynamodb, settings.ledger_table),
        log_bucket=S3LogBucket(role),
        encryption_keys=KmsEncryptionKeys(role),
        topics=SnsTopics(role),
        log_groups=CloudWatchLogGroups(role),
        digest_keys=KmsDigestKeys(client("kms"), dynamodb, settings.resources_table, settings.digest_key_arn),
        event_history=DynamoEventHistory(dynamodb, settings.history_table, clock=clock),
        event_conflicts=DynamoEventConflicts(dynamodb, settings.ledger_table, clock, report_conflict),
        lookup_rate=WarmLookupRate(clock, settings.lookups_per_second),
        event_data_stores=DynamoEventDataStores(dynamodb, settings.resources_table),
        queries=DynamoQueryStore(dynamodb, settings.resources_table),
        lake_queries=lake_queries,
        sql_rewriter=LakeSqlRewriter(),
        lake_database=settings.lake_database,
        lake_table=settings.lake_table,
        records=SqsRecordQueue(sqs, settings.records_queue_url, s3, settings.segments_bucket),
        token_key=SecretTokenKey(client("secretsmanager"), settings.token_secret_arn),
        regions=tuple(settings.regions),
        checks_destinations=settings.check_destinations,
    )
