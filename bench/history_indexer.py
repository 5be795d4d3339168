"""The history indexer on a day of a million events of one account and Region: seconds and memory.

The function runs as it is deployed, in a process of its own, over an HTTP server that answers like DynamoDB
from a table in memory. It runs twice: on the day alone, and comparing it again once 89 days before it have
volumes as big. Pages are made of attributes, some eleven an event, without records: nothing reads them here.
"""

import base64
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.exceptions import ClientError
from opentrail.adapters.event_history import DynamoEventHistory
from opentrail.adapters.history_volumes import CHECKED
from opentrail.domain.history import HistoryEvent, day_of, pages
from opentrail.settings import HistoryIndexerSettings

from bench.memory_table import MemoryTable
from bench.tables import show
from tests.fakes.clock import FakeClock

ACCOUNT, REGION = "111111111111", "us-east-1"
EVENTS = 1_000_000
SLICE = 100
DAYS = 90
_VARIANTS = 4  # of a part's EventIds, among the days before: more would only take memory

_INDEXER = """
import json, resource, time  # the peak: ru_maxrss would be the parent's, too
from handlers import history_indexer
started = time.monotonic()
history_indexer.handler({}, None)
used = resource.getrusage(resource.RUSAGE_SELF)
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([time.monotonic() - started, used.ru_utime + used.ru_stime, int(peak.split()[1]) / 1024]))
"""


def run(events: int = EVENTS, size: int = SLICE) -> None:
    """Measure and print."""
    table, now = MemoryTable(), datetime.now(UTC)
    day = datetime(now.year, now.month, now.day, tzinfo=UTC) - timedelta(days=2)
    history = DynamoEventHistory(table, "History", clock=FakeClock(day))
    found = [page for slice_ in _slices(day, events, size) for page in pages(ACCOUNT, REGION, slice_)]
    for number in range(0, len(found), 100):
        history.put(found[number : number + 100])
    del found
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(table))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    rows = []
    try:
        for name in ("volume, day compared with itself", f"compared with {DAYS - 1} days before"):
            table.reset()
            seconds, processor, memory = _indexer(server.server_address[1])
            rows.append(
                (name, seconds, processor, memory, table.requests, table.read_units, table.write_units)
            )
            _let_days_be_before(table, day_of(day.timestamp()))
    finally:
        server.shutdown()
    show(
        f"History indexer: {events:,} events of a day, slices of {size}",
        ("run", "seconds", "of its processor", "MB at most", "requests", "read units", "write units"),
        rows,
    )


def _slices(day: datetime, events: int, size: int) -> Iterator[list[HistoryEvent]]:
    draw = random.Random(1)
    start = int(day.timestamp())
    for number in range(events // size):
        second = start + number * size * 86_400 // events
        yield [HistoryEvent(second, b"%d" % draw.getrandbits(64), _attributes(draw)) for _ in range(size)]


def _attributes(draw: random.Random) -> frozenset[tuple[str, str]]:
    """As of an event: an id, few names, sources, users and keys, resources of which a third are new."""
    user = min(int(draw.expovariate(0.02)), 2000)
    name = min(int(draw.expovariate(0.05)), 400)
    kinds = draw.sample(range(40), draw.choice((1, 1, 2, 3)))
    names = [
        draw.getrandbits(64) if draw.random() < 1 / 3 else draw.randrange(20_000)
        for _ in range(draw.choice((1, 2, 2, 4)))
    ]
    return frozenset(
        {
            ("EventId", f"{draw.getrandbits(128):032x}"),
            ("EventName", f"Name{name}"),
            ("ReadOnly", "true" if name % 3 else "false"),
            ("Username", f"user-{user}"),
            ("EventSource", f"service-{name // 8}.amazonaws.com"),
            ("AccessKeyId", f"AKIA{user * 3 + draw.randrange(3)}"),
            *(("ResourceType", f"AWS::Service::Kind{kind}") for kind in kinds),
            *(("ResourceName", f"resource-{name}") for name in names),
        }
    )


def _indexer(port: int) -> tuple[float, float, float]:
    """Seconds, seconds of the processor and MB of one run of the function."""
    settings = HistoryIndexerSettings(
        stage="bench", history_table="History", ledger_table="Ledger", seconds=3600, history_days=DAYS
    )
    environment = {
        **os.environ,
        **settings.to_env(),
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": REGION,
        "PYTHONPATH": "lambdas",
    }
    done = subprocess.run(
        [sys.executable, "-c", _INDEXER], env=environment, check=True, capture_output=True, text=True
    )
    *said, measured = done.stdout.splitlines()
    print("\n".join(said))
    seconds, processor, memory = json.loads(measured)
    return seconds, processor, memory


def _let_days_be_before(table: MemoryTable, day: int) -> None:
    """Give the days before volumes of the same shape with other ids, and forget what was compared."""
    draw = random.Random(2)
    shelf = f"{ACCOUNT}|{REGION}"
    volume = table.partition(f"volumes|{shelf}")[str(day)]
    buckets = table.partition(f"volume|{shelf}|{day}|{volume['generation']['S']}")
    days = range(day - DAYS + 1, day)
    for before in days:
        named = {"sk": {"S": str(before)}}
        table.load(f"volume|{shelf}|{before}|{volume['generation']['S']}", buckets)
        table.load(f"volumes|{shelf}", {str(before): {**volume, **named}})
        table.load(f"days|{shelf}", {str(before): named})
    for part in [pk for pk in table.written if pk.startswith("volume|ids|")]:
        item = table.partition(part)[str(day)]
        size = len(item["data"]["B"])
        variants = [draw.randbytes(size) for _ in range(_VARIANTS)]
        table.load(
            part,
            {
                str(before): {**item, "sk": {"S": str(before)}, "data": {"B": variants[before % _VARIANTS]}}
                for before in days
            },
        )
    table.load(CHECKED, None)


def _handler(table: MemoryTable) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            operation = self.headers["X-Amz-Target"].partition(".")[2]
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])), object_hook=_bytes)
            status = 200
            call: dict[str, Callable[..., Any]] = {
                "PutItem": table.put_item, "Query": table.query, "BatchGetItem": table.batch_get_item,
            }  # fmt: skip
            try:
                answer = call[operation](**asked)
            except ClientError as error:
                status, answer = 400, {"__type": error.response["Error"]["Code"]}
            text = json.dumps(answer, default=lambda data: base64.b64encode(data).decode()).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _bytes(value: dict[str, Any]) -> dict[str, Any]:
    return {"B": base64.b64decode(value["B"])} if value.keys() == {"B"} else value


if __name__ == "__main__":
    run(*map(int, sys.argv[1:]))
