"""What became of every record: matched = delivered + pending + dead-lettered + discarded, per destination."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from opentrail.adapters.clock import SystemClock
from opentrail.adapters.event_conflicts import DynamoEventConflicts
from opentrail.adapters.ledger import DynamoLedger
from opentrail.domain.event_conflict import EventConflict
from opentrail.domain.moment import to_text
from opentrail.ports.ledger import Sum, Totals

from opentrail_cli import instance as instances
from opentrail_cli.environment import DEPLOYMENT_ACCOUNT, CommandError, Instance, client

LOOKS = (
    5  # the sums are many items read one after another while the system works: look again before complaining
)
CONFLICTS_SHOWN = 10
LOSSES = ("dropped", "failed")  # of the recorder's counters
COLUMNS = ("matched", "delivered", "pending", "dead-lettered", "discarded", "repeats")


def show(instance: Instance) -> bool:
    """Print the sums, the queues and the recorder's counters. Whether every sum agrees."""
    outputs = instance.outputs()
    if not instances.is_ready(instance):
        raise CommandError(f"Nothing answers at {instance.endpoint}. Start with: opentrail up")
    totals = _settled_totals(instance, outputs)
    print(f"Endpoint  {instance.endpoint}   state {instance.state_dir}\n")
    for line in table(totals):
        print(line)
    for line in waiting(totals):
        print(line)
    print(f"\nSlices waiting for event history: {totals.histories_due}")
    for line in conflict_lines(conflicts_of(instance, outputs)):
        print(line)
    print("Messages in queues: " + (", ".join(_queues(instance, outputs)) or "none"))
    for line in recorder_lines(instance.state_dir):
        print(line)
    return all(sum_.agrees for sum_ in totals.destinations.values())


def totals_of(instance: Instance, outputs: dict[str, str]) -> Totals:
    """The ledger's sums."""
    dynamodb = client(instance.endpoint, "dynamodb", account_id=DEPLOYMENT_ACCOUNT, attempts=3)
    return DynamoLedger(dynamodb, outputs["LedgerTable"]).totals()


def conflicts_of(instance: Instance, outputs: dict[str, str]) -> list[EventConflict]:
    """EventIDs that were met with other content."""
    dynamodb = client(instance.endpoint, "dynamodb", account_id=DEPLOYMENT_ACCOUNT, attempts=3)
    return DynamoEventConflicts(dynamodb, outputs["LedgerTable"], SystemClock(), lambda _: None).known()


def conflict_lines(conflicts: list[EventConflict]) -> list[str]:
    """How many there are, and the first of them; an eventID is shown as JSON writes it, since others chose
    it.
    """
    if not conflicts:
        return ["Event ids with other content: none"]
    met = sorted({(one.account_id, one.region, one.event_id) for one in conflicts})
    lines = [f"EVENT IDS WITH OTHER CONTENT: {len(met):,}; all copies are kept, and some may be forged:"]
    for account_id, region, event_id in met[:CONFLICTS_SHOWN]:
        lines.append(f"  {account_id} {region} {json.dumps(event_id)}")
    if len(met) > CONFLICTS_SHOWN:
        lines.append(f"  and {len(met) - CONFLICTS_SHOWN:,} more")
    return lines


def table(totals: Totals) -> list[str]:
    """One line a destination; a sum that does not agree is marked."""
    if not totals.destinations:
        return ["No record has matched a trail or an event data store yet."]
    width = max(len(name) for name in totals.destinations)
    lines = [f"{'destination':{width}}  " + "  ".join(f"{name:>13}" for name in COLUMNS)]
    for destination, sum_ in sorted(totals.destinations.items()):
        numbers = "  ".join(f"{number:>13,}" for number in _numbers(sum_))
        lines.append(f"{destination:{width}}  {numbers}" + ("" if sum_.agrees else "  DOES NOT AGREE"))
    return lines


def waiting(totals: Totals) -> list[str]:
    """What waits in line for destinations: what fails and since when, how much waits, when it is tried."""
    lines = []
    for line in totals.lines:
        if not line.deliveries:
            continue
        fails = f"fails since {_moment(line.failing_since)} with {line.code}" if line.code else "catches up"
        tried = f", tried next at {_moment(line.next_try)}" if line.next_try else ""
        lines.append(
            f"  {line.key.destination} in {line.key.region} {fails}: {line.deliveries:,} deliveries"
            f" ({line.records:,} records) wait, the oldest of {_moment(line.oldest_window)}{tried}"
        )
    return ["", "Waiting for destinations:", *lines] if lines else []


def _moment(moment: datetime | None) -> str:
    return to_text(moment) if moment else "?"


def _numbers(sum_: Sum) -> tuple[int, ...]:
    return tuple(getattr(sum_, name.replace("-", "_")) for name in COLUMNS)


def _settled_totals(instance: Instance, outputs: dict[str, str]) -> Totals:
    for look in range(LOOKS):
        totals = totals_of(instance, outputs)
        if look == LOOKS - 1 or all(sum_.agrees for sum_ in totals.destinations.values()):
            break
        time.sleep(1)
    return totals


def _queues(instance: Instance, outputs: dict[str, str]) -> list[str]:
    """Queues that hold messages, with how many wait and how many are being worked on."""
    sqs = client(instance.endpoint, "sqs", account_id=DEPLOYMENT_ACCOUNT, attempts=3)
    found = []
    for name, url in sorted(outputs.items()):
        if name.endswith("QueueUrl") and "." not in name:
            names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
            answer: dict[str, Any] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
            waiting, working = (int(answer["Attributes"][n]) for n in names)
            if waiting or working:
                found.append(f"{name.removesuffix('QueueUrl')} {waiting} waiting, {working} in work")
    return found


def recorder_lines(state_dir: Path) -> list[str]:
    """The recorder's counters since the local cloud was started, and what it lost, if anything."""
    try:
        counters: dict[str, Any] = json.loads((state_dir / "recorder-status.json").read_text())
    except (FileNotFoundError, ValueError):
        return ["Recorder: has not reported yet"]
    lines = ["Recorder: " + ", ".join(f"{name} {_plain(value)}" for name, value in counters.items())]
    lost = {name: sum(counters.get(name, {}).values()) for name in LOSSES}
    if any(lost.values()):
        told = ", ".join(f"{count:,} {name}" for name, count in lost.items() if count)
        lines.append(f"CALLS ARE MISSING: the recorder could not keep up or deliver ({told})")
    return lines


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + (", ".join(f"{name} {count}" for name, count in value.items()) or "none") + ")"
    return str(value)
