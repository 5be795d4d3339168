"""Puts the recorder into LocalStack: an observer at the end of every call, and the way its records take.

What is recorded is `selection`'s. Turned off, it is left out, but for knowing who calls. Without
OPENTRAIL_STATE_DIR there is nowhere to find a deployment, and it is left out as well.
"""

import logging
import os
from functools import partial
from pathlib import Path
from typing import Any

from localstack.runtime import hooks

from opentrail_local.recorder import selection
from opentrail_local.recorder.observer import Observer, Sessions
from opentrail_local.recorder.record import lines_of
from opentrail_local.recorder.sending import RecordsQueueUrl, Sender
from opentrail_local.recorder.skipping import DEPLOYMENT_ACCOUNT
from opentrail_local.recorder.status import Counters, StatusFile

LOG = logging.getLogger(__name__)

REGION = "us-east-1"  # of the deployment
MOST_SECONDS = 20  # for the queue to take a message

_running: list[Any] = []  # what stops with LocalStack


@hooks.on_infra_start()
def opentrail_recorder_start() -> None:
    """Start recording."""
    from localstack.aws.handlers import run_custom_response_handlers

    from opentrail_local.recorder import moto_identities

    moto_identities.apply_when_loaded()
    state_dir = os.environ.get("OPENTRAIL_STATE_DIR")
    if not selection.is_on() or not state_dir:
        LOG.info("the recorder is off")
        run_custom_response_handlers.append(Sessions())
        return
    counters = Counters()
    lines = partial(lines_of, chosen=selection.from_environment())
    sender = Sender(RecordsQueueUrl(Path(state_dir)), _send, counters, lines=lines)
    status = StatusFile(counters, Path(state_dir))
    sender.start()
    status.start()
    _running.extend((sender, status))
    run_custom_response_handlers.append(Observer(sender.put, counters))


@hooks.on_infra_shutdown()
def opentrail_recorder_stop() -> None:
    """Send what waits and stop."""
    while _running:
        _running.pop(0).stop()


def _send(queue_url: str, text: str) -> None:
    """Send a message as the deployment account, by a client whose calls LocalStack knows as internal."""
    _client().send_message(QueueUrl=queue_url, MessageBody=text)


def _client() -> Any:
    from botocore.config import Config
    from localstack.aws.connect import connect_to

    # The factory keeps clients; one try a call, because the sender tries again by itself.
    config = Config(
        retries={"total_max_attempts": 1}, connect_timeout=MOST_SECONDS, read_timeout=MOST_SECONDS
    )
    return connect_to(
        aws_access_key_id=DEPLOYMENT_ACCOUNT,
        aws_secret_access_key="test",
        region_name=REGION,
        config=config,
    ).sqs
