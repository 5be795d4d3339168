"""How `opentrail events` shows events: a table for eyes, and three forms for programs.

`jsonl` and `json` are the records as they came, a line each or as a log file's `Records`; `csv` has the
columns of the console's event history. What a record holds was chosen by whoever made the call: in the table,
control characters are shown, not sent to the terminal.
"""

import csv
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

from opentrail_cli.event_questions import FoundEvent

TIME = "%Y-%m-%d %H:%M:%S"
RED, YELLOW, BOLD, PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[1m", "\x1b[0m"
COLUMNS = ("Event time (UTC)", "Event name", "User name", "Event source", "Resource name", "Error code")
WIDTHS = (19, 28, 20, 16, 36, 20)  # of the table; a terminal's width is shared out in these proportions
NARROWEST = 8

CSV_COLUMNS: dict[str, Callable[[FoundEvent], str]] = {
    "Event name": lambda f: _text(f.event.get("EventName")),
    "Event time": lambda f: f"{f.time:%Y-%m-%dT%H:%M:%SZ}",
    "User name": lambda f: _text(f.event.get("Username")),
    "Event source": lambda f: _text(f.event.get("EventSource")),
    "Resource type": lambda f: _of_resources(f, "ResourceType"),
    "Resource name": lambda f: _of_resources(f, "ResourceName"),
    "AWS access key": lambda f: _text(f.event.get("AccessKeyId")),
    "Event ID": lambda f: f.event_id,
    "Read-only": lambda f: _text(f.event.get("ReadOnly")),
    "AWS region": lambda f: _text(f.record.get("awsRegion")),
    "Error code": lambda f: _text(f.record.get("errorCode")),
    "Source IP address": lambda f: _text(f.record.get("sourceIPAddress")),
    "Request ID": lambda f: _text(f.record.get("requestID")),
}


def write(
    events: Iterable[FoundEvent], form: str, out: TextIO, before: Callable[[], None] = lambda: None
) -> None:
    """Write each event as it comes. `before` is called before each piece of text."""
    for piece in FORMS[form](events, out):
        before()
        out.write(piece)
        out.flush()


def _table(events: Iterable[FoundEvent], out: TextIO) -> Iterator[str]:
    widths, coloured = _widths(out), _coloured(out)
    header = _row(COLUMNS, widths)
    yield (f"{BOLD}{header}{PLAIN}" if coloured else header) + "\n"
    for found in events:
        source = _text(found.event.get("EventSource")).removesuffix(".amazonaws.com")
        names = [_text(resource.get("ResourceName")) for resource in found.event.get("Resources", [])]
        more = f" +{len(names) - 1}" if len(names) > 1 else ""
        name, user = _text(found.event.get("EventName")), _text(found.event.get("Username"))
        cells = (f"{found.time:{TIME}}", name, user, source, (names or [""])[0] + more, found.error)
        line = _row(cells, widths)
        if coloured and found.error:
            line = f"{RED}{line}{PLAIN}"
        elif coloured and found.event.get("ReadOnly") == "false":
            line = f"{YELLOW}{line}{PLAIN}"
        yield line + "\n"


def _json_lines(events: Iterable[FoundEvent], _out: TextIO) -> Iterator[str]:
    for found in events:
        yield found.line + "\n"


def _json(events: Iterable[FoundEvent], _out: TextIO) -> Iterator[str]:
    separator = '{"Records":[\n'
    for found in events:
        yield separator + found.line
        separator = ",\n"
    yield separator + "]}\n" if separator[0] == "{" else "\n]}\n"


def _csv(events: Iterable[FoundEvent], _out: TextIO) -> Iterator[str]:
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(CSV_COLUMNS)
    yield lines.taken()
    for found in events:
        writer.writerow([value(found) for value in CSV_COLUMNS.values()])
        yield lines.taken()


FORMS: dict[str, Callable[[Iterable[FoundEvent], TextIO], Iterator[str]]] = {
    "table": _table,
    "jsonl": _json_lines,
    "csv": _csv,
    "json": _json,
}


class _Lines:
    """What csv writes into; a row at a time is taken out."""

    def __init__(self) -> None:
        self._text = ""

    def write(self, text: str) -> None:
        self._text += text

    def taken(self) -> str:
        text, self._text = self._text, ""
        return text


class Progress:
    """One line on a terminal that tells how far reading has come; nothing where nobody watches."""

    def __init__(self, out: TextIO = sys.stderr) -> None:
        self._out = out
        self._watched = out.isatty()
        self._shown = False

    def show(self, text: str) -> None:
        """Write over what was shown before."""
        if self._watched:
            self._out.write(f"\r\x1b[K{text}")
            self._out.flush()
            self._shown = True

    def clear(self) -> None:
        """Make room for other text."""
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._shown = False


def _of_resources(found: FoundEvent, member: str) -> str:
    return ", ".join(_text(resource.get(member)) for resource in found.event.get("Resources", []))


def _coloured(out: TextIO) -> bool:
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _widths(out: TextIO) -> tuple[int, ...] | None:
    """Column widths on a terminal; None elsewhere, where nothing is cut."""
    if not out.isatty():
        return None
    time_width = WIDTHS[0]
    room = shutil.get_terminal_size().columns - time_width - 2 * (len(WIDTHS) - 1)
    share = sum(WIDTHS[1:])
    return (time_width, *(max(NARROWEST, width * room // share) for width in WIDTHS[1:]))


def _row(cells: Iterable[str], widths: tuple[int, ...] | None) -> str:
    shown = [_printable(cell) for cell in cells]
    if widths is None:
        return "  ".join(cell.ljust(width) for cell, width in zip(shown, WIDTHS, strict=True)).rstrip()
    return "  ".join(_cut(cell, width) for cell, width in zip(shown, widths, strict=True)).rstrip()


def _cut(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
