"""All signatures, by function name."""

from __future__ import annotations

from opentrail_local.athena import function_tables, function_tables_collections, function_tables_time
from opentrail_local.athena.functions import table

AGGREGATES = table(function_tables_time.AGGREGATES)
WINDOWS = table(function_tables_time.WINDOWS)
SCALARS = {
    **table(function_tables.TEXT),
    **table(function_tables.JSON),
    **table(function_tables.NUMBERS),
    **table(function_tables.BYTES),
    **table(function_tables_time.TIME),
}
for _name, _signatures in table(function_tables_collections.COLLECTIONS).items():
    SCALARS.setdefault(_name, []).extend(_signatures)
