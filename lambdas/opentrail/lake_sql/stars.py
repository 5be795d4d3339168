"""`*` written out, in statements that name a column which `*` must not show."""

from sqlglot import exp

from opentrail.lake_schema import UNLISTED_COLUMNS
from opentrail.lake_sql.relations import Relations, Scope, is_star
from opentrail.ports.sql_rewriter import InvalidStatementError


def names_unlisted(tree: exp.Expr) -> bool:
    """Whether the statement names a column that `*` leaves out."""
    return any(name.name.lower() in UNLISTED_COLUMNS for name in tree.find_all(exp.Identifier))


def write_out_stars(tree: exp.Expr, relations: Relations) -> None:
    """Replace the stars over stores by the columns they stand for, in place.

    InvalidStatementError where that cannot be done: over a join that merges columns, or beside a relation
    without a name.
    """
    for select in list(tree.find_all(exp.Select)):
        scope = relations.scope(select)
        if not any(relation.unlisted for _, relation in scope.sources):
            continue
        columns: list[exp.Expr] = []
        for expression in select.expressions:
            columns += _columns(expression, scope) if is_star(expression) else [expression]
        select.set("expressions", columns)


def _columns(star: exp.Expr, scope: Scope) -> list[exp.Expr]:
    wanted = star.table.lower() if isinstance(star, exp.Column) else ""
    if scope.merged and not wanted:
        raise InvalidStatementError("Name the columns in place of * over NATURAL JOIN or JOIN with USING.")
    columns: list[exp.Expr] = []
    for alias, relation in scope.sources:
        if wanted and alias != wanted:
            continue
        if relation.unlisted:
            columns += [exp.column(name, table=alias, quoted=True) for name, _ in relation.columns or ()]
        elif alias:
            columns.append(exp.Column(this=exp.Star(), table=exp.to_identifier(alias, quoted=True)))
        else:
            raise InvalidStatementError("Name the columns in place of * over a subquery without a name.")
    return columns
