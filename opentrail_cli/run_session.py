"""A real session on the local cloud: makes API calls with stock clients and shows what OpenTrail has of them.

A trail and an event data store come first. What the session then called, and nothing else, must be in event
history, in delivered log files and in the answer of a Lake query, failures included. Any difference ends it
with an error.
"""

import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from opentrail_cli.counted_calls import Calls, Expected, Person, calls_in, differences
from opentrail_cli.environment import REGION, CommandError, Instance
from opentrail_cli.session_calls import SOURCES, Names, make_calls, root_of

CLOUDTRAIL = "cloudtrail.amazonaws.com"
SETTING_UP = frozenset({"CreateTrail", "PutEventSelectors", "StartLogging", "CreateEventDataStore"})
HISTORY_LIMIT = 20  # seconds until all calls must be in event history: 5 on an idle machine
FILE_LIMIT = 40  # seconds until they must be in log files: 15 on an idle machine
LAKE_LIMIT = 60  # seconds until a query must find them
PAUSE = 0.6  # seconds between looks: LookupEvents takes two requests a second
SHOWN = 6  # lines of each kind

type Report = Callable[[str], None]


@dataclass(slots=True)
class Session:
    """One session in progress."""

    instance: Instance
    report: Report
    names: Names = field(default_factory=Names)
    expected: Expected = field(default_factory=Expected)
    started: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))


def run(instance: Instance, report: Report) -> Names:
    """Run a session; CommandError says which step did not show what it should."""
    session = Session(instance, report)
    report(f"A session in account {session.names.account}")
    root = root_of(session.names, session.expected, instance.endpoint)
    store = _set_up(session, root)
    make_calls(root, session.names, session.expected, instance.endpoint)
    made = session.expected.in_history + session.expected.selected_data + session.expected.other_data
    failed = sum(n for call, n in made.items() if call[2])
    services = len({call[0] for call in made})
    report(f"Made {made.total()} API calls in {services} services, {failed} of them failures")
    _show_history(session, root)
    _show_files(session, root)
    _show_lake(session, root, store)
    _check_once_more(session, root)
    return session.names


def _set_up(session: Session, root: Person) -> str:
    """A trail and an event data store, of management events and the session's S3 objects; the store's id."""
    names = session.names
    root.call("s3", "create_bucket", Bucket=names.log_bucket)
    root.call("s3", "put_bucket_policy", Bucket=names.log_bucket, Policy=_bucket_policy(names))
    root.cli(
        *("cloudtrail", "create-trail", "--name", names.trail, "--s3-bucket-name", names.log_bucket),
        "--is-multi-region-trail",
        source=CLOUDTRAIL,
        name="CreateTrail",
    )
    selectors = _selectors(names)
    root.call("cloudtrail", "put_event_selectors", TrailName=names.trail, AdvancedEventSelectors=selectors)
    # What was called before a trail logs may still be on its way: it must not count as called while it logs.
    _wait_for("event history", HISTORY_LIMIT, session.expected.before, lambda: _history(session, root))
    store = root.call(
        "cloudtrail",
        "create_event_data_store",
        Name=names.store,
        AdvancedEventSelectors=selectors,
        TerminationProtectionEnabled=False,
    )
    root.call("cloudtrail", "start_logging", Name=names.trail)
    root.logged()
    session.report(
        f"Trail {names.trail} logs into bucket {names.log_bucket}; event data store {names.store} is enabled"
    )
    return str(store["EventDataStoreArn"]).rpartition("/")[2]


