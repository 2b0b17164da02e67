-- TIME is off in Spark 4.2 unless asked for.
--SET spark.sql.timeType.enabled=true
time'12:34:56', time'12:34:56.123456', time'1:2:3', time'00:00:00', time'23:59:59.999999', time'12:30', time'T12:34:56', time'12:34:56.1'
time'24:00:00'
time'12:60:00'
time'abc'
time'12'
time'12:34:56.1234567'
time'12:34:56 PM', time'01:02:03 am', time'12:00 AM'
time'13:00:00 PM'
cast('12:34:56.123456' as time), cast('12:34:56.123456' as time(0)), cast('12:34:56.123456' as time(3)), cast('12:34:56.999999' as time(2)), cast(' 12:34:56 ' as time), cast('12:34' as time(0)), cast(null as time)
cast('12:34:56.1234567' as time(6))
cast('xx' as time)
cast('25:00:00' as time(0))
cast('' as time)
cast('1:1:1' as time), cast('T1:1:1' as time)
try_cast('xx' as time), try_cast('12:34:56' as time(0)), try_cast('25:61:00' as time)
cast(time'12:34:56' as string), cast(time'12:34:56.120000' as string), cast(cast('12:34:56.123' as time(3)) as string), cast(cast('12:34:56' as time(0)) as string), cast(time'00:00:00' as string), cast(time'00:00:00.000001' as string)
cast(time'12:34:56.789' as int), cast(time'12:34:56.789' as bigint), cast(time'12:34:56.789' as decimal(14,9)), cast(time'12:34:56.789' as decimal(10,2)), cast(time'12:34:56.789' as decimal(38,10)), cast(time'12:34:56.789' as decimal(5,0)), cast(cast('12:34:56' as time(0)) as decimal(14,6))
cast(t as int), cast(t as bigint), cast(t as smallint), cast(t as tinyint), cast(t as decimal(14,9)), cast(t as decimal(10,2)) from values (time'00:01:07.789'), (null), (time'00:00:00') v(t)
cast(time'12:34:56.789' as double)
cast(time'12:34:56.789' as float)
try_cast(time'12:34:56.789' as double)
cast(time'00:01:07.789' as tinyint), cast(time'00:34:56.789' as smallint)
cast(time'12:34:56.789' as tinyint)
cast(time'12:34:56.789' as smallint)
try_cast(time'12:34:56.789' as tinyint), try_cast(time'12:34:56.789' as smallint)
cast(time'12:34:56.789' as decimal(5,2))
try_cast(time'12:34:56.789' as decimal(5,2)), try_cast(time'12:34:56.789' as decimal(2,0))
cast(time'12:34:56' as boolean)
cast(time'12:34:56' as timestamp) > timestamp'2000-01-01'
cast(time'12:34:56' as timestamp_ntz) > timestamp_ntz'2000-01-01'
cast(time'12:34:56' as date)
cast(time'12:34:56' as binary)
cast(123 as time)
cast(date'2020-01-01' as time)
cast(timestamp'2020-01-01 12:34:56.789123' as time)
cast(timestamp_ntz'2020-01-01 12:34:56.789123' as time)
try_cast(timestamp_ntz'2020-01-01 12:34:56.789123' as time)
cast(X'3132' as time)
cast(true as time)
cast(cast('12:34:56.789123' as time(0)) as time(6)), cast(cast('12:34:56.789123' as time(6)) as time(1)), cast(array(time'12:34:56.789123') as array<time(0)>), cast(array('12:34') as array<time>), cast(array(time'12:34') as array<string>)
cast(time'12:34:56.789123' as time(0)), cast(time'12:34:56.789123' as time(3)), cast(cast(time'12:34:56.789123' as time(0)) as time(6))
cast(interval '1' hour as time)
cast(time'12:34:56' as interval hour to second)
time'12:34:56'::time(7)
cast('12:34:56' as time(-1))
cast('12:34:56' as time without time zone), cast('12:34:56' as time(3) without time zone)
time'12:00:00' < time'13:00:00', time'12:00:00' = time'12:00:00.000000', time'12:00:00' <=> null, time'12:00:00' between time'11:00:00' and time'13:00:00', time'12:00:00' in (time'12:00:00', time'13:00:00'), time'12:00:00' != time'12:00:00', time'12:00:00' >= null
time'12:00:00' = cast('12:00:00' as time(0))
time'12:00:00' in (cast('12:00:00' as time(0)))
time'12:00:00' between '11:00:00' and time'13:00:00'
time'12:00:00' = '12:00:00', time'12:00:00' > '11:00:00', '13:00:00' < time'12:00:00', time'12:00:00' in ('12:00:00')
time'12:00:00' = 'abc'
time'12:00:00' = 12
time'12:00:00' = timestamp'2020-01-01 12:00:00'
time'12:00:00' = date'2020-01-01'
select t, count(*) from values (time'12:00:00'), (time'11:00:00'), (time'12:00:00'), (null) v(t) group by t order by t
select t from values (time'12:00:00'), (time'11:00:00'), (time'12:00:00.5'), (null) v(t) order by t desc
select min(t), max(t), count(t), count(distinct t), first(t), last(t), any_value(t), mode(t), max_by(t, t), collect_list(t), collect_set(t), approx_count_distinct(t) from values (time'12:00:00'), (time'11:00:00'), (null) v(t)
select sum(t) from values (time'12:00:00') v(t)
select avg(t) from values (time'12:00:00') v(t)
select percentile(t, 0.5) from values (time'12:00:00') v(t)
select approx_percentile(t, 0.5) from values (time'12:00:00') v(t)
select median(t) from values (time'12:00:00') v(t)
select distinct t from values (time'12:00:00'), (time'12:00:00') v(t)
hash(time'12:34:56'), xxhash64(time'12:34:56'), hash(time'12:34:56.123456'), xxhash64(time'12:34:56.123456'), hash(cast(time'12:34:56' as time(0))), hash(cast(null as time)), hash(array(time'01:02:03')), xxhash64(named_struct('a', time'01:02:03'))
greatest(time'12:00:00', time'13:00:00'), least(time'12:00:00', time'13:00:00', null), coalesce(null, time'12:00:00'), nullif(time'12:00:00', time'12:00:00'), case when false then time'12:00:00' else time'13:00:00' end
if(true, time'12:00:00', cast(time'13:00:00' as time(0)))
coalesce(time'12:00:00', cast(time'13:00:00' as time(0)))
case when true then time'12:00:00' else cast(time'13:00:00' as time(0)) end
greatest(time'12:00:00', '13:00:00')
array(time'12:00:00', time'11:00:00'), map('a', time'12:00:00'), struct(time'12:00:00' as t), map(time'12:00:00', 1), sort_array(array(time'12:00:00', time'11:00:00')), array_max(array(time'12:00:00', time'11:00:00')), array_contains(array(time'12:00:00'), time'12:00:00'), explode(array(time'12:00:00', time'11:00:00'))
array(time'12:00:00', cast('11:00:00.123' as time(3)))
cast(array(time'12:00:00', null) as string), cast(map('a', time'12:00:00.5') as string), cast(struct(time'12:00:00', 1) as string)
hour(time'12:34:56.789'), minute(time'12:34:56.789'), second(time'12:34:56.789'), hour(cast('12:34:56' as time(0)))
hour(t), minute(t), second(t), extract(second from t) from values (time'12:34:56.789'), (null) v(t)
extract(hour from time'12:34:56.789'), extract(minute from time'12:34:56.789'), extract(second from time'12:34:56.789'), date_part('second', time'12:34:56.789123'), date_part('seconds', cast('12:34:56.789' as time(2))), datepart('h', time'12:34:56.789'), extract(mins from time'12:34:56')
extract(day from time'12:34:56')
extract(microsecond from time'12:34:56')
extract(millisecond from time'12:34:56')
date_part('xx', time'12:34:56')
day(time'12:34:56')
year(time'12:34:56')
current_time() = current_time(), current_time = current_time(6), typeof(current_time), typeof(current_time(0)), typeof(current_time(3))
current_time(7)
current_time(-1)
current_time('a')
current_time(1 + 1) is null
make_time(6, 30, 45.887), make_time(6, 30, 45), make_time(0, 0, 0), make_time(23, 59, 59.999999), make_time(null, 1, 1), make_time(1, 2, '3.5'), make_time('6', '30', 45), make_time(1, 2, 3.5D)
make_time(1, 1, 59.99999999)
make_time('a', 1, 1)
make_time(1, 1, array(1))
make_time(1L, 1, 1)
make_time(1, 1, 99999999999999999.5)
make_time(24, 30, 45)
make_time(6, 60, 45)
make_time(6, 30, 60)
make_time(6, 30, 60.5)
make_time(6, 30, -1)
make_time(-1, 30, 0)
make_time(6, -30, 0)
make_time(6, 30)
make_time(a, b, c) from values (1, 2, 3.5), (null, 1, 1), (23, 59, 0) t(a, b, c)
make_time(a, b, c) from values (1, 2, 3.5), (24, 1, 1) t(a, b, c)
to_time('12:34:56'), to_time('12:34:56.123'), to_time('12.34.56', 'HH.mm.ss'), to_time('00:12:00'), to_time(null), to_time('12:34', null), to_time('10:30 PM', 'hh:mm a'), to_time('123456', 'HHmmss'), to_time('12:34:56.123456', 'HH:mm:ss.SSSSSS')
to_time(' 12:34 '), to_time('1:2:3'), to_time('T12:34'), to_time('01:02:03 PM'), to_time('12:34:56.1234567'), to_time('12:34:56.12', 'HH:mm:ss.SSSSSS'), to_time('12:34:56.123', 'HH:mm:ss.SSS')
to_time('1:2', 'HH:mm')
to_time('1:2', 'H:m')
to_time('24:00', 'kk:mm'), to_time('0:30 am', 'K:mm a')
to_time('10:30', 'hh:mm')
to_time('10:30 CET', 'HH:mm z')
to_time('2024-01-01', 'yyyy-MM-dd')
to_time('12:34:56', '')
to_time('12:34', 'HH:mm[:ss]'), to_time('12:34:56', 'HH:mm[:ss]')
to_time(12, 'HH')
to_time('12:34', 5)
to_time('xx')
to_time('12:34:56', 'HH')
to_time('12.34', 'HH.mm.ss')
to_time('12:34:56', 'yyyy')
to_time('12:34:56', 'foo')
to_time('12-34', 'HH-mm')
to_time('12')
to_time('12', 'HH')
to_time('2024-01-01 12:34:56', 'yyyy-MM-dd HH:mm:ss')
to_time('25:00', 'HH:mm')
to_time(timestamp'2020-01-01 12:34:56')
to_time(12)
to_time(a, b) from values ('12:34', 'HH:mm'), ('12.34.56', 'HH.mm.ss'), (null, 'HH') t(a, b)
to_time(a) from values ('12:34'), ('12:34:56'), (null) t(a)
to_time(a) from values ('12:34'), ('x') t(a)
to_time(a, 'HH:mm') from values ('12:34'), ('x') t(a)
try_to_time('12:34:56'), try_to_time('xx'), try_to_time('12.34.56', 'HH.mm.ss'), try_to_time('12.34', 'HH.mm.ss'), try_to_time(null), try_to_time('12:34', null)
try_to_time('12:34:56', 'foo')
try_to_time(a) from values ('12:34'), ('x'), (null) t(a)
time_diff('HOUR', time'13:00:00', time'12:00:00'), time_diff('HOUR', time'12:00:00', time'13:59:59'), time_diff('MINUTE', time'12:00:00', time'13:59:59'), time_diff('SECOND', time'12:00:00', time'13:59:59.5'), time_diff('MILLISECOND', time'12:00:00', time'12:00:00.5'), time_diff('MICROSECOND', time'12:00:00', time'12:00:00.5'), time_diff('hour', cast('12:00:00' as time(0)), time'14:00:00'), time_diff('HOUR', null, time'12:00:00'), time_diff(null, time'12:00:00', time'12:00:00')
time_diff('DAY', time'12:00:00', time'13:59:59')
time_diff('xx', time'12:00:00', time'13:59:59')
time_diff('HOUR', '12:00:00', time'13:59:59')
time_diff('HOUR', 1, time'13:59:59')
time_diff(u, a, b) from values ('HOUR', time'12:00:00', time'15:30:00'), ('SECOND', time'12:00:00', time'15:30:00'), (null, time'12:00:00', time'15:30:00') t(u, a, b)
time_diff(u, a, b) from values ('DAY', time'12:00:00', time'15:30:00') t(u, a, b)
time_trunc('HOUR', time'12:34:56.789123'), time_trunc('MINUTE', time'12:34:56.789123'), time_trunc('SECOND', time'12:34:56.789123'), time_trunc('MILLISECOND', time'12:34:56.789123'), time_trunc('MICROSECOND', time'12:34:56.789123'), time_trunc('hour', cast('12:34:56' as time(0))), time_trunc('HOUR', null), time_trunc(null, time'12:34:56')
time_trunc('DAY', time'12:34:56')
time_trunc('xx', time'12:34:56')
time_trunc('HOUR', '12:34:56')
time_trunc('HOUR', 1)
time_trunc(u, a) from values ('HOUR', time'12:34:56'), ('minute', time'12:34:56') t(u, a)
time_trunc(u, a) from values ('DAY', time'12:34:56') t(u, a)
time_from_seconds(0), time_from_seconds(52200), time_from_seconds(86399), time_from_seconds(52200.5), time_from_seconds(1.123456789), time_from_seconds(cast(1.5 as double)), time_from_seconds(cast(1.5 as float)), time_from_seconds(null), time_from_seconds(86399.999999), time_from_seconds(cast(5 as tinyint))
time_from_seconds(86400)
time_from_seconds(-1)
time_from_seconds(86400.5)
time_from_seconds('1')
time_from_seconds('a')
time_from_seconds(double('NaN'))
time_from_seconds(double('Infinity'))
time_from_seconds(a) from values (1), (86399) t(a)
time_from_millis(0), time_from_millis(52200500), time_from_millis(86399999), time_from_millis(null), time_from_millis(cast(5 as tinyint))
time_from_millis(86400000)
time_from_millis(-1)
time_from_millis(1.5)
time_from_millis('5')
time_from_micros(0), time_from_micros(52200500000), time_from_micros(86399999999), time_from_micros(null)
time_from_micros(86400000000)
time_from_micros(-1)
time_from_micros(1.5)
time_to_seconds(time'14:30:00'), time_to_seconds(time'14:30:00.5'), time_to_seconds(time'23:59:59.999999'), time_to_seconds(cast('14:30:00' as time(0))), time_to_seconds(null)
time_to_millis(time'14:30:00'), time_to_millis(time'14:30:00.5'), time_to_millis(time'23:59:59.999999'), time_to_millis(null)
time_to_micros(time'14:30:00'), time_to_micros(time'14:30:00.5'), time_to_micros(time'23:59:59.999999'), time_to_micros(null)
time_to_seconds('14:30:00')
time_to_millis(1)
time'12:00:00' + interval '1 01:02:03.123' day to second
time'12:00:00' + interval '1 01:02' day to minute
time'12:00:00' - interval '13:00' hour to minute
time'12:00:00' + interval '720' minute
t + i from values (time'12:00:00', interval '1:30' minute to second), (null, interval '1:30' minute to second) v(t, i)
t + i, t - i, i + t from values (time'12:00:00', interval '0 01:30:00.5' day to second), (time'12:00:00', null) v(t, i)
t + i from values (time'12:00:00', interval '0 13:30:00.5' day to second) v(t, i)
t - i from values (time'12:00:00', interval '0 13:30:00.5' day to second) v(t, i)
cast('12:00:00' as time(3)) + interval '1:30.5' minute to second, cast('12:00:00' as time(0)) + interval '0 01:00' day to minute
cast('12:00:00' as time(0)) - interval '13' hour
interval '1' hour - time'12:00:00'
time'12:00:00' - interval '1' month
time'12:00:00' - date'2020-01-01'
time'12:00:00' - timestamp'2020-01-01'
timestamp'2020-01-01' - time'12:00:00'
date'2020-01-01' - time'12:00:00'
time'12:00:00' + interval '1' hour, interval '1:30' hour to minute + time'12:00:00', time'12:00:00' - interval '1' second, cast('12:00:00' as time(0)) + interval '1' hour, cast('12:00:00' as time(0)) + interval '1.5' second, cast('12:00:00' as time(3)) - interval '1' minute, time'12:00:00' + cast(null as interval hour)
time'23:00:00' + interval '1' hour
time'00:00:00' - interval '1' second
time'12:00:00' + interval '1' day
time'12:00:00' + interval '1' year
time'12:00:00' + 1
time'12:00:00' + interval '1' hour '1' minute
time'12:00:00' + make_interval(0,0,0,0,1)
time'12:00:00' - time'11:00:00', time'11:00:00' - time'12:00:00.5', cast('12:00:00' as time(0)) - cast('10:00:00' as time(3)), time'12:00:00' - null, null - time'12:00:00'
time'12:00:00' - '11:00:00'
time'12:00:00' - 1
time'12:00:00' + time'12:00:00'
time'12:00:00' * 2
- time'12:00:00'
null + time'12:00:00'
date'2020-01-01' + time'12:34:56'
time'12:34:56' + date'2020-01-01'
timestamp'2020-01-01 00:00:00' + time'12:34:56'
make_timestamp(date'2020-01-01', time'12:34:56.789'), make_timestamp_ntz(date'2020-01-01', time'12:34:56.789'), make_timestamp_ltz(date'2020-01-01', time'12:34:56.789'), make_timestamp(date'2020-01-01', time'12:34:56', 'CET'), make_timestamp_ltz(date'2020-01-01', time'12:34:56', 'CET'), make_timestamp(date'2020-01-01', null)
try_make_timestamp(date'2020-01-01', time'12:34:56.789'), try_make_timestamp_ntz(date'2020-01-01', time'12:34:56.789'), try_make_timestamp_ltz(date'2020-01-01', time'12:34:56', 'CET')
date_format(time'12:34:56.789', 'HH:mm:ss')
to_char(time'12:34:56.789', 'HH:mm')
to_varchar(time'12:34:56.789', 'HH:mm:ss')
to_json(struct(time'12:34:56.789' as t))
from_json('{"t": "12:34:56.789"}', 't time'), from_json('{"t": "12:34:56.789"}', 't time(3)'), from_json('{"t": 5}', 't time'), from_json('{"t": null}', 't time')
from_json('{"t": "12:34:56.789"}', 't time(0)'), from_json('{"t": "x"}', 't time'), from_json('{"t": ["1:2", "12:34"]}', 't array<time>')
unix_timestamp(1)
to_timestamp(1), to_timestamp(1.5), try_to_timestamp(2), to_timestamp_ltz(3)
to_date(1)
to_timestamp_ntz(1)
to_date(true)
try_to_date(5), try_to_date(true), try_to_date(time'12:34:56'), try_to_timestamp(time'12:34') > timestamp'2020-01-01'
to_date(1, 'yyyy')
to_timestamp(time'12:34', 'HH:mm:ss')
to_timestamp(time'12:34', 'HH:mm')
schema_of_json('{"t": "12:34:56"}')
typeof(time'12:34:56'), typeof(cast('12:34:56' as time(0))), typeof(array(time'12:34:56')), typeof(make_time(1,2,3)), typeof(to_time('12:34')), typeof(time'12:00:00' - time'11:00:00'), typeof(time'12:00:00' + interval '1' hour)
select cast(t as time(0)) from values (time'12:34:56.789'), (null) v(t)
select * from values (time'12:34:56') v(t) union all select cast('11:00:00' as time(0))
select * from values (time'12:34:56', 1), (time'11:00:00', 2) v(t, i) where t > time'11:30:00'
select * from values (time'12:34:56', 1), (cast('11:00:00' as time(2)), 2) v(t, i)
select * from values (time'12:34:56') v(t) union all select time'11:00:00'
select a.t from values (time'12:34:56') a(t) join values (time'12:34:56') b(t) on a.t = b.t
select a.t from values (time'12:34:56') a(t) join values (cast('12:34:56' as time(0))) b(t) on a.t = b.t
select row_number() over (order by t), lag(t) over (order by t), min(t) over (order by t) from values (time'12:34:56'), (time'11:00:00') v(t)
select sum(1) over (order by t range between interval '1' hour preceding and current row) from values (time'12:34:56'), (time'12:00:00') v(t)
select sequence(time'12:00:00', time'13:00:00')
select sequence(time'12:00:00', time'13:00:00', interval '30' minute)
concat(time'12:00:00', 'a'), time'12:00:00' || 'x', length(time'12:00:00'), upper(time'12:00:00'), format_string('%s', time'12:00:00')
unix_timestamp(time'12:00:00')
date_trunc('hour', time'12:34:56')
hour(to_timestamp(time'12:34:56'))
to_date(time'12:34:56')
nvl(cast(null as time), '12:00:00')
coalesce(time'12:00:00', 'a')
if(true, time'12:00:00', '11:00:00')
time_bucket(interval '15' minute, time'12:34:56')
date'2020-01-01'::time
isnotnull(time'12:00:00'), isnull(cast(null as time)), time'12:00:00' is not null
assert_true(time'12:00:00' < time'13:00:00')
--SET spark.sql.session.timeZone=America/Los_Angeles
make_timestamp(date'2020-07-01', time'12:34:56.789'), make_timestamp(date'2020-03-08', time'02:30:00'), typeof(current_time), make_timestamp_ntz(date'2020-07-01', time'12:34:56.789')
--RESET
--SET spark.sql.timeType.enabled=true
--SET spark.sql.ansi.enabled=false
cast('xx' as time), cast('25:00:00' as time), make_time(6, 30, 45)
cast(time'12:34:56.789' as tinyint), cast(time'12:34:56.789' as smallint), cast(time'12:34:56.789' as decimal(5,2)), cast(time'12:34:56.789' as int)
make_time(24, 30, 45)
make_time(a, 30, 45) from values (24), (1) t(a)
to_time('xx')
to_time('xx', 'HH')
time'23:00:00' + interval '1' hour
time_from_seconds(86400)
time'12:00:00' = '12:00:00', time'12:00:00' = 'abc'
time_trunc('DAY', time'12:34:56')
time_diff('DAY', time'12:34:56', time'12:34:56')
cast(1 as time)
cast(time'12:34:56' as boolean)
--RESET
--SET spark.sql.timeType.enabled=false
time'12:34:56'
cast('12:34:56' as time)
cast(cast('12:34:56' as time) as string)
hour(time'12:34:56')
cast(time'12:34:56' as int)
array(time'12:34:56')
select 1 from (select time'12:34:56' as t)
make_time(1,2,3)
hour(make_time(1,2,3))
current_time()
to_time('12:34')
--RESET
--SET spark.sql.timeType.enabled=true
time(null)
time(cast(null as string))
time(timestamp'2020-01-01 10:11:12')
time(time'10:11:12')
time(cast('10:11:12.123456' as time(3)))
time('10:11:12', 'x')
time(1.5)
time(date'2020-01-01')
time('25:00')
typeof(time('10:00'))
a, time(a) from values ('10:11'), (null) t(a)
`time`('10:00')
time ('10:00')
try_to_time(interval '1' day)
try_to_time(array('10:00'))
try_to_time('10:00', 5)
to_time(5)
to_time(date'2020-01-01', 'HH')
make_time(null, 99, 1)
make_time(a, 99, 1) from values (null), (1) t(a)
make_time(1, 1, 1e15D)
make_time(1, 1, a) from values (1e15D) t(a)
time_from_seconds(a) from values (9223372037L) t(a)
time_from_seconds(a) from values (1e12D) t(a)
time_from_seconds(cast(-1.5 as decimal(38,18)))
time_from_seconds(cast(9e20 as decimal(38,9)))
time_from_millis(-9223372036855)
time_from_micros(-1)
time_from_seconds(float('NaN'))
time'10:00:00' + interval '106751' day
time'10:00:00' - interval '106752' day
time'10:00:00' + make_dt_interval(a) from values (106752), (0) t(a)
hour(time'10:00:00', 'x')
minute(time'10:00:00', array(1), 2)
second(null, 1)
hour(cast(null as time), 1)
--RESET
