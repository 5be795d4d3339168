"""A local cloud with the stock recorder, and no deployment but a records queue: the records of calls are read
from it.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from driver import client
from opentrail.domain import record_message

from opentrail_cli import instance as instances
from opentrail_cli.environment import DEPLOYMENT_ACCOUNT, Instance

PATIENCE = 30  # seconds the recorder may take for the last records


class Cloud:
    """A running local cloud."""

    def __init__(self, instance: Instance) -> None:
        # Over TLS, as calls to AWS come: records have tlsDetails then.
        self.endpoint = instance.endpoint.replace("http:", "https:")
        self._sqs = client(self.endpoint, "sqs", DEPLOYMENT_ACCOUNT)
        self._queue = self._sqs.create_queue(QueueName="records")["QueueUrl"]
        (instance.state_dir / "outputs.json").write_text(json.dumps({"RecordsQueueUrl": self._queue}))

    def records(self, wanted: set[str]) -> dict[str, dict[str, Any]]:
        """What was recorded, by request id, as soon as all that is wanted is there."""
        found: dict[str, dict[str, Any]] = {}
        deadline = time.monotonic() + PATIENCE
        while wanted - found.keys() and time.monotonic() < deadline:
            answer = self._sqs.receive_message(
                QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=1
            )
            for message in answer.get("Messages", ()):
                lines = record_message.decode(message["Body"])
                assert isinstance(lines, list)
                found |= {record["requestID"]: record for record in map(json.loads, lines)}
        return found


@contextmanager
def running(state_dir: Path) -> Iterator[Cloud]:
    """Boot one on a free port, and stop it again."""
    instance = Instance(state_dir, instances.free_port())
    with instances.only_one(instance):
        process = instances.start(instance)
        try:
            instances.wait_until_ready(instance, process)
            yield Cloud(instance)
        finally:
            instances.stop(instance)
