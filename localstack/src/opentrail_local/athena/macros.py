"""Trino's functions as DuckDB macros: those whose types vary with their arguments, or that DuckDB nearly has."""
# ruff: noqa: E501 - a macro reads best where its parts are together


def _or_fail(condition: str, text: str, value: str) -> str:
    """The value, or the query's end where the condition holds. The text is a constant: t_fail runs only there."""
    return f"CASE WHEN {condition} THEN t_never(t_fail('{text}'), {value}) ELSE {value} END"


_ZERO = "DIVISION_BY_ZERO: Division by zero"

MACROS: tuple[str, ...] = (
    # An error has no type of its own: this one has that of `value`, and ends the query while it reckons the place.
    "t_never(text, value) AS [value][length(text)]",
    "t_blanks() AS ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)",
    f"t_divide(a, b) AS {_or_fail('b = 0', _ZERO, 'a // nullif(b, 0)')}",
    f"t_modulo(a, b) AS {_or_fail('b = 0', _ZERO, 'a % nullif(b, 0)')}",
    # Doubles follow IEEE 754 in Trino: no error.
    "t_divide_double(a, b) AS CASE WHEN b = 0 THEN CASE WHEN a = 0 OR isnan(a) THEN CAST('NaN' AS DOUBLE) "
    "WHEN a > 0 THEN CAST('Infinity' AS DOUBLE) ELSE CAST('-Infinity' AS DOUBLE) END ELSE a / b END",
    "t_modulo_double(a, b) AS CASE WHEN b = 0 THEN CAST('NaN' AS DOUBLE) ELSE fmod(a, b) END",
    f"t_divide_decimal(a, b, s) AS {_or_fail('b = 0', _ZERO, 'round(CAST(a AS DOUBLE) / CAST(nullif(b, 0) AS DOUBLE), s)')}",
    f"t_modulo_decimal(a, b, s) AS {_or_fail('b = 0', _ZERO, 'a % nullif(b, 0)')}",
    "t_round_second(t) AS date_trunc('second', t + INTERVAL 500 MILLISECOND)",
    "t_round_millisecond(t) AS date_trunc('millisecond', t + INTERVAL 500 MICROSECOND)",
    "t_elapsed(a, b) AS to_microseconds(date_diff('microsecond', b, a))",
    "t_to_timestamptz(x) AS timezone('UTC', t_to_timestamptz_utc(x))",
    "t_from_unixtime(x) AS timezone('UTC', t_from_unixtime_utc(x))",
    "t_date_trunc(u, t) AS date_trunc(t_unit(u), CAST(t AS TIMESTAMP))",
    "t_date_add(u, n, t) AS t + CASE t_unit(u) WHEN 'millisecond' THEN to_milliseconds(n) WHEN 'second' THEN to_seconds(n) "
    "WHEN 'minute' THEN to_minutes(n) WHEN 'hour' THEN to_hours(n) WHEN 'day' THEN to_days(CAST(n AS INTEGER)) "
    "WHEN 'week' THEN to_days(CAST(7 * n AS INTEGER)) WHEN 'month' THEN to_months(CAST(n AS INTEGER)) "
    "WHEN 'quarter' THEN to_months(CAST(3 * n AS INTEGER)) ELSE to_years(CAST(n AS INTEGER)) END",
    "t_concat_text(a) AS CASE WHEN len(list_filter(a, lambda x: x IS NULL)) = 0 THEN array_to_string(a, '') END",
    # Arrays.
    "t_array_concat(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN list_concat(a, b) END",
    "t_array_concat_all(a) AS CASE WHEN len(list_filter(a, lambda x: x IS NULL)) = 0 THEN flatten(a) END",
    "t_array_contains(a, v) AS CASE WHEN a IS NULL OR v IS NULL THEN NULL WHEN list_contains(a, v) THEN TRUE "
    "WHEN len(list_filter(a, lambda x: x IS NULL)) > 0 THEN NULL ELSE FALSE END",
    "t_array_distinct(a) AS list_filter(a, lambda x, i: CASE WHEN x IS NULL "
    "THEN len(list_filter(a[1:i-1], lambda y: y IS NULL)) = 0 ELSE list_position(a, x) = i END)",
    "t_array_intersect(a, b) AS list_filter(t_array_distinct(a), lambda x: list_contains(b, x))",
    "t_array_except(a, b) AS CASE WHEN b IS NOT NULL THEN "
    "list_filter(t_array_distinct(a), lambda x: NOT coalesce(list_contains(b, x), FALSE)) END",
    "t_contains_sequence(a, b) AS len(list_filter(range(1, len(a) - len(b) + 2), lambda i: a[i:i + len(b) - 1] = b)) > 0",
    "t_slice(a, s, n) AS "
    + _or_fail(
        "n < 0",
        "INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0",
        "CASE WHEN s > 0 THEN list_slice(a, s, s + n - 1) WHEN -s > len(a) THEN a[2:1] "
        "ELSE list_slice(a, len(a) + s + 1, len(a) + s + n) END",
    ),
    "t_sequence(a, b) AS CASE WHEN a <= b THEN generate_series(a, b) ELSE generate_series(a, b, -1) END",
    "t_any(a) AS CASE WHEN a IS NULL THEN NULL WHEN list_contains(a, TRUE) THEN TRUE "
    "WHEN len(list_filter(a, lambda x: x IS NULL)) > 0 THEN NULL ELSE FALSE END",
    "t_all(a) AS CASE WHEN a IS NULL THEN NULL WHEN list_contains(a, FALSE) THEN FALSE "
    "WHEN len(list_filter(a, lambda x: x IS NULL)) > 0 THEN NULL ELSE TRUE END",
    "t_first(a) AS a[1]",
    "t_array_at(a, i) AS CASE WHEN a IS NULL OR i IS NULL THEN NULL "
    "WHEN i = 0 THEN t_never(t_fail('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1'), a[1]) "
    "WHEN i < 0 THEN t_never(t_fail('INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || i), a[1]) "
    "WHEN i > len(a) THEN t_never(t_fail('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to "
    "array length: ' || i || ' > ' || len(a)), a[1]) ELSE a[i] END",
    "t_element_at(a, i) AS CASE WHEN i = 0 THEN t_never(t_fail('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1'), "
    "a[1]) ELSE a[i] END",
    # Maps.
    "t_map_at(m, k) AS CASE WHEN m IS NULL OR k IS NULL THEN NULL WHEN map_contains(m, k) THEN m[k] "
    "ELSE t_never(t_fail('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || k), m[k]) END",
    "t_keyed(e) AS list_filter(e, lambda x, i: x.key IS NOT NULL AND "
    "list_position(list_transform(e, lambda y: y.key), x.key) = i)",
    "t_map_agg(e) AS map_from_entries(t_keyed(e))",
    "t_multimap(e) AS map_from_entries(list_transform(t_keyed(e), lambda x: {'key': x.key, "
    "'value': list_transform(list_filter(e, lambda y: y.key = x.key), lambda z: z.value)}))",
    "t_counted(a) AS map_from_entries(list_transform(t_array_distinct(list_filter(a, lambda x: x IS NOT NULL)), "
    "lambda y: {'key': y, 'value': CAST(len(list_filter(a, lambda z: z = y)) AS BIGINT)}))",
)
