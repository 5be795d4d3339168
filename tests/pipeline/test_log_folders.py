"""Network activity events lie in files of their own, in a folder of their own, and count as the others do."""

import json
from collections import Counter

import pytest

from tests.digest_reading import Digests
from tests.fakes.clock import START
from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.pipeline.world import HOME, A, World, ago, trail
from tests.records import generate, lines
from tests.records_catalogue import MANAGEMENT, NETWORK

TOPIC = f"arn:aws:sns:{HOME}:{A}:told"


def _drawn(category: str) -> tuple[bytes, ...]:
    made = generate(
        5, 12, accounts=(A,), regions=(HOME,), start=ago(hours=2), categories=frozenset({category}), odd=0
    )
    return tuple(lines(made))


USUAL, NETWORKED = _drawn(MANAGEMENT), _drawn(NETWORK)
SELECTORS = tuple(
    {"FieldSelectors": [{"Field": field, "Equals": [value]} for field, value in fields.items()]}
    for fields in (
        {"eventCategory": MANAGEMENT},
        *(
            {"eventCategory": NETWORK, "eventSource": source}
            for source in sorted({json.loads(line)["eventSource"] for line in NETWORKED})
        ),
    )
)
BOTH = trail(
    "both",
    advanced_event_selectors=SELECTORS,
    sns_topic_name="told",
    log_file_validation_enabled=True,
    log_file_validation_changed_at=ago(days=1),
    created_at=ago(days=1),
    start_logging_time=START,
)
BUCKET = BOTH.s3_bucket_name


def recorded(script: Script | None = None) -> World:
    world = World(trails=(BOTH,), script=script or Script())
    mixed = [line for pair in zip(USUAL, NETWORKED, strict=True) for line in pair]
    world.send_lines(mixed)
    return world


def folders(world: World) -> dict[str, list[str]]:
    """The eventIDs in each folder, with repeats."""
    found: dict[str, list[str]] = {}
    for key, records in world.log_bucket.files(BUCKET).items():
        folder = key.split("/")[2]
        assert f"{A}_{folder}_{HOME}_" in key
        found.setdefault(folder, []).extend(record["eventID"] for record in records)
    return found


def ids(lines_: tuple[bytes, ...]) -> list[str]:
    return sorted(json.loads(line)["eventID"] for line in lines_)


EXPECTED = {"CloudTrail": ids(USUAL), "CloudTrail-NetworkActivity": ids(NETWORKED)}


def test_each_category_has_its_folder_each_file_its_notification_and_its_place_in_a_digest() -> None:
    world = recorded()
    world.settle()
    assert {folder: sorted(held) for folder, held in folders(world).items()} == EXPECTED
    files = set(world.log_bucket.files(BUCKET))
    told = Counter(key for m in world.topics.messages(TOPIC) for key in m["s3ObjectKey"])
    assert told == Counter(files)
    for _ in range(30):
        world.round(seconds=300)
    keys = [key.value for key in world.digest_keys.keys]
    digests = Digests(world.log_bucket.objects, world.log_bucket.metadata, keys)
    assert Counter(digests.listed(HOME)) == Counter(files)


@pytest.mark.parametrize("nth", [0, 1])
@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("error", [outside, Killed])
def test_a_delivery_that_breaks_between_two_files_writes_neither_twice(
    nth: int, when: str, error: type[Killed]
) -> None:
    quiet = Script()
    recorded(quiet).settle()
    puts = [number for number, name in enumerate(quiet.calls) if name == "log_bucket.put_log_file"]
    script = Script(planned={puts[nth]: Failure(when, error)})
    world = recorded(script)
    world.settle()
    assert script.happened == [f"{when} log_bucket.put_log_file"]
    assert {folder: sorted(held) for folder, held in folders(world).items()} == EXPECTED
