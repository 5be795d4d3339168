"""What is different between records of the local cloud and the shapes of real ones.

A member that real records of an event always have must be there, and nothing may be there that no real record
of the event has, with a type that none has. Members younger than the newest real record of the event are no
differences.
"""

from collections.abc import Mapping
from typing import Any

import shapes
from shapes import Shape

# Members of records -> the version of records that brought them (AWS documentation, "CloudTrail record
# contents").
_SINCE = {
    "requestID": (1, 1),
    "eventID": (1, 1),
    "eventType": (1, 2),
    "managementEvent": (1, 6),
    "eventCategory": (1, 7),
    "tlsDetails": (1, 8),
    # Older, but some services wrote them late: few records of before 1.8 have them.
    "readOnly": (1, 8),
    "recipientAccountId": (1, 8),
}

# Members of records that tell of circumstances the driver's calls do not have: from a console, through an
# endpoint of a network, for somebody in another account.
_CIRCUMSTANCES = frozenset({"sessionCredentialFromConsole", "vpcEndpointId", "sharedEventID"})
# Calls made by services and from consoles have none; ours come over TLS.
_BY_CALLER = frozenset({"tlsDetails"})


def differences(ours: Mapping[str, Shape], real: Mapping[str, Shape]) -> set[str]:
    """What is different in the records of one event, by outcome of the call."""
    shared = ours.keys() & real.keys()
    known = shapes.joined(real.values())
    if not shared:
        return _top(shapes.joined(ours.values()), known, required=False)
    found: set[str] = set()
    for outcome in shared:
        found |= _top(ours[outcome], real[outcome], required=True) - _excused(known)
        found |= _missing(ours[outcome], real[outcome])
        found |= _besides(ours[outcome], known)
    return found


def _top(ours: Shape, real: Shape, *, required: bool) -> set[str]:
    old = {name for name, since in _SINCE.items() if shapes.version(real.newest) < since}
    besides = ours.top - real.top - old - _BY_CALLER
    if not required:
        return {f"besides {name}" for name in besides - {"resources", "additionalEventData"} - _FAILURE}
    missing = real.top - real.optional - ours.top - _CIRCUMSTANCES
    return {f"besides {name}" for name in besides} | {f"missing {name}" for name in missing}


_FAILURE = frozenset({"errorCode", "errorMessage"})


def _excused(known: Shape) -> set[str]:
    """Other outcomes of the event have it."""
    return {f"besides {name}" for name in known.top}


def _missing(ours: Shape, real: Shape) -> set[str]:
    found = set()
    for path in real.paths:
        if path.endswith("[]") or path in shapes.MEMBERS or path in real.optional or path in ours.paths:
            continue  # a list may be empty, and members of records are looked at by themselves
        if path.rpartition(".")[0] in ours.paths:
            found.add(f"missing {path}")
    return found


def _besides(ours: Shape, known: Shape) -> set[str]:
    found = set()
    for path, types in ours.paths.items():
        parent = path[:-2] if path.endswith("[]") else path.rpartition(".")[0]
        if path in known.paths:
            if not types <= known.paths[path]:
                found.add(f"type of {path}: {_named(types)}, not {_named(known.paths[path])}")
        elif parent in known.paths and path not in shapes.MEMBERS and not _only_empty(known, parent, path):
            found.add(f"besides {path}")
    return found


def _only_empty(known: Shape, parent: str, path: str) -> bool:
    """Whether real records only have an empty list or set there."""
    return path.endswith("[]") or (
        path.endswith((".items", ".item")) and not any(p.startswith(f"{parent}.") for p in known.paths)
    )


def _named(types: set[str]) -> str:
    return " or ".join(sorted(types))


def misplaced(record: Mapping[str, Any], order: list[str]) -> bool:
    """Whether the members of a record are in another order than real records have them in."""
    known = [name for name in record if name in order]
    return known != sorted(known, key=order.index)
