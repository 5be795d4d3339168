"""Signatures of times, aggregates and windows."""

TIME = r"""
now() -> tstz :: {now}
date(timestamp) -> date :: CAST({0} AS DATE)
date(tstz) -> date :: CAST({0:local} AS DATE)
date(date) -> date :: {0}
date(varchar) -> date :: t_to_date({0})
date_parse(varchar, varchar) -> timestamp :: t_date_parse({0}, {1})
date_format(timestamp, varchar) -> varchar :: t_date_format({0}, {1})
date_format(tstz, varchar) -> varchar :: t_date_format({0:local}, {1})
format_datetime(timestamp, varchar) -> varchar :: t_format_datetime({0}, {1}, 'UTC')
format_datetime(tstz, varchar) -> varchar :: t_format_datetime({0:local}, {1}, {0:zone})
parse_datetime(varchar, varchar) -> tstz :: timezone('UTC', t_parse_datetime({0}, {1}))
from_iso8601_timestamp(varchar) -> tstz :: timezone('UTC', t_from_iso8601({0}))
from_iso8601_date(varchar) -> date :: CAST(t_from_iso8601({0}) AS DATE)
to_iso8601(date) -> varchar :: CAST({0} AS VARCHAR)
to_iso8601(timestamp) -> varchar :: strftime({0}, '%Y-%m-%dT%H:%M:%S.%g')
to_iso8601(tstz) -> varchar :: t_iso8601({0:local}, {0:zone})
from_unixtime(double) -> tstz :: t_from_unixtime({0})
to_unixtime(timestamp) -> double :: epoch({0})
to_unixtime(tstz) -> double :: epoch({0})
from_unixtime_nanos(bigint) -> tstz :: timezone('UTC', make_timestamp({0} // 1000))
to_milliseconds(interval) -> bigint :: CAST(round(epoch({0}) * 1000) AS BIGINT)
date_trunc(varchar, date) -> date :: CAST(t_date_trunc({0}, {1}) AS DATE)
date_trunc(varchar, timestamp) -> timestamp :: t_date_trunc({0}, {1})
date_trunc(varchar, tstz) -> tstz :: timezone({1:zone}, t_date_trunc({0}, {1:local}))
date_add(varchar, bigint, date) -> date :: CAST(t_date_add({0}, {1}, {2}) AS DATE)
date_add(varchar, bigint, timestamp) -> timestamp :: t_date_add({0}, {1}, {2})
date_add(varchar, bigint, tstz) -> tstz :: t_date_add({0}, {1}, {2})
date_diff(varchar, date, date) -> bigint :: t_date_diff({0}, CAST({1} AS TIMESTAMP), CAST({2} AS TIMESTAMP))
date_diff(varchar, timestamp, timestamp) -> bigint :: t_date_diff({0}, {1}, {2})
date_diff(varchar, tstz, tstz) -> bigint :: t_date_diff({0}, {1:local}, {2:local})
last_day_of_month(date) -> date :: last_day({0})
last_day_of_month(timestamp) -> date :: last_day({0})
year(date) -> bigint :: year({0})
quarter(date) -> bigint :: quarter({0})
month(date) -> bigint :: month({0})
week(date) -> bigint :: week({0})
week_of_year(date) -> bigint :: week({0})
day(date) -> bigint :: day({0})
day_of_month(date) -> bigint :: day({0})
day_of_week(date) -> bigint :: isodow({0})
dow(date) -> bigint :: isodow({0})
day_of_year(date) -> bigint :: dayofyear({0})
doy(date) -> bigint :: dayofyear({0})
year_of_week(date) -> bigint :: isoyear({0})
yow(date) -> bigint :: isoyear({0})
hour(timestamp) -> bigint :: hour({0})
minute(timestamp) -> bigint :: minute({0})
second(timestamp) -> bigint :: second({0})
millisecond(timestamp) -> bigint :: CAST(millisecond({0}) % 1000 AS BIGINT)
parse_duration(varchar) -> interval :: t_parse_duration({0})
"""

