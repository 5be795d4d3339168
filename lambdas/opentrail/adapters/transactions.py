"""DynamoDB transactions: all or nothing, tried again when they meet one another."""

import time
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from opentrail.adapters.dynamodb import CONDITION_FAILED, cancellation_codes, translated

ITEMS_PER_TRANSACTION = 100  # DynamoDB
TRIES = 6  # of a transaction that met another one
FIRST_WAIT = 0.02  # seconds, doubling


def transact(dynamodb: Any, writes: Sequence[dict[str, Any]]) -> frozenset[int]:
    """Do all or nothing. The positions whose conditions failed; none when it was done."""
    for attempt in range(TRIES):
        try:
            dynamodb.transact_write_items(TransactItems=list(writes))
        except ClientError as error:
            codes = cancellation_codes(error)
            failed = frozenset(i for i, code in enumerate(codes) if code == CONDITION_FAILED)
            if failed:
                return failed
            if "TransactionConflict" not in codes or attempt == TRIES - 1:
                raise translated(error) from error
            time.sleep(FIRST_WAIT * 2**attempt)
        else:
            break
    return frozenset()
