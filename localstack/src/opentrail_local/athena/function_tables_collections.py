"""Signatures of arrays, maps and rows."""
# ruff: noqa: E501 - a signature is one line, however long

COLLECTIONS = r"""
cardinality(array(T)) -> bigint :: len({0})
cardinality(map(K, V)) -> bigint :: CAST(cardinality({0}) AS BIGINT)
element_at(array(T), bigint) -> T :: t_element_at({0}, {1})
element_at(map(K, V), K) -> V :: {0}[{1}]
contains(array(T), T) -> boolean :: t_array_contains({0}, {1})
contains_sequence(array(T), array(T)) -> boolean :: t_contains_sequence({0}, {1})
array_distinct(array(T)) -> array(T) :: t_array_distinct({0})
array_sort(array(O)) -> array(O) :: list_sort({0}, 'ASC', 'NULLS LAST')
array_max(array(O)) -> O :: CASE WHEN len(list_filter({0}, lambda x: x IS NULL)) = 0 THEN list_max({0}) END
array_min(array(O)) -> O :: CASE WHEN len(list_filter({0}, lambda x: x IS NULL)) = 0 THEN list_min({0}) END
array_position(array(T), T) -> bigint :: CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN coalesce(list_position({0}, {1}), 0) END
array_remove(array(T), T) -> array(T) :: list_filter({0}, lambda x: x <> {1})
array_join(array(T), varchar) -> varchar :: array_to_string(list_filter({0:text}, lambda x: x IS NOT NULL), {1})
array_join(array(T), varchar, varchar) -> varchar :: array_to_string(list_transform({0:text}, lambda x: coalesce(x, {2})), {1})
array_union(array(T), array(T)) -> array(T) :: t_array_distinct(t_array_concat({0}, {1}))
array_intersect(array(T), array(T)) -> array(T) :: t_array_intersect({0}, {1})
array_except(array(T), array(T)) -> array(T) :: t_array_except({0}, {1})
array_first(array(T)) -> T :: {0}[1]
array_last(array(T)) -> T :: {0}[-1]
arrays_overlap(array(T), array(T)) -> boolean :: list_has_any({0}, {1})
array_sum(array(double)) -> double :: coalesce(list_sum({0}), 0)
array_average(array(double)) -> double :: list_avg({0})
array_frequency(array(T)) -> map(T, bigint) :: t_counted({0})
array_histogram(array(T)) -> map(T, bigint) :: t_counted({0})
flatten(array(array(T))) -> array(T) :: flatten({0})
repeat(T, bigint) -> array(T) :: list_transform(range(CAST({1} AS BIGINT)), lambda i: {0})
sequence(bigint, bigint) -> array(bigint) :: t_sequence({0}, {1})
sequence(bigint, bigint, bigint) -> array(bigint) :: generate_series({0}, {1}, {2})
sequence(date, date, interval) -> array(date) :: list_transform(generate_series(CAST({0} AS TIMESTAMP), CAST({1} AS TIMESTAMP), {2}), lambda d: CAST(d AS DATE))
sequence(date, date) -> array(date) :: list_transform(generate_series(CAST({0} AS TIMESTAMP), CAST({1} AS TIMESTAMP), INTERVAL 1 DAY), lambda d: CAST(d AS DATE))
sequence(timestamp, timestamp, interval) -> array(timestamp) :: generate_series({0}, {1}, {2})
slice(array(T), bigint, bigint) -> array(T) :: t_slice({0}, {1}, {2})
trim_array(array(T), bigint) -> array(T) :: list_slice({0}, 1, len({0}) - {1})
shuffle(array(T)) -> array(T) :: list_sort({0})
zip(array(T), array(R)) -> array(row(T, R)) :: list_transform(list_zip({0}, {1}), lambda z: {'field0': z[1], 'field1': z[2]})
zip_with(array(T), array(R), function(T, R, V)) -> array(V) :: list_transform(list_zip({0}, {1}), lambda z: {2|z[1],z[2]})
filter(array(T), function(T, boolean)) -> array(T) :: list_filter({0}, {1})
transform(array(T), function(T, R)) -> array(R) :: list_transform({0}, {1})
reduce(array(T), S, function(S, T, S), function(S, R)) -> R :: t_first(list_transform([list_reduce(list_transform({0}, lambda y: {'s': CAST(NULL AS {S}), 'x': y}), lambda q, w: {'s': CAST({2|q.s,w.x} AS {S}), 'x': w.x}, {'s': CAST({1} AS {S}), 'x': CAST(NULL AS {T})})], lambda q: {3|q.s}))
any_match(array(T), function(T, boolean)) -> boolean :: t_any(list_transform({0}, {1}))
all_match(array(T), function(T, boolean)) -> boolean :: t_all(list_transform({0}, {1}))
none_match(array(T), function(T, boolean)) -> boolean :: (NOT t_any(list_transform({0}, {1})))
map() -> map(T, R) :: MAP {}
map(array(K), array(V)) -> map(K, V) :: map({0}, {1})
map_keys(map(K, V)) -> array(K) :: map_keys({0})
map_values(map(K, V)) -> array(V) :: map_values({0})
map_entries(map(K, V)) -> array(row(K, V)) :: list_transform(map_entries({0}), lambda n: {'field0': n.key, 'field1': n.value})
map_from_entries(array(row(K, V))) -> map(K, V) :: map_from_entries(list_transform({0}, lambda n: {'key': struct_extract_at(n, 1), 'value': struct_extract_at(n, 2)}))
map_concat(map(K, V), map(K, V)...) -> map(K, V) :: map_concat({*})
map_filter(map(K, V), function(K, V, boolean)) -> map(K, V) :: map_from_entries(list_filter(map_entries({0}), lambda n: {1|n.key,n.value}))
transform_values(map(K, V), function(K, V, R)) -> map(K, R) :: map_from_entries(list_transform(map_entries({0}), lambda n: {'key': n.key, 'value': {1|n.key,n.value}}))
transform_keys(map(K, V), function(K, V, R)) -> map(R, V) :: map_from_entries(list_transform(map_entries({0}), lambda n: {'key': {1|n.key,n.value}, 'value': n.value}))
"""
