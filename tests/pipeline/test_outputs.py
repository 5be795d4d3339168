"""Log groups and event buses: who gets what, once; and what fails holds nothing else up."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from opentrail.domain import record
from opentrail.domain.record_category import DATA, MANAGEMENT
from opentrail.domain.recording import EVENT_BRIDGE
from opentrail.ports.event_buses import Audience

from tests.fakes.failures import AFTER, BEFORE, Failure, Killed, Script, outside
from tests.pipeline.world import AWAY, BUS_WINDOW, HOME, SENDER, WINDOW, A, B, World, ago, trail
from tests.records import generate, lines

RECORDS = tuple(lines(generate(9, 60, accounts=(A, B), regions=(HOME, AWAY), start=ago(hours=1), odd=0)))
GROUP = f"arn:aws:logs:{HOME}:{A}:log-group:audit:*"
ROLE = f"arn:aws:iam::{A}:role/logs"
HERE = trail("here", is_multi_region_trail=True)
ALSO = trail("also", is_multi_region_trail=True)
LOGGED = trail(
    "logged",
    is_multi_region_trail=True,
    cloud_watch_logs_log_group_arn=GROUP,
    cloud_watch_logs_role_arn=ROLE,
)
BUS = f"bus/{A}"
HOWS = [Failure(when, error) for when in (BEFORE, AFTER) for error in (outside, Killed)]


def world_of(*trails: Any, script: Script | None = None) -> World:
    world = World(trails=trails, script=script or Script(), event_buses=True)
    world.send_lines(RECORDS)
    return world


def mine(**wanted: Any) -> Counter[str]:
    """The lines of account A's management records, or those of a Region."""
    found = [record.read(line) for line in RECORDS]
    return Counter(
        r.line.decode()
        for r in found
        if r.account_id == A
        and r.category == MANAGEMENT
        and all(getattr(r, name) == value for name, value in wanted.items())
    )


def on_bus(world: World, region: str) -> Counter[str]:
    return Counter(event.detail for event in world.buses.taken.get((A, region), []))


# Event buses.


def test_each_event_is_on_the_bus_of_its_region_once_however_many_trails_take_it() -> None:
    world = world_of(HERE, ALSO)
    world.settle()
    assert mine(region=AWAY)
    for region in (HOME, AWAY):
        assert on_bus(world, region) == mine(region=region)
    assert {account for account, _ in world.buses.taken} == {A}
    assert world.ledger.counts[BUS].delivered == mine().total()


def test_a_trail_that_takes_data_events_sends_those_too() -> None:
    selectors = (
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
                            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]},
    )  # fmt: skip
    line = json.dumps(
        {
            "eventVersion": "1.11", "userIdentity": {"type": "Root"}, "eventTime": "2023-07-10T11:00:00Z",
            "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "awsRegion": HOME, "eventID": "data",
            "readOnly": True, "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"}],
            "eventType": "AwsApiCall", "managementEvent": False, "recipientAccountId": A,
            "eventCategory": DATA,
        },
        separators=(",", ":"),
    )  # fmt: skip
    world = world_of(replace(HERE, advanced_event_selectors=selectors))
    world.buses.listening = Audience.RULES  # data reads need not be asked for
    world.send_lines([line.encode()])
    world.settle()
    assert line in on_bus(world, HOME)
    assert not any(record.read(text.encode()).category == MANAGEMENT for text in on_bus(world, HOME))


def test_without_a_trail_that_logs_the_event_nothing_is_on_the_bus() -> None:
    world = world_of(replace(HERE, is_logging=False), replace(ALSO, is_multi_region_trail=False))
    world.settle()
    assert on_bus(world, AWAY) == Counter()
    assert on_bus(world, HOME) == mine(region=HOME)


def test_a_stage_without_event_buses_sends_nothing() -> None:
    world = World(trails=(HERE,))
    world.send_lines(RECORDS)
    world.settle()
    assert world.buses.attempts == 0
    assert BUS not in world.ledger.counts


def test_read_only_management_events_are_sent_only_when_a_rule_asks_for_them() -> None:
    world = world_of(HERE)
    world.buses.listening = Audience.RULES
    world.settle()
    sent = on_bus(world, HOME)
    assert sent
    assert not any(json.loads(detail)["readOnly"] for detail in sent)
    assert sum(sent.values()) < mine(region=HOME).total()


def test_nothing_is_sent_to_a_bus_without_rules() -> None:
    world = world_of(HERE)
    world.buses.listening = Audience.NOBODY
    world.settle()
    assert world.buses.taken == {}
    assert world.ledger.counts[BUS].pending == 0


def test_what_came_from_event_bridge_never_goes_back() -> None:
    world = World(
        trails=(HERE,),
        sources={
            SENDER: {"name": "local", "accounts": ["*"]},
            "bridge": {"name": EVENT_BRIDGE, "accounts": ["*"]},
        },
        event_buses=True,
    )
    from opentrail.domain import record_message

    for sender, part in ((SENDER, RECORDS[:30]), ("bridge", RECORDS[30:])):
        for text in record_message.encode(part):
            world.send(text, sender)
    world.settle()
    sent = on_bus(world, HOME) + on_bus(world, AWAY)
    assert set(sent) == set(mine()) & {line.decode() for line in RECORDS[:30]}
    assert sum(len(held) for held in world.log_bucket.files("here-logs").values()) == mine().total()