AGGREGATES = r"""
count() -> bigint :: count(*){f}
count(T) -> bigint :: count({d}{0}){f}
count_if(boolean) -> bigint :: count(CASE WHEN {0} THEN 1 END){f}
sum(bigint) -> bigint :: CAST(sum({d}{0}){f} AS BIGINT)
sum(decimal) -> decimal :: sum({d}{0}){f}
sum(double) -> double :: sum({d}{0}){f}
sum(interval) -> interval :: to_microseconds(CAST(round(sum({d}epoch({0})){f} * 1000000) AS BIGINT))
avg(decimal) -> decimal :: CAST(avg({d}{0}){f} AS {0:type})
avg(double) -> double :: avg({d}{0}){f}
min(O) -> O :: min({d}{0}){f}
max(O) -> O :: max({d}{0}){f}
min(O, bigint) -> array(O) :: list_slice(list_sort(list({0}) FILTER (WHERE {0} IS NOT NULL)), 1, {1})
max(O, bigint) -> array(O) :: list_slice(list_reverse_sort(list({0}) FILTER (WHERE {0} IS NOT NULL)), 1, {1})
min_by(T, O) -> T :: arg_min_null({0}, {1}){f}
max_by(T, O) -> T :: arg_max_null({0}, {1}){f}
arbitrary(T) -> T :: any_value({0}){f}
any_value(T) -> T :: any_value({0}){f}
array_agg(T) -> array(T) :: list({d}{0}{o}){f}
bool_and(boolean) -> boolean :: bool_and({0}){f}
every(boolean) -> boolean :: bool_and({0}){f}
bool_or(boolean) -> boolean :: bool_or({0}){f}
approx_distinct(T) -> bigint :: count(DISTINCT {0}){f}
approx_distinct(T, double) -> bigint :: count(DISTINCT {0}){f}
approx_percentile(N, double) -> N :: quantile_disc({0}, {1}){f}
approx_percentile(N, array(double)) -> array(N) :: quantile_disc({0}, {1}){f}
stddev(double) -> double :: stddev_samp({d}{0}){f}
stddev_samp(double) -> double :: stddev_samp({d}{0}){f}
stddev_pop(double) -> double :: stddev_pop({d}{0}){f}
variance(double) -> double :: var_samp({d}{0}){f}
var_samp(double) -> double :: var_samp({d}{0}){f}
var_pop(double) -> double :: var_pop({d}{0}){f}
corr(double, double) -> double :: corr({0}, {1}){f}
covar_pop(double, double) -> double :: covar_pop({0}, {1}){f}
covar_samp(double, double) -> double :: covar_samp({0}, {1}){f}
regr_slope(double, double) -> double :: regr_slope({0}, {1}){f}
regr_intercept(double, double) -> double :: regr_intercept({0}, {1}){f}
skewness(double) -> double :: skewness({0}){f}
kurtosis(double) -> double :: kurtosis({0}){f}
geometric_mean(double) -> double :: exp(avg(ln({0})){f})
histogram(T) -> map(T, bigint) :: CAST(histogram({0}){f} AS MAP({T}, BIGINT))
map_agg(K, V) -> map(K, V) :: t_map_agg(list({'key': {0}, 'value': {1}}){f})
multimap_agg(K, V) -> map(K, array(V)) :: t_multimap(list({'key': {0}, 'value': {1}}){f})
bitwise_and_agg(bigint) -> bigint :: bit_and({0}){f}
bitwise_or_agg(bigint) -> bigint :: bit_or({0}){f}
bitwise_xor_agg(bigint) -> bigint :: bit_xor({0}){f}
entropy(bigint) -> double :: entropy({0}){f}
"""

WINDOWS = r"""
row_number() -> bigint :: row_number(){f}
rank() -> bigint :: rank(){f}
dense_rank() -> bigint :: dense_rank(){f}
percent_rank() -> double :: percent_rank(){f}
cume_dist() -> double :: cume_dist(){f}
ntile(bigint) -> bigint :: ntile({0}){f}
first_value(T) -> T :: first_value({0}{o}){f}
last_value(T) -> T :: last_value({0}{o}){f}
nth_value(T, bigint) -> T :: nth_value({0}, {1}{o}){f}
lag(T) -> T :: lag({0}{o}){f}
lag(T, bigint) -> T :: lag({0}, {1}{o}){f}
lag(T, bigint, T) -> T :: lag({0}, {1}, {2}{o}){f}
lead(T) -> T :: lead({0}{o}){f}
lead(T, bigint) -> T :: lead({0}, {1}{o}){f}
lead(T, bigint, T) -> T :: lead({0}, {1}, {2}{o}){f}
"""
