"""Whether an event matches a rule's pattern, as EventBridge decides it.

LocalStack's own matching differs where detections for CloudTrail's events need it: it takes conditions on
elements of a list to be met by different elements (port 22 of one permission, 0.0.0.0/0 of another), `true`
for 1, `*` for at least one character, and it raises on texts asked of numbers, so that the rules after that
one hear nothing. Source: AWS documentation, "Event pattern syntax" and "Comparison operators", and the README
of the library that EventBridge uses, Event Ruler.

Patterns have been validated when they come here: LocalStack does that when a rule is put.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

OR = "$or"

type Pattern = Mapping[str, Any]


def patch() -> None:
    """Let EventBridge's provider and TestEventPattern decide by this."""
    from localstack.services.events import provider
    from localstack.utils.event_matcher import matches_event

    def decide(event_pattern: Any, event: Any) -> bool:
        if not event_pattern:
            return matches_event(event_pattern, event)
        return matches(_read(event_pattern), json.loads(event) if isinstance(event, str) else event)

    provider.matches_event = decide


def matches(pattern: Pattern, event: Any) -> bool:
    """Whether an event matches. All keys of a level must be met by one object; of a list, by one element."""
    if isinstance(event, list):
        quantifier = all if _only_absence(pattern) else any
        return quantifier(matches(pattern, element) for element in event)
    if not isinstance(event, Mapping):
        event = {}  # a field that is no object has no fields
    return all(_key_matches(key, wanted, event) for key, wanted in pattern.items())


def _key_matches(key: str, wanted: Any, event: Mapping[str, Any]) -> bool:
    if key == OR and isinstance(wanted, list) and len(wanted) > 1:
        return any(matches(alternative, event) for alternative in wanted)
    found = list(_values(event, key))
    if isinstance(wanted, Mapping):
        return any(matches(wanted, value) for value in found or [{}])
    leaves = [leaf for value in found for leaf in _leaves(value)]
    return any(_condition_matches(condition, leaves) for condition in wanted)


def _values(event: Mapping[str, Any], key: str) -> Iterator[Any]:
    """What a key stands for: a field, or a path with dots (both spellings are one to EventBridge)."""
    if key in event:
        yield event[key]
    start = f"{key}."
    below = {name[len(start) :]: value for name, value in event.items() if name.startswith(start)}
    if below:
        yield below
    head, dot, rest = key.partition(".")
    while dot:
        if isinstance(event.get(head), Mapping):
            yield from _values(event[head], rest)
        more, dot, rest = rest.partition(".")
        head = f"{head}.{more}"


def _leaves(value: Any) -> Iterator[Any]:
    """Only values are compared; objects are not, and an empty list holds none."""
    if isinstance(value, list):
        for element in value:
            yield from _leaves(element)
    elif not isinstance(value, Mapping):
        yield value


def _only_absence(pattern: Pattern) -> bool:
    """Whether nothing is asked but that fields are not there: then no element may have them."""
    return all(
        _only_absence(wanted) if isinstance(wanted, Mapping) else wanted == [{"exists": False}]
        for wanted in pattern.values()
    )


def _condition_matches(condition: Any, leaves: list[Any]) -> bool:
    if isinstance(condition, Mapping) and "exists" in condition:
        return bool(leaves) is condition["exists"]
    return any(_met(condition, leaf) for leaf in leaves)


def _met(condition: Any, leaf: Any) -> bool:
    if not isinstance(condition, Mapping):
        return _equal(condition, leaf)
    [(operator, operand)] = condition.items()
    test = _OPERATORS.get(operator)
    return test is not None and test(operand, leaf)


def _equal(condition: Any, leaf: Any) -> bool:
    # Python takes True for 1; numbers of both kinds are equal when their values are.
    return isinstance(condition, bool) is isinstance(leaf, bool) and condition == leaf


def _anything_but(operand: Any, leaf: Any) -> bool:
    if isinstance(operand, Mapping):
        [(operator, refused)] = operand.items()
        each = refused if isinstance(refused, list) else [refused]
        return not any(_OPERATORS[operator](one, leaf) for one in each)
    return not any(_equal(one, leaf) for one in (operand if isinstance(operand, list) else [operand]))


def _text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    """An operator of texts, with or without `equals-ignore-case` below it."""

    def tested(operand: Any, leaf: Any) -> bool:
        if not isinstance(leaf, str):
            return False
        if isinstance(operand, Mapping):
            return test(str(operand["equals-ignore-case"]).lower(), leaf.lower())
        return test(operand, leaf)

    return tested


def _numeric(operand: list[Any], leaf: Any) -> bool:
    if isinstance(leaf, bool) or not isinstance(leaf, (int, float)):
        return False
    bounds = zip(operand[::2], operand[1::2], strict=True)
    return all(_COMPARISONS[operator](leaf, bound) for operator, bound in bounds)


def _cidr(operand: str, leaf: Any) -> bool:
    try:
        return isinstance(leaf, str) and ipaddress.ip_address(leaf) in ipaddress.ip_network(operand)
    except ValueError:
        return False


def _wildcard(operand: str, leaf: str) -> bool:
    return _expression(operand).fullmatch(leaf) is not None


@lru_cache(maxsize=256)
def _expression(wildcard: str) -> re.Pattern[str]:
    """`*` is any text, `\\*` and `\\\\` are the characters."""
    parts = re.findall(r"\\[*\\]|\*|[^*\\]+|\\", wildcard)
    written = (".*" if part == "*" else re.escape(part[-1] if part[0] == "\\" else part) for part in parts)
    return re.compile("".join(written), re.DOTALL)


@lru_cache(maxsize=256)
def _read_text(pattern: str) -> Pattern:
    found: Pattern = json.loads(pattern)
    return found


def _read(pattern: Any) -> Pattern:
    return _read_text(pattern) if isinstance(pattern, str) else pattern


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "anything-but": _anything_but,
    "prefix": _text(lambda wanted, text: text.startswith(wanted)),
    "suffix": _text(lambda wanted, text: text.endswith(wanted)),
    "equals-ignore-case": _text(lambda wanted, text: wanted.lower() == text.lower()),
    "wildcard": _text(_wildcard),
    "numeric": _numeric,
    "cidr": _cidr,
}