def _show_history(session: Session, root: Person) -> None:
    wanted = session.expected.in_history
    _wait_for("event history", HISTORY_LIMIT, wanted, lambda: _history(session, root))
    session.report(f"Event history holds exactly the {wanted.total()} management events; the latest:")
    for event in _lookup(session, root, pages=1)[:SHOWN]:
        record = json.loads(event["CloudTrailEvent"])
        error = f"  {record['errorCode']}" if "errorCode" in record else ""
        who = record["userIdentity"].get("arn", "").rpartition(":")[2]
        session.report(
            f"    {record['eventTime']}  {record['eventSource']:24} {record['eventName']:30} {who}{error}"
        )
    command = ("cloudtrail", "lookup-events", "--lookup-attributes")
    text = root.cli(*command, "AttributeKey=EventName,AttributeValue=AssumeRole")
    found = [json.loads(event["CloudTrailEvent"]) for event in json.loads(text)["Events"]]
    if [f["requestParameters"]["roleSessionName"] for f in found] != [session.names.session]:
        raise CommandError(f"aws cloudtrail lookup-events for AssumeRole shows something else: {text[:500]}")
    session.report(
        f"aws cloudtrail lookup-events finds AssumeRole with its session name {session.names.session}"
    )


def _show_files(session: Session, root: Person) -> None:
    wanted = session.expected.in_destinations
    files = _wait_for(
        "the delivered log files",
        FILE_LIMIT,
        wanted,
        lambda: [record for _, records in _log_files(session, root) for record in records],
    )
    delivered = [(key, len(records)) for key, records in _log_files(session, root)]
    session.report(
        f"Log files hold exactly the {wanted.total()} selected events "
        f"({len(delivered)} files, {len(files)} records):"
    )
    for key, records in delivered[:SHOWN]:
        session.report(f"    s3://{session.names.log_bucket}/{key}  {records} records")


def _show_lake(session: Session, root: Person, store: str) -> None:
    wanted = session.expected.in_destinations
    statement = _statement(store, session.started)
    answer: dict[str, Any] = {}

    def ask() -> Calls:
        rows, statistics = _query(root, statement)
        answer.update(rows=rows, statistics=statistics)
        return Counter(
            {
                (row["eventSource"], row["eventName"], row["errorCode"] or "", row["arn"] or ""): int(
                    row["calls"]
                )
                for row in rows
            }
        )

    _wait_for_calls("the answer of Lake", LAKE_LIMIT, wanted, ask)
    session.report(f"Lake counts exactly the {wanted.total()} selected events:")
    session.report(f"    {statement}")
    for row in answer["rows"][:SHOWN]:
        session.report("    " + "  ".join(str(value) for value in row.values() if value))
    scanned, matched = answer["statistics"].get("BytesScanned"), answer["statistics"].get("TotalResultsCount")
    session.report(f"    {matched} rows, {scanned} bytes scanned")


def _check_once_more(session: Session, root: Person) -> None:
    """Nothing may have come twice, or from elsewhere, while the other answers were awaited."""
    late = differences(session.expected.in_history, _seen_in_history(_history(session, root)))
    records = [record for _, records in _log_files(session, root) for record in records]
    late += differences(session.expected.in_destinations, calls_in(records, SOURCES))
    if late:
        raise CommandError("Looked at again, the records differ from the calls made:\n  " + "\n  ".join(late))
    session.report("Looked at again, all of it is still exactly so")


