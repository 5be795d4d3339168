"""Statement text to tree: Trino's grammar in sqlglot, with calls left as they were written.

sqlglot is kinder than Trino: what it takes and Trino does not is refused here, by the tokens.
"""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import Token, TokenType

from opentrail_local.athena.errors import StatementError

MAX_LENGTH = 262_144  # bytes of a QueryString (Athena's service quotas)

# Functions whose arguments are no plain list in Trino.
_OWN_SYNTAX = (
    *("CAST", "EXTRACT", "JSON_OBJECT", "JSON_QUERY", "JSON_VALUE", "LISTAGG", "NORMALIZE", "POSITION"),
    *("SUBSTRING", "TRIM", "TRY_CAST"),
)
_QUERIES = (exp.Select, exp.SetOperation, exp.Subquery, exp.Values)
_EXPECTED = (
    "'(', 'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', "
    "'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', "
    "'REVOKE', 'ROLLBACK', 'SET', 'SHOW', 'START', 'TRUNCATE', 'UPDATE', 'USE', 'WITH', <query>"
)
_DATA_DEFINITION = re.compile(r"\s*(alter|create|describe|desc|drop|msck|show)\b", re.IGNORECASE)
_DATA_CHANGE = re.compile(
    r"\s*(insert|delete|update|merge|unload|explain|prepare|execute|deallocate|vacuum|optimize)\b",
    re.IGNORECASE,
)


class Dialect(Trino):
    """Trino as it was written: no call translated, no subscript shifted."""

    INDEX_OFFSET = 0

    class Parser(Trino.Parser):
        """Keeps calls as they are."""

        FUNCTIONS = {}
        FUNCTION_PARSERS = {name: Trino.Parser.FUNCTION_PARSERS[name] for name in _OWN_SYNTAX}


def statement_type(text: str) -> str:
    """What GetQueryExecution calls the statement: DDL, DML or UTILITY."""
    bare = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    if re.match(r"\s*(show|describe|desc|explain)\b", bare, re.IGNORECASE):
        return "UTILITY"
    return "DDL" if _DATA_DEFINITION.match(bare) else "DML"


def is_query(text: str) -> bool:
    """Whether a text is meant as a SELECT, by its first word; other statements are not taken apart here."""
    bare = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    return not (_DATA_DEFINITION.match(bare) or _DATA_CHANGE.match(bare))


def parse(text: str) -> exp.Expression:
    """The tree of one query. StatementError in the words StartQueryExecution refuses it with."""
    try:
        tokens = Dialect().tokenize(text)
        _refuse(tokens, text)
        trees = [tree for tree in Dialect().parser().parse(tokens, text) if tree is not None]
    except TokenError as error:
        raise StatementError(f"line 1:1: mismatched input. {_plain(str(error))}") from error
    except ParseError as error:
        raise StatementError(_sentence(error)) from error
    except RecursionError as error:
        raise StatementError("line 1:1: statement is too large (stack overflow during analysis)") from error
    if len(trees) != 1:
        raise StatementError("Only one sql statement is allowed. Got: " + text)
    if not isinstance(trees[0], _QUERIES):
        word = tokens[0].text if tokens else "<EOF>"
        raise StatementError(f"line 1:1: mismatched input '{word}'. Expecting: {_EXPECTED}")
    return trees[0]


def position(node: exp.Expression) -> tuple[int, int]:
    """Line and column, from 1, where a node begins; (0, 0) when nothing of it knows."""
    best: tuple[int, int, int] | None = None
    for part in node.walk():
        meta = part.meta if part._meta else {}
        if "line" in meta and (best is None or meta["start"] < best[0]):
            width = meta["end"] - meta["start"] + 1
            best = (meta["start"], meta["line"], max(meta["col"] - width + 1, 1))
    return (0, 0) if best is None else best[1:]


def _refuse(tokens: list[Token], text: str) -> None:
    if not tokens:
        raise StatementError("line 1:1: mismatched input '<EOF>'. Expecting: " + _EXPECTED)
    for before, token in zip([None, *tokens], tokens, strict=False):
        glued = before is not None and before.token_type == token.token_type == TokenType.STRING
        if glued or token.token_type in (TokenType.DCOLON, TokenType.DAMP, TokenType.FARROW):
            raise StatementError(_mismatch(token, text))
        if token.token_type == TokenType.IDENTIFIER and text[token.start] == "`":
            raise StatementError(
                f"line {token.line}:{_column(token)}: backquoted identifiers are not supported; use double "
                "quotes to quote identifiers"
            )
        if token.token_type == TokenType.VAR and token.text[:1].isdigit():
            raise StatementError(_digit(token))
        if (
            before is not None
            and before.token_type == TokenType.NUMBER
            and token.token_type in (TokenType.VAR, TokenType.IDENTIFIER)
            and token.start == before.end + 1
        ):
            raise StatementError(_digit(before))


def _digit(token: Token) -> str:
    return (
        f"line {token.line}:{_column(token)}: identifiers must not start with a digit; "
        "surround the identifier with double quotes"
    )


def _mismatch(token: Token, text: str) -> str:
    word = text[token.start : token.end + 1]
    return f"line {token.line}:{_column(token)}: mismatched input '{word}'. Expecting: <EOF>"


def _column(token: Token) -> int:
    return max(token.col - (token.end - token.start), 1)


def _sentence(error: ParseError) -> str:
    found = error.errors[0] if error.errors else {}
    word = str(found.get("highlight") or "<EOF>")
    column = max(int(found.get("col") or 1) - len(word) + 1, 1)
    said = _plain(str(found.get("description") or error))
    return f"line {found.get('line') or 1}:{column}: mismatched input '{word}'. {said}"


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[\d+m", "", text.split("\n", maxsplit=1)[0])
