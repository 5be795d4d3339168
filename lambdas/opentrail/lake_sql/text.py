"""A statement's text before any parser sees it: comments out, bare store references quoted, one statement.

Store ids hold hyphens and may begin with a digit, so that no SQL parser takes them without quotes. Comments
go here, by Trino's rules (they do not nest), so that nothing behind sees others than the engine would.
"""

import re

from opentrail.ports.sql_rewriter import InvalidStatementError

MAX_LENGTH = 10_000  # characters of a QueryStatement (service model)
# Square brackets: the parser's time doubles with every level of them, and grows with the square of a chain.
MAX_BRACKETS = 300
MAX_BRACKET_DEPTH = 4

_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ARN = rf"arn:[a-z-]+:cloudtrail:[a-z0-9-]+:[0-9]{{12}}:eventdatastore/{_UUID}"
_REFERENCE = re.compile(rf"{_UUID}|{_ARN}")
_PIECE = re.compile(
    rf"""
      (?P<quoted> '(?:[^']|'')*' | "(?:[^"]|"")*" )
    | (?P<comment> --[^\r\n]* | /\*.*?\*/ )
    | (?P<reference> (?<![\w$@.:-]) (?<![^*]/) (?:{_ARN}|{_UUID}) (?![\w$@:]|-(?!-)|/(?!\*)) )
    | (?P<digits> (?<![\w$.]) [0-9]+(?:\.[0-9]*)? (?![eE][+-]?[0-9]) [A-Za-z_] )
    | (?P<open> ['"] | /\* )
    | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)
_BRACKET = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[\[\]]""")


def prepared(statement: str) -> str:
    """The statement as a parser can take it. InvalidStatementError when it is too long, torn or several."""
    if len(statement) > MAX_LENGTH:
        raise InvalidStatementError(f"The query statement is longer than {MAX_LENGTH} characters.")
    text = _PIECE.sub(_replaced, statement).strip()
    text = text.removesuffix("\0").strip()
    if "\0" in text:
        raise InvalidStatementError("The query statement must be one SELECT statement.")
    _check_brackets(text)
    if not re.match(r"(select|with)\b|\(", text, re.IGNORECASE):
        raise InvalidStatementError("The query statement must be a SELECT statement.")
    return text


def is_reference(name: str) -> bool:
    """Whether a table's name has the form of a store's id or ARN."""
    return _REFERENCE.fullmatch(name) is not None


def _check_brackets(text: str) -> None:
    depth = count = 0
    for match in _BRACKET.finditer(text):
        depth += {"[": 1, "]": -1}.get(match[0], 0)
        count += match[0] == "["
        if depth > MAX_BRACKET_DEPTH or count > MAX_BRACKETS:
            raise InvalidStatementError("The query statement has too many square brackets.")


def _replaced(match: re.Match[str]) -> str:
    text = match[0]
    if match["open"]:
        what = "comment" if text == "/*" else "quotation"
        raise InvalidStatementError(f"The query statement has a {what} that does not end.")
    if match["digits"]:
        raise InvalidStatementError(f"A name or number cannot begin with {text}.")
    if match["comment"]:
        return " "
    if match["reference"]:
        return f'"{text}"'
    return "\0" if match["end"] else text
