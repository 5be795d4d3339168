"""Operations of all of botocore's service models, with random valid input and answers, become valid records.

300 seeded ones by default; with OPENTRAIL_SOAK=1 (`make soak`) all of them, of the newest botocore that the
checkout has, over the wire and direct. A fault is told with all others of its service.
"""

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from localstack.aws.spec import load_service
from opentrail.domain.record import read
from opentrail_local.recorder import hidden
from opentrail_local.recorder.names import names_of
from opentrail_local.recorder.observer import Observer
from opentrail_local.recorder.record import line_of
from opentrail_local.recorder.status import Counters
from random_calls import ACCOUNT, SECRET, answer, context_of
from valid_records import faults

SEED = 20261125
SOAK = bool(os.environ.get("OPENTRAIL_SOAK"))
SERVICES = 75  # of the default run, with
OPERATIONS = 4  # each
ROOT = Path(__file__).parents[3]
NEWEST = next((ROOT / ".venv/lib").glob("python3*/site-packages/botocore/data"), None)

_loader = Loader(extra_search_paths=[str(NEWEST)] if NEWEST else [], include_default_search_paths=not NEWEST)
_seen: Counter[str] = Counter()


def services() -> list[str]:
    names = [n for n in _loader.list_available_services("service-2") if not n.startswith("cloudtrail")]
    return names if SOAK else sorted(random.Random(SEED).sample(names, SERVICES))


def model_of(service: str) -> ServiceModel:
    """LocalStack has S3's paths with buckets in them; of the rest botocore's own model is taken."""
    if service == "s3":
        return load_service(service)
    return ServiceModel(_loader.load_service_model(service, "service-2"), service)


def operations(model: ServiceModel, rng: random.Random) -> list[str]:
    names = list(model.operation_names)
    return names if SOAK else rng.sample(names, min(OPERATIONS, len(names)))


def recorded(model: ServiceModel, name: str, rng: random.Random, *, wire: bool):
    """The call as the recorder kept it; None of those that AWS logs nowhere."""
    context = context_of(model, name, rng, wire=wire)
    kept: list = []
    counters = Counters()
    Observer(kept.append, counters)(None, context, answer(context, rng))
    counted = counters.snapshot()
    assert counted["failed"] == {}
    if counted["skipped"] == {"unlogged": 1}:
        return None
    [call] = kept
    return call


@pytest.mark.parametrize("service", services())
def test_its_operations_become_valid_records(service):
    model, rng = model_of(service), random.Random(f"{SEED}{service}")
    wrong = []
    for name in operations(model, rng):
        for wire in (True, False):
            try:
                call = recorded(model, name, rng, wire=wire)
            except ValueError:
                if not wire:
                    raise
                _seen["not over the wire"] += 1
                continue
            _seen["wire" if wire else "direct"] += 1
            if call is None:
                continue
            line = line_of(call)
            wrong += [f"{name}: {fault}" for fault in faults(line, call)]
            kept = read(line)  # what OpenTrail's own recorder makes of it
            assert (kept.account_id, kept.category) == (ACCOUNT, names_of(call.operation).category)
            wrong += [f"{name}: nothing is told" for _ in range(says_nothing(call, kept.data))]
    assert wrong == []


def says_nothing(call, record) -> bool:
    """Whether something was sent and could be told, and the record tells none of it."""
    told = call.service not in {name for name, _ in hidden._MEMBERS}  # the others leave members away
    if not told or not isinstance(call.parameters, dict) or call.failure is not None:
        return False
    return says_something(call.parameters) and not says_something(record["requestParameters"])


def says_something(value) -> bool:
    if isinstance(value, dict):
        return any(says_something(item) for item in value.values())
    if isinstance(value, list):
        return any(says_something(item) for item in value)
    return value is not None and not (isinstance(value, str) and value.startswith(SECRET))


def test_most_of_them_came_over_the_wire():
    """The parser refuses what it does not know: few, or the wire is not tested."""
    print(dict(_seen))
    assert _seen["not over the wire"] < _seen["wire"] / 10
