"""`*` written out, in statements that name a column which `*` must not show."""

from sqlglot import exp

from opentrail.lake_schema import UNLISTED_COLUMNS
from opentrail.lake_sql.relations import Relation, Relations, is_star
from opentrail.ports.sql_rewriter import InvalidStatementError


def names_unlisted(tree: exp.Expr) -> bool:
    """Whether the statement names a column that `*` leaves out."""
    return any(name.name.lower() in UNLISTED_COLUMNS for name in tree.find_all(exp.Identifier))


def write_out_stars(tree: exp.Expr, relations: Relations) -> None:
    """Replace the stars over stores by the columns they stand for, in place.

    InvalidStatementError where that cannot be done: over JOIN … USING, or beside a relation without a name.
    """
    for select in list(tree.find_all(exp.Select)):
        sources = relations.scope(select).sources
        if not any(relation.unlisted for _, relation in sources):
            continue
        columns: list[exp.Expr] = []
        for expression in select.expressions:
            columns += _columns(expression, select, sources) if is_star(expression) else [expression]
        select.set("expressions", columns)


def _columns(star: exp.Expr, select: exp.Select, sources: list[tuple[str, Relation]]) -> list[exp.Expr]:
    wanted = star.table.lower() if isinstance(star, exp.Column) else ""
    if not wanted and any(join.args.get("using") for join in select.args.get("joins") or ()):
        raise InvalidStatementError("Name the columns in place of * over JOIN with USING.")
    columns: list[exp.Expr] = []
    for alias, relation in sources:
        if wanted and alias != wanted:
            continue
        if relation.unlisted:
            columns += [exp.column(name, table=alias, quoted=True) for name, _ in relation.columns or ()]
        elif alias:
            columns.append(exp.Column(this=exp.Star(), table=exp.to_identifier(alias, quoted=True)))
        else:
            raise InvalidStatementError("Name the columns in place of * over a subquery without a name.")
    return columns
