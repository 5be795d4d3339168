"""Against reality: live calls of all operations that real records tell of, and their records beside those.

Compared are shapes: members, their names, types and order, and what is null. The shapes of real records are
kept in `real_shapes.json`; where the records themselves are at hand, it must be what they give.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import calls
import comparing
import coverage_page
import differences
import pytest
import shapes
from cloud import running
from driver import Driver, Made
from driving import record
from localstack.aws.spec import load_service
from localstack.services.plugins import SERVICE_PLUGINS
from opentrail_local.recorder.names import names_of

RECORDS = Path(__file__).parents[4] / "shared/data/records.jsonl.gz"
KEPT = Path(__file__).parent / "real_shapes.json"
PAGE = Path(__file__).parents[3] / "docs/recorder-coverage.md"

# Calls to CloudTrail itself are recorded by OpenTrail: its own tests compare them.
CLOUDTRAIL_SOURCE = "cloudtrail.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Run:
    """All calls, and the record of each that has one."""

    made: list[Made]
    records: dict[str, dict[str, Any]]  # by request id

    def by_event(self) -> dict[tuple[str, str], dict[str, shapes.Shape]]:
        """Shapes of what was recorded, by event and outcome."""
        grouped = shapes.by_event(self.records.values())
        return {
            event: {outcome: shapes.shape_of(held) for outcome, held in outcomes.items()}
            for event, outcomes in grouped.items()
        }

    def unsupported(self) -> set[tuple[str, str]]:
        """Events whose calls the local cloud answered with 501: it lacks the operation."""
        found = {(made.service, made.operation) for made in self.made if made.status == NOT_IMPLEMENTED}
        return {event_of(*call) for call in found}


NOT_IMPLEMENTED = 501


def event_of(service: str, operation: str) -> tuple[str, str]:
    """The event source and name of an operation."""
    names = names_of(load_service(service).operation_model(operation))
    return names.event_source, names.event_name


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """All the calls, made once."""
    with running(tmp_path_factory.mktemp("cloud")) as cloud:
        driver = Driver(cloud.endpoint)
        calls.make(driver)
        wanted = {made.request_id for made in driver.made if made.status != NOT_IMPLEMENTED}
        found = cloud.records(wanted)
    assert wanted <= found.keys()
    return Run(driver.made, {request_id: found[request_id] for request_id in wanted})


@pytest.fixture(scope="module")
def real() -> shapes.Kept:
    return shapes.read(KEPT)


@pytest.mark.skipif(not RECORDS.exists(), reason="the real records are not at hand")
def test_the_shapes_kept_are_those_of_the_real_records():
    assert shapes.text(shapes.corpus(RECORDS)) == KEPT.read_text(), "python generate.py RECORDS.jsonl.gz"


def test_the_shapes_kept_hold_names_of_members_and_no_values(real):
    """Whatever is data (names of tags, buckets, accounts) would show in a name."""
    member = re.compile(r"[A-Za-z_][A-Za-z0-9]*|x-amz-[a-z0-9-]+|\*")
    others = {"list-type", "encoding-type", "object-lock"}
    paths = {path for outcomes in real.events.values() for shape in outcomes.values() for path in shape.paths}
    names = {name.removesuffix("[]") for path in paths for name in path.split(".")}
    assert {
        name for name in names - others if not member.fullmatch(name) or re.search("[0-9]{4}", name)
    } == set()
    types = {
        kind
        for out in real.events.values()
        for s in out.values()
        for held in s.paths.values()
        for kind in held
    }
    assert types <= {*shapes.TYPES}


def test_every_real_event_is_called_or_cannot_be(run, real):
    """What is not compared has its reason, found by asking: no such operation, or none here."""
    called = run.by_event().keys() | run.unsupported()
    operations = {
        event_of(service, name)
        for service in SERVICE_PLUGINS.list_available()
        for name in load_service(service).operation_names
    }
    of_services_here = {event for event in real.events if event[0].partition(".")[0] in shapes.SOURCES}
    assert {event for event in of_services_here & operations if event not in called} == set()
    elsewhere = real.events.keys() - of_services_here
    assert {source for source, _ in elsewhere & operations} <= {CLOUDTRAIL_SOURCE}
    assert len(real.events.keys() & run.by_event().keys()) >= 235


def test_differences_are_those_that_are_accepted(run, real):
    """One that is new fails, and one that is gone."""
    found = {
        event: comparing.differences(ours, real.events[event])
        for event, ours in run.by_event().items()
        if event in real.events
    }
    accepted = differences.accepted()
    wrong = {
        " ".join(event): sorted(found[event] ^ accepted.get(event, set()))
        for event in found
        if found[event] != accepted.get(event, set())
    }
    assert wrong == {}
    assert accepted.keys() <= found.keys()


def test_what_answers_lack_is_not_in_them(run):
    """A row that blames the local cloud's answer is checked against the answer."""
    blamed = [
        (event, row.rpartition(".")[2].lower())
        for (event, row), reason in differences.reasons().items()
        if reason == differences.NOT_ANSWERED and "responseElements" in row
    ]
    for event, name in blamed:
        answers = [made.answer for made in run.made if event_of(made.service, made.operation) == event]
        assert answers
        assert not any(name in names_in(answer) for answer in answers), (event, name)