def _wait_for(
    place: str, limit: float, wanted: Calls, look: Callable[[], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []

    def calls() -> Calls:
        records[:] = look()
        return _seen_in_history(records) if place == "event history" else calls_in(records, SOURCES)

    _wait_for_calls(place, limit, wanted, calls)
    return records


def _wait_for_calls(place: str, limit: float, wanted: Calls, look: Callable[[], Calls]) -> None:
    """Look until exactly the wanted calls are there; CommandError with the differences otherwise."""
    deadline = time.monotonic() + limit
    while True:
        different = differences(wanted, look())
        if not different:
            return
        if time.monotonic() > deadline:
            shown = "\n  ".join(different[:30])
            raise CommandError(
                f"After {limit} seconds {place} does not hold exactly the calls made:\n  {shown}"
            )
        time.sleep(PAUSE)


def _seen_in_history(records: list[dict[str, Any]]) -> Calls:
    """All calls but those that only look at results: their number depends on how long one waits."""
    calls = calls_in(records, SOURCES | {CLOUDTRAIL})
    return Counter({call: n for call, n in calls.items() if call[0] != CLOUDTRAIL or call[1] in SETTING_UP})


def _history(session: Session, root: Person) -> list[dict[str, Any]]:
    return [json.loads(event["CloudTrailEvent"]) for event in _lookup(session, root)]


def _lookup(session: Session, root: Person, pages: int | None = None) -> list[dict[str, Any]]:
    cloudtrail = root.uncounted("cloudtrail")
    window = {"StartTime": session.started, "EndTime": datetime.now(UTC) + timedelta(minutes=1)}
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        answer = cloudtrail.lookup_events(**window, MaxResults=50, **token)
        found += answer["Events"]
        pages = pages - 1 if pages else pages
        if "NextToken" not in answer or pages == 0:
            return found
        token = {"NextToken": answer["NextToken"]}
        time.sleep(PAUSE)


def _log_files(session: Session, root: Person) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    s3 = root.uncounted("s3")
    prefix = f"AWSLogs/{session.names.account}/CloudTrail/"
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=session.names.log_bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            if item["Size"]:  # the marker that CreateTrail leaves is empty
                body = s3.get_object(Bucket=session.names.log_bucket, Key=item["Key"])["Body"].read()
                yield item["Key"], json.loads(gzip.decompress(body))["Records"]


def _query(root: Person, statement: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Ask Lake and read all pages; CommandError when the query does not finish."""
    cloudtrail = root.uncounted("cloudtrail")
    query = cloudtrail.start_query(QueryStatement=statement)["QueryId"]
    deadline = time.monotonic() + LAKE_LIMIT
    rows: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        answer = cloudtrail.get_query_results(QueryId=query, **token)
        status = answer["QueryStatus"]
        if status in ("QUEUED", "RUNNING") and time.monotonic() < deadline:
            time.sleep(PAUSE / 2)
            continue
        if status != "FINISHED":
            raise CommandError(
                f"The query ended {status}: {answer.get('ErrorMessage', 'no reason given')}\n{statement}"
            )
        rows += [
            {name: value for cell in row for name, value in cell.items()} for row in answer["QueryResultRows"]
        ]
        if "NextToken" not in answer:
            return rows, answer["QueryStatistics"]
        token = {"NextToken": answer["NextToken"]}


def _statement(store: str, started: datetime) -> str:
    sources = ", ".join(f"'{source}'" for source in sorted(SOURCES))
    return (
        "SELECT eventSource, eventName, errorCode, userIdentity.arn AS arn, COUNT(*) AS calls "
        f"FROM {store} WHERE eventTime >= '{started:%Y-%m-%d %H:%M:%S}' AND eventSource IN ({sources}) "
        "AND userIdentity.type <> 'AWSService' "
        "GROUP BY eventSource, eventName, errorCode, userIdentity.arn ORDER BY calls DESC, eventName"
    )


def _selectors(names: Names) -> list[dict[str, Any]]:
    def field_(name: str, operator: str, value: str) -> dict[str, Any]:
        return {"Field": name, operator: [value]}

    objects = f"arn:aws:s3:::{names.data_bucket}/"
    return [
        {
            "Name": "All management events",
            "FieldSelectors": [field_("eventCategory", "Equals", "Management")],
        },
        {
            "Name": "Objects of one bucket",
            "FieldSelectors": [
                field_("eventCategory", "Equals", "Data"),
                field_("resources.type", "Equals", "AWS::S3::Object"),
                field_("resources.ARN", "StartsWith", objects),
            ],
        },
    ]


def _bucket_policy(names: Names) -> str:
    """What AWS's documentation asks a trail's bucket to allow."""
    trail = f"arn:aws:cloudtrail:{REGION}:{names.account}:trail/{names.trail}"
    bucket = f"arn:aws:s3:::{names.log_bucket}"
    said = {"Effect": "Allow", "Principal": {"Service": CLOUDTRAIL}}
    source = {"aws:SourceArn": trail}
    statements = [
        {**said, "Action": "s3:GetBucketAcl", "Resource": bucket, "Condition": {"StringEquals": source}},
        {
            **said,
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/AWSLogs/{names.account}/*",
            "Condition": {"StringEquals": {**source, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