def test_a_bus_is_sent_to_sooner_than_a_log_file_is_written() -> None:
    world = world_of(HERE)
    world.record()
    world.clock.move(seconds=BUS_WINDOW + 1)
    world.tick()
    world.deliver()
    assert on_bus(world, HOME) == mine(region=HOME)
    assert world.log_bucket.files("here-logs") == {}


def test_a_bus_that_refuses_holds_nothing_up_and_is_given_up_after_a_day() -> None:
    world = world_of(HERE, LOGGED)
    world.buses.refusing[A] = "AccessDenied"
    for _ in range(6):
        world.round()
    assert world.ledger.errors[BUS, HOME] == "AccessDenied"
    assert sum(len(held) for held in world.log_bucket.files("here-logs").values()) == mine().total()
    assert Counter(world.log_groups.texts(GROUP)) == mine()
    world.clock.move(hours=23)
    world.round()
    assert world.ledger.totals().destinations[BUS].pending == mine().total()
    world.clock.move(hours=2)
    world.settle()
    assert world.ledger.totals().destinations[BUS].dead_lettered == mine().total()
    assert set(world.dead_letters.reasons) == {"NotDeliveredIn1Day"}


# Log groups.


def test_a_log_group_gets_each_bare_record_of_all_regions_at_the_moment_of_delivery() -> None:
    world = world_of(LOGGED, HERE)
    world.settle()
    assert Counter(world.log_groups.texts(GROUP)) == mine()
    assert set(world.log_groups.events) == {(GROUP, f"{A}_CloudTrail_{HOME}")}
    assert world.log_groups.roles == {(A, ROLE)}
    ((_, held),) = world.log_groups.events.items()
    newest = max(record.read(line).event_time for line in RECORDS)
    assert all(at.timestamp() > newest for at, _ in held)
    assert world.ledger.counts[LOGGED.log_group_destination].delivered == mine().total()  # type: ignore[index]


def test_bucket_and_log_group_fail_each_for_itself() -> None:
    world = world_of(LOGGED)
    world.log_bucket.refusing["logged-logs"] = "NoSuchBucket"
    for _ in range(4):
        world.round()
    assert Counter(world.log_groups.texts(GROUP)) == mine()
    assert world.ledger.totals().destinations[LOGGED.destination].pending == mine().total()
    other = world_of(LOGGED)
    other.log_groups.refusing[GROUP] = "ResourceNotFoundException"
    for _ in range(4):
        other.round()
    assert sum(len(held) for held in other.log_bucket.files("logged-logs").values()) == mine().total()
    destination = LOGGED.log_group_destination
    assert destination is not None
    assert other.ledger.errors[destination, HOME] == "ResourceNotFoundException"
    other.log_groups.refusing.clear()
    other.settle()
    assert Counter(other.log_groups.texts(GROUP)) == mine()
    assert (destination, HOME) not in other.ledger.errors


def test_what_waits_for_a_log_group_is_discarded_when_the_trail_has_none_any_more() -> None:
    world = world_of(LOGGED)
    world.record()
    world.change(LOGGED, cloud_watch_logs_log_group_arn=None, cloud_watch_logs_role_arn=None)
    world.settle()
    assert world.log_groups.attempts == 0
    assert world.ledger.counts[LOGGED.log_group_destination].discarded == mine().total()  # type: ignore[index]


def test_role_and_group_are_those_of_the_moment_of_delivery() -> None:
    world = world_of(LOGGED)
    world.record()
    other = f"arn:aws:logs:{HOME}:{A}:log-group:another:*"
    world.change(LOGGED, cloud_watch_logs_log_group_arn=other, cloud_watch_logs_role_arn=ROLE + "2")
    world.clock.move(seconds=WINDOW)
    world.settle()
    assert world.log_groups.texts(GROUP) == []
    assert Counter(world.log_groups.texts(other)) == mine()
    assert world.log_groups.roles == {(A, ROLE + "2")}


@pytest.mark.parametrize("how", HOWS, ids=lambda how: f"{how.when}-{how.error.__name__}")
def test_whatever_fails_once_everything_is_sent_at_least_once(how: Failure) -> None:
    plain = world_of(LOGGED)
    plain.settle()
    calls = plain.script.calls
    assert {"buses.audience", "buses.put", "log_groups.put"} <= set(calls)
    for number in range(len(calls)):
        world = world_of(LOGGED, script=Script({number: how}))
        world.settle()
        assert set(world.log_groups.texts(GROUP)) == set(mine())
        assert set(on_bus(world, HOME)) == set(mine(region=HOME))
        assert set(on_bus(world, AWAY)) == set(mine(region=AWAY))
        assert world.dead_letters.reasons == []