def names_in(value: Any) -> set[str]:
    """Names of members that hold something."""
    if isinstance(value, dict):
        held = {name.lower() for name, item in value.items() if item not in (None, [], {})}
        return held.union(*(names_in(item) for item in value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()


def test_outcomes_that_are_not_made_have_a_reason(run, real):
    """Outcomes of real calls: the local cloud comes to the same, or it is said why not."""
    unmade = {
        (event, outcome)
        for event, ours in run.by_event().items()
        for outcome in real.events.get(event, {}).keys() - ours.keys()
    }
    special = {(differences.full(event), outcome) for event, outcome in differences.UNMADE_OF}
    assert {outcome for _, outcome in unmade - special} == differences.UNMADE.keys()
    assert special <= unmade


def test_failures_that_are_not_made_would_have_the_real_shape(run, real):
    """The recorder is shown the failure in the local cloud's place."""
    parameters = {event_of(made.service, made.operation): made for made in run.made}
    compared = 0
    wrong = {}
    for event, ours in run.by_event().items():
        made = parameters[event]
        for outcome in real.events.get(event, {}).keys() - ours.keys() - {shapes.SUCCESS}:
            code = outcome.removeprefix("Client.")
            known = real.events[event][outcome]
            error = (code, "No." if "errorMessage" in known.top else "", 400)
            found = record(made.service, made.operation, dict(made.parameters), error=error)
            compared += 1
            different = comparing.differences({outcome: shapes.shape_of([found])}, {outcome: known})
            # No wire is between, and another request would have failed so.
            different -= {row for row in different if "tlsDetails" in row or "requestParameters." in row}
            if different:
                wrong[event, outcome] = different
    assert wrong == {}
    assert compared >= 35


def test_members_are_in_the_order_of_real_records(run, real):
    assert [r["eventName"] for r in run.records.values() if comparing.misplaced(r, real.order)] == []


def test_callers_look_as_in_real_records(run, real):
    """userIdentity has what real ones of its type have, of whatever event."""
    found = shapes.identities(run.records.values())
    assert found.keys() >= {"Root", "IAMUser", "AssumedRole"}
    for kind, ours in found.items():
        known = real.identities[kind]
        assert ours.paths.keys() - known.paths.keys() == set(), kind
        always = known.paths.keys() - known.optional if known.records > 1 else set()
        there = {path for path in always if path.rpartition(".")[0] in ours.paths or "." not in path}
        assert there - ours.paths.keys() <= IDENTITY_MEMBERS_GONE, kind


# An empty object that records of version 1.08 had, and newer ones leave away.
IDENTITY_MEMBERS_GONE = {"identity.sessionContext.webIdFederationData"}


def test_the_page_tells_what_is_compared(run, real, tmp_path):
    fresh = coverage_page.text(run.by_event(), run.unsupported(), real)
    (tmp_path / "recorder-coverage.md").write_text(fresh)
    assert PAGE.read_text() == fresh, f"copy {tmp_path / 'recorder-coverage.md'} to {PAGE}"
