"""Counts requests where botocore sends them, and what DynamoDB and SQS charge for them by their rules.

DynamoDB (developer guide, "Read/write capacity mode"): a write unit is 1 KB of an item, rounded up, of the
bigger state for an update; two in a transaction; each change of an item in an index is a write of its own. A
read unit is 4 KB, rounded up for a query as a whole, half of it when not consistent. SQS: 64 KB of payload.
"""

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

KB = 1024
SQS_CHUNK = 64 * KB
READ_CHUNK = 4 * KB
INDEX_KEYS = ("due_shard", "due")  # of the index of what is due

Item = Mapping[str, Any]


class Meter:
    """What the attached clients did. `plain` reads DynamoDB items without being counted."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain
        self._mine = threading.local()
        self._lock = threading.Lock()
        self.requests: Counter[str] = Counter()
        self.write_units: Counter[str] = Counter()  # by table
        self.read_units: Counter[str] = Counter()
        self.sqs_units = 0
        self.outside = 0.0  # processor seconds spent in AWS in process and in counting

    def attach(self, *clients: Any) -> None:
        """Count what these clients send."""
        for client in clients:
            service = client.meta.service_model.service_name
            events = client.meta.events
            events.register_first(f"before-send.{service}", self._sent)
            events.register_last(f"response-received.{service}", self._answered)
            events.register_last(f"after-call.{service}", self._understood)

    @contextmanager
    def processor(self, seconds: Counter[str], name: str) -> Iterator[None]:
        """Add the processor seconds of a piece of work, without those spent outside, to `seconds`."""
        started, outside = time.process_time(), self.outside
        yield
        seconds[name] += time.process_time() - started - (self.outside - outside)  # type: ignore[assignment]

    # What botocore calls, in this order.

    def _sent(self, request: Any, event_name: str, **_: Any) -> None:
        self._mine.started = time.thread_time()
        service, operation = event_name.split(".")[1:3]
        body: dict[str, Any] = json.loads(request.body) if service in ("dynamodb", "sqs") else {}
        self._mine.body = body
        with self._lock:
            self.requests[f"{service}.{operation}"] += 1
        if service == "dynamodb":
            self._mine.before = {key: self._item(*key) for key in _written(operation, body)}
        elif service == "sqs":
            self._count_sqs(body)

    def _answered(self, **_: Any) -> None:
        self._add_outside(time.thread_time() - self._mine.started)

    def _understood(self, http_response: Any, parsed: Any, model: Any, **_: Any) -> None:
        started = time.thread_time()
        service, operation = model.service_model.service_name, model.name
        if service == "sqs" and operation == "ReceiveMessage":
            size = sum(len(message["Body"]) for message in parsed.get("Messages", ()))
            with self._lock:
                self.sqs_units += max(0, -(-size // SQS_CHUNK) - 1)  # the first is counted with the request
        elif service == "dynamodb":
            self._count_dynamodb(operation, self._mine.body, parsed, ok=http_response.status_code < 300)
        self._add_outside(time.thread_time() - started)

    def _add_outside(self, seconds: float) -> None:
        with self._lock:
            self.outside += seconds

    # What it costs.

    def _count_sqs(self, body: Mapping[str, Any]) -> None:
        texts = [body.get("MessageBody", ""), *(e.get("MessageBody", "") for e in body.get("Entries", ()))]
        with self._lock:
            self.sqs_units += max(1, -(-sum(map(len, texts)) // SQS_CHUNK))

    def _count_dynamodb(self, operation: str, body: Mapping[str, Any], parsed: Any, *, ok: bool) -> None:
        if operation in ("Query", "GetItem", "BatchGetItem", "Scan"):
            self._count_reads(operation, body, parsed)
            return
        twice = 2 if operation == "TransactWriteItems" else 1
        for (table, text), before in self._mine.before.items():
            after = self._item(table, text) if ok else before
            units = twice * max(1, *(-(-item_size(item) // KB) for item in (before, after) if item))
            with self._lock:
                self.write_units[table] += units + (_index_units(before, after) if ok else 0)

    def _count_reads(self, operation: str, body: Mapping[str, Any], parsed: Any) -> None:
        if operation == "BatchGetItem":
            ((table, asked),) = body["RequestItems"].items()
            found = parsed.get("Responses", {}).get(table, [])
            chunks = sum(max(1, -(-item_size(item) // READ_CHUNK)) for item in found)
            chunks += len(asked["Keys"]) - len(found)
            consistent = asked.get("ConsistentRead")
        else:
            table, consistent = body["TableName"], body.get("ConsistentRead")
            found = parsed.get("Items", [parsed["Item"]] if "Item" in parsed else [])
            chunks = max(1, -(-sum(map(item_size, found)) // READ_CHUNK))
        with self._lock:
            self.read_units[table] += chunks if consistent else chunks / 2  # type: ignore[assignment]

    def _item(self, table: str, key: str) -> Item | None:
        answer = self._plain.get_item(TableName=table, Key=json.loads(key), ConsistentRead=True)
        found: Item | None = answer.get("Item")
        return found


def item_size(item: Item) -> int:
    """Bytes of an item by DynamoDB's rules (developer guide, "DynamoDB item sizes and formats")."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(value.encode("utf-8", "surrogatepass"))
    if kind == "N":
        return -(-len(value.strip("-0.").replace(".", "")) // 2) + 1
    if kind == "B":
        return len(value) if isinstance(value, bytes) else len(base64.b64decode(value))
    if kind in ("SS", "NS", "BS"):
        return sum(_value_size({kind[0]: member}) for member in value)
    if kind == "L":
        return 3 + sum(1 + _value_size(member) for member in value)
    if kind == "M":
        return 3 + sum(1 + len(name) + _value_size(member) for name, member in value.items())
    return 1


def _written(operation: str, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(table, key as JSON) of each item that a request writes."""
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        return [(body["TableName"], _key(body))]
    if operation == "TransactWriteItems":
        writes = [write for item in body["TransactItems"] for write in item.values()]
        return [(write["TableName"], _key(write)) for write in writes]
    return []


def _key(write: Mapping[str, Any]) -> str:
    source = write.get("Key") or write["Item"]
    return json.dumps({name: source[name] for name in ("pk", "sk")})


def _index_units(before: Item | None, after: Item | None) -> int:
    """Write units in the index of what is due: it holds whole items that carry its keys."""
    held = [item if item and all(key in item for key in INDEX_KEYS) else None for item in (before, after)]
    if held[0] == held[1]:
        return 0
    sizes = [-(-item_size(item) // KB) for item in held if item]
    moved = all(held) and any(held[0][key] != held[1][key] for key in INDEX_KEYS)  # type: ignore[index]
    return sum(sizes) if moved or len(sizes) < 2 else max(sizes)
