"""A Lake statement as the engine's SQL: every store it reads is a derived table over the one lake table."""

from collections.abc import Mapping

from opentrail.ports.sql_rewriter import InvalidStatementError, RewrittenQuery, StoreScope


class LakeSqlRewriter:
    """Rewrites statements; pure, and safe for several threads.

    The parser is imported with the first statement: it takes 0.4 s, which no other call should wait for.
    """

    def references(self, statement: str) -> tuple[str, ...]:
        """The stores a statement reads, as written (id or ARN), each once, in the order of their mention.

        InvalidStatementError when it is no single SELECT statement over stores.
        """
        from opentrail.lake_sql import rewriting

        try:
            return rewriting.references(statement)
        except RecursionError as error:
            raise _too_deep() from error

    def rewrite(
        self, statement: str, *, scopes: Mapping[str, StoreScope], database: str, table: str
    ) -> RewrittenQuery:
        """The statement over `table` of `database`; `scopes` has an entry for each reference.

        InvalidStatementError when it is refused, also when it would be longer than the engine takes.
        """
        from opentrail.lake_sql import rewriting

        try:
            return rewriting.rewritten(statement, scopes, database=database, table=table)
        except RecursionError as error:
            raise _too_deep() from error


def _too_deep() -> InvalidStatementError:
    return InvalidStatementError("The query statement is nested too deeply.")
