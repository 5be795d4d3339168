"""Windows and manifests: bounds, order, names that say what they hold."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain.delivery import (
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_SELECTIONS,
    Entry,
    ManifestRef,
    Window,
    expired,
    from_text,
    manifests,
    to_text,
)
from opentrail.domain.segment import SliceRef

from tests.fakes.clock import START

WINDOW = Window(
    destination="trail/111111111111/us-east-1/audit/id",
    account_id="111111111111",
    region="us-east-1",
    end=600,
)
ENTRIES = st.lists(
    st.builds(
        Entry,
        window=st.just(WINDOW),
        slice=st.builds(
            SliceRef,
            segment=st.integers(0, 10**6).map(lambda n: f"segments/{n:08x}.jsonl.gz"),
            offset=st.integers(0, 10**7),
            length=st.integers(1, 10**6),
        ),
        selection=st.sampled_from(("*", "ff", "f" * 70_000)),
        records=st.integers(1, 5000),
        bytes=st.integers(1, MAX_BYTES),
        may_repeat=st.booleans(),
    ),
    max_size=250,
    unique_by=lambda e: e.sort_key,
)


@given(ENTRIES, st.randoms())
def test_manifests_hold_every_entry_once_within_the_limits(entries: list[Entry], rng: object) -> None:
    found = manifests(WINDOW, entries)
    assert [e for m in found for e in m.entries] == sorted(entries, key=lambda e: e.sort_key)
    for manifest in found:
        assert 1 <= len(manifest.entries) <= MAX_ENTRIES
        several = len(manifest.entries) > 1
        assert sum(e.bytes for e in manifest.entries) <= MAX_BYTES
        assert sum(len(e.selection) for e in manifest.entries) <= MAX_SELECTIONS or not several
        assert manifest.records == sum(e.records for e in manifest.entries)
    rng.shuffle(entries)  # type: ignore[attr-defined]
    assert manifests(WINDOW, entries) == found
    assert len({m.ref for m in found}) == len(found)


@given(ENTRIES.filter(bool))
def test_a_delivery_message_names_its_manifest(entries: list[Entry]) -> None:
    ref = manifests(WINDOW, entries)[0].ref
    assert from_text(to_text(ref)) == ref


def test_a_delivery_is_given_up_after_thirty_days() -> None:
    end = START - timedelta(microseconds=START.microsecond)
    ref = ManifestRef(destination="d", sort=f"{int(end.timestamp()):012d}|a|r|0")
    assert not expired(ref, end + timedelta(days=30))
    assert expired(ref, end + timedelta(days=30, seconds=1))
