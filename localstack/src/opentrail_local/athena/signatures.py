"""All signatures, by function name."""

from __future__ import annotations

from opentrail_local.athena import function_tables, function_tables_collections, function_tables_time
from opentrail_local.athena.functions import table

# Trino's, but not here: a query that calls one must not be told that there is no such function.
NOT_HERE = frozenset(
    {
        *("approx_most_frequent", "approx_set", "bitwise_right_shift_arithmetic", "checksum"),
        *("combinations", "cosine_similarity", "from_big_endian_32", "from_big_endian_64"),
        *("from_iso8601_timestamp_nanos", "json_array", "json_exists", "json_object", "luhn_check"),
        *("map_top_n", "map_union", "map_zip_with", "merge", "multimap_from_entries", "murmur3"),
        *("ngrams", "numeric_histogram", "parse_data_size", "qdigest_agg", "quantile_at_value"),
        *("reduce_agg", "split_to_multimap", "spooky_hash_v2_32", "spooky_hash_v2_64", "tdigest_agg"),
        *("timezone", "timezone_hour", "timezone_minute", "to_big_endian_32", "to_big_endian_64"),
        *("value_at_quantile", "values_at_quantiles", "word_stem", "xxhash64", "current_user", "version"),
        *("st_contains", "st_distance", "st_point", "to_geometry"),
    }
)
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
