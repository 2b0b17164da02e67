to_unix_timestamp(date'2024-01-15', f), unix_timestamp(timestamp'2024-01-15 01:02:03', f), to_date(date'2024-01-15', f), to_timestamp(timestamp'2024-01-15 01:02:03', f) from values ('yyyy'), (null), ('x[') t(f)
to_unix_timestamp(date'2024-01-15', 'invalid['), unix_timestamp(timestamp_ntz'2024-01-15 01:02:03', 'invalid['), to_date(date'2024-01-15', 'yyyy'), to_unix_timestamp(date'2024-01-15', cast(null as string))
to_timestamp(cast(null as string), 'qqq'), to_date(cast(null as string), 'qqq'), try_to_timestamp(null, 'qqq')
to_timestamp('2020', 'qqq')
to_timestamp(s, 'qqq') from values ('2020'), (null) t(s)
convert_timezone(null, 'Not/AZone', timestamp_ntz'2024-01-01 00:00:00'), convert_timezone('Not/AZone', null, timestamp_ntz'2024-01-01 00:00:00'), convert_timezone('Not/AZone', 'UTC', cast(null as timestamp_ntz)), convert_timezone(cast(null as string), 'UTC', timestamp_ntz'2024-01-01 00:00:00')
convert_timezone('Not/AZone', 'UTC', timestamp_ntz'2024-01-01 00:00:00')
convert_timezone(a, b, c) from values (null, 'x', timestamp_ntz'2024-01-01 00:00:00'), ('x', null, timestamp_ntz'2024-01-01 00:00:00'), ('x', 'x', null), ('UTC', 'CET', timestamp_ntz'2024-01-01 00:00:00') t(a, b, c)
from_utc_timestamp(timestamp'2024-01-01 00:00:00', cast(null as string)), to_utc_timestamp(timestamp'2024-01-01 00:00:00', null)
hour(cast('T1' as timestamp)), hour(cast('T01:58:00' as timestamp)), try_cast(' T01:58:00' as timestamp), hour(cast(' 01:58:00' as timestamp)), try_cast('1' as timestamp), try_cast('T' as timestamp), try_cast('T25' as timestamp), hour(cast('T1:2 ' as timestamp))
interval '1 24:00:00' day to second
interval '0 25:00' day to minute
cast('1 24:00:00' as interval day to second)
timestamp'0001-01-01 00:00:00', date'9999-12-31', timestamp'9999-12-31 23:59:59.999999', date'0001-01-01'
cast(date'-0044-03-15' as string), year(date'-0044-03-15'), month(date'-0044-03-15'), dayofweek(date'-0044-03-15'), cast(timestamp'-0044-03-15 01:02:03' as string), date_format(date'-0044-03-15', 'yyyy G'), cast(date'0000-01-01' as string), cast(date'+12345-01-01' as string), date_add(date'-0001-12-31', 1) = date'0000-01-01'
datediff(date'0001-01-01', date'-0001-01-01'), months_between(date'0001-01-01', date'-0001-01-01'), cast(last_day(date'0000-02-01') as string), cast(next_day(date'-0001-12-25', 'MON') as string), cast(trunc(date'-0001-12-25', 'year') as string), cast(date_trunc('month', timestamp'-0001-12-25 10:00:00') as string), cast(add_months(date'0001-01-31', -11) as string)
timestamp'2016-12-31 23:59:60'
cast('2016-12-31 23:59:60' as timestamp)
cast(concat('ep', 'och') as date), cast(concat('ep', 'och') as timestamp), cast(upper('epoch') as timestamp_ntz), date_add(concat('epo', 'ch'), 1)
cast(concat('ep', 'och') as timestamp), cast(s as date) from values ('epoch') t(s)
make_timestamp(2016, 12, 31, 23, 59, 60)
to_timestamp('2016-12-31 23:59:60', 'yyyy-MM-dd HH:mm:ss')
timestampadd(YEAR, 1, timestamp'2020-02-29 10:00:00'), timestampadd(QUARTER, -1, timestamp'2020-05-31'), timestampadd(MONTH, 1, timestamp'2020-01-31'), timestampadd(WEEK, 1, timestamp'2020-01-31'), timestampadd(DAY, 1, date'2020-01-31'), timestampadd(HOUR, 25, timestamp'2020-01-31'), timestampadd(MICROSECOND, 1, timestamp'2020-01-31'), dateadd(DAY, 1, timestamp'2020-01-31'), date_add(MONTH, 1, timestamp'2020-01-31'), dateadd(SECOND, -1, timestamp_ntz'2020-01-31')
timestampdiff(YEAR, timestamp'2020-02-29', timestamp'2021-02-28'), timestampdiff(MONTH, timestamp'2020-01-31', timestamp'2020-02-29'), timestampdiff(DAY, timestamp'2020-01-31 12:00:00', timestamp'2020-02-01 11:59:59'), timestampdiff(QUARTER, timestamp'2020-01-31', timestamp'2019-02-01'), timestampdiff(WEEK, timestamp'2020-01-31', timestamp'2020-03-01'), datediff(HOUR, timestamp'2020-01-31', timestamp'2020-02-01'), date_diff(MINUTE, timestamp'2020-01-31', timestamp'2020-02-01'), timestampdiff(MILLISECOND, date'2020-01-31', timestamp'2020-02-01')
timestampadd(FOO, 1, timestamp'2020-01-31')
dateadd(YEAR, 'x', date'2020-01-01')
cast(timestampadd(YEAR, 2147483647, timestamp'2020-01-31') as string)
cast(date_add(date'2020-01-01', 2147483647) as string)
months_between('2020-03-31', '2020-02-29'), months_between('2020-03-31 10:00:00', '2020-02-29', false), months_between(date'2020-03-30', date'2020-02-29'), months_between(timestamp'2020-02-29 23:59:59', timestamp'2020-01-31 00:00:00')
next_day(date'2020-01-01', 'we'), next_day('2020-01-01', 'SUNDAY'), next_day(date'2020-01-01', null)
trunc(date'2020-05-17', 'q'), trunc(date'2020-05-17', 'quarter'), trunc(date'2020-05-17', 'week'), trunc('2020-05-17', 'MM'), trunc(date'2020-05-17', 'xx'), trunc(date'2020-05-17', null), trunc(timestamp'2020-05-17 10:00:00', 'yy')
date_trunc('MILLENNIUM', timestamp'2020-05-17'), date_trunc('decade', timestamp'2020-05-17'), date_trunc('dd', timestamp'2020-05-17 10:00:00'), date_trunc('week', timestamp'1969-12-30 10:00:00'), date_trunc('second', timestamp'1960-01-01 00:00:00.9')
from_unixtime(0), from_unixtime(-1, 'yyyy-MM-dd HH:mm:ss G'), from_unixtime(253402300800), from_unixtime(0, 'D'), from_unixtime(null), from_unixtime(1.9), from_unixtime('12')
--SET spark.sql.session.timeZone=America/Los_Angeles
timestamp'2024-03-10 02:30:00', cast('2024-03-10 02:30:00' as timestamp), timestamp'2024-11-03 01:30:00', cast(timestamp_ntz'2024-03-10 02:30:00' as timestamp), cast(timestamp_ntz'2024-11-03 01:30:00' as timestamp), to_timestamp('2024-03-10 02:30', 'yyyy-MM-dd HH:mm'), cast(date'2024-03-10' as timestamp)
timestamp'2024-03-10 01:30:00' + interval 1 hour, timestamp'2024-03-09 02:30:00' + interval 1 day, timestamp'2024-03-10 03:30:00' - interval 1 day, timestamp'2024-02-10 02:30:00' + interval 1 month, timestamp'2024-11-02 01:30:00' + interval 1 day, timestamp'2024-11-03 01:30:00' + interval 1 hour, timestampadd(DAY, 1, timestamp'2024-03-09 02:30:00'), timestampadd(HOUR, 24, timestamp'2024-03-09 02:30:00')
timestamp'2024-03-11 00:00:00' - timestamp'2024-03-10 00:00:00', timestampdiff(HOUR, timestamp'2024-03-10 00:00:00', timestamp'2024-03-11 00:00:00'), datediff(DAY, timestamp'2024-03-10 00:00:00', timestamp'2024-03-11 00:00:00'), unix_timestamp(timestamp'2024-03-11 00:00:00') - unix_timestamp(timestamp'2024-03-10 00:00:00'), timestampdiff(DAY, timestamp'2024-03-10 00:00:00', timestamp'2024-03-10 23:30:00')
date_trunc('hour', timestamp'2024-11-03 01:30:00'), date_trunc('day', timestamp'2024-03-10 12:00:00'), hour(timestamp'2024-03-10 03:30:00'), from_utc_timestamp('2024-03-10 10:30:00', 'America/Los_Angeles'), to_utc_timestamp('2024-03-10 02:30:00', 'America/Los_Angeles'), date_format(timestamp'2024-11-03 01:30:00', 'yyyy-MM-dd HH:mm:ss z XXX')
timestamp'1883-11-18 12:00:00', cast(timestamp'1883-11-18 12:00:00' as string), cast(timestamp'1800-01-01 00:00:00' as string), unix_timestamp(timestamp'1800-01-01 00:00:00'), date_format(timestamp'1800-01-01 00:00:00', 'XXXXX')
--SET spark.sql.session.timeZone=+13:45
timestamp'2024-03-10 02:30:00', timestamp'2024-03-10 02:30:00' + interval 1 month, timestamp'2024-03-01 02:30:00' - interval 1 month, cast(timestamp'2024-03-10 02:30:00' as date), hour(timestamp'2024-03-10 02:30:00'), date_trunc('day', timestamp'2024-03-10 02:30:00'), timestamp'2024-03-11 00:00:00' - timestamp'2024-03-10 00:00:00'
--SET spark.sql.session.timeZone=+17:00
cast(timestamp_ntz'2024-03-10 02:30:00' as timestamp), timestamp'2024-03-01 02:30:00' - interval 1 month, cast(timestamp'2024-03-10 02:30:00' as date), cast(timestamp'2024-03-10 02:30:00' as string), date_format(timestamp'2024-03-10 02:30:00', 'HH:mm XXX VV')
--SET spark.sql.session.timeZone=PST
cast(timestamp'2024-03-10 02:30:00' as string), cast(timestamp'2024-07-10 02:30:00' as string), unix_timestamp(timestamp'2024-07-10 02:30:00'), current_timezone()
--SET spark.sql.session.timeZone=UT
unix_timestamp(timestamp'2024-03-10 02:30:00'), current_timezone()
--RESET
--SET spark.sql.ansi.enabled=false
timestamp'2024-01-01' > '9', timestamp'2024-01-01' = '9', date'2024-01-01' > '9', date'2024-01-01' = '9', '9' <= date'2024-01-01'
--SET spark.sql.legacy.typeCoercion.datetimeToString.enabled=true
timestamp'2024-01-01' > '9', timestamp'2024-01-01' = '9', date'2024-01-01' > '9', date'2024-01-01' = '9', '9' <= date'2024-01-01', timestamp'2024-01-01' <=> '9', timestamp_ntz'2024-01-01' > '9'
--RESET
try_make_timestamp(2014, 12, 28, 6, 30, 45.887, 'CET'), try_make_timestamp_ltz(2014, 12, 28, 6, 30, 45.887, 'CET'), make_timestamp(2014, 12, 28, 6, 30, 45.887, 'CET')
