"""Selections: what was chosen is chosen again."""

from hypothesis import given
from hypothesis import strategies as st
from opentrail.domain import selection


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_the_chosen_ones_are_chosen_in_their_order(drawn: tuple[int, set[int]]) -> None:
    count, positions = drawn
    text = selection.of(positions, count)
    assert list(selection.chosen(text, list(range(count)))) == sorted(positions)
    assert len(text) <= max(1, -(-count // 4))
    assert (text == selection.ALL) == (len(positions) == count)
