interval 1 month 1 day
interval '1 month 1 day'
date'2020-01-01' + interval 1 month 1 day
interval '1 month' + interval '1 day'
interval -1 month 1 day
cast(make_interval(1,2,3,4,5,6,7.123456) as string), cast(cast('1 month 1 day 2.5 seconds' as interval) as string), cast(cast('xx' as interval) as string), cast(cast('' as interval) as string), cast(make_interval(-1,2,-3,4,-5,6,-7.5) as string)
timestamp'2020-01-31 10:00:00' + make_interval(0,1,0,1,1), date'2020-01-31' + make_interval(0,1,0,1), date'2020-01-31' - make_interval(0,1,0,1), timestamp_ntz'2020-03-31 10:00:00' - make_interval(0,1,0,1,1)
date'2020-01-31' + make_interval(0,1,0,1,1)
cast(make_interval(0,1) + make_interval(0,0,0,1) as string), cast(make_interval(0,1) - make_interval(0,0,0,1) as string), cast(- make_interval(0,1,0,2,3) as string), cast(make_interval(0,1,0,2,3) * 1.5 as string), cast(make_interval(0,1,0,2,3) / 2 as string), cast(make_interval(0,5,0,5,5) / 2 as string), cast(make_interval(0,5,0,-5,5) * 0.3 as string)
make_interval(0,1,0,2,3) / 0
make_interval(0,1) = make_interval(0,0,0,30)
make_interval(0,1) < make_interval(0,1)
max(x) from values (make_interval(0,1)) t(x)
x from values (make_interval(0,1)) t(x) order by x
select cast(x as string), count(*) from values (make_interval(0,1)), (make_interval(0,1)), (make_interval(0,0,0,30)) t(x) group by x order by 1
select count(distinct x) from values (make_interval(0,1)), (make_interval(0,1)), (make_interval(0,0,0,30)), (make_interval(0,0,0,0,720)), (null) t(x)
select cast(x as string) from (select distinct x from values (make_interval(0,1)), (make_interval(0,1)), (make_interval(0,0,0,30)), (make_interval(0,0,0,0,720)) t(x)) order by 1
hash(make_interval(0,1,0,2,3)), xxhash64(make_interval(1,2,3,4,5,6,7.5))
extract(year from make_interval(1,14,3,4,50,6,7.5)), extract(month from make_interval(1,14,3,4,50,6,7.5)), extract(day from make_interval(1,14,3,4,50,6,7.5)), extract(hour from make_interval(1,14,3,4,50,6,7.5)), extract(minute from make_interval(1,14,3,4,50,66,7.5)), extract(second from make_interval(1,14,3,4,50,6,7.5)), extract(hour from make_interval(0,0,0,0,500))
cast(array(make_interval(0,1)) as string), cast(struct(make_interval(0,1)) as string), cast(map('a', make_interval(0,1)) as string), to_json(struct(make_interval(1,2,3,4,5,6,7.5) as i)), concat(make_interval(0,1), 'a')
cast(make_interval(0,1) as interval year to month)
cast(interval '1' day as interval)
cast(make_interval(0,1) as int)
typeof(make_interval(0,1)), make_interval(0,1) is null, cast(null as interval) is null, cast(coalesce(make_interval(0,1), null) as string), cast(if(true, make_interval(0,1), null) as string)
sequence(timestamp'2020-01-01', timestamp'2020-03-01', make_interval(0,1)), sequence(date'2020-01-31', date'2020-05-01', make_interval(0,1)), sequence(date'2020-01-01', date'2020-03-01', make_interval(0,1,0,1))
sum(x) from values (make_interval(0,1)) t(x)
cast('1 month' as interval) = '1 month'
abs(make_interval(0,-1))
cast(try_add(make_interval(0,2147483647), make_interval(0,1)) as string), cast(try_subtract(make_interval(0,2147483647), make_interval(0,1)) as string), cast(try_multiply(make_interval(0,2147483647), 2) as string), cast(try_divide(make_interval(0,1), 0) as string)
cast(i as string), cast(i + i as string), t + i, t - i from values (make_interval(0,1,0,2,3), timestamp'2020-01-31 10:00:00'), (null, timestamp'2020-01-31 10:00:00') v(i, t)
cast(from_json('{"i":"1 month 2 days"}', 'i interval') as string), cast(from_json('{"i":"x"}', 'i interval') as string)
interval 1 week 3 days 2 hours, interval '3 days 2 hours'
--SET spark.sql.session.timeZone=America/Los_Angeles
timestamp'2020-03-07 02:30:00' + make_interval(0,0,0,1), timestamp'2020-03-07 02:30:00' + make_interval(0,0,0,0,24), timestamp'2020-10-31 01:30:00' + make_interval(0,0,0,1), timestamp'2020-10-31 01:30:00' + make_interval(0,0,0,1,1), timestamp'2020-02-08 02:30:00' + make_interval(0,1)
--RESET
--SET spark.sql.legacy.interval.enabled=true
cast(interval 1 month 1 day as string), cast(interval '1 month 25 hours' as string), cast(interval '1' year as string), cast(interval '1 02:03:04' day to second as string), cast(interval 25 hours as string), cast(interval '-1 02:03:04' day to second as string)
timestamp'2020-01-31 10:00:00' + interval 1 month 1 day, typeof(interval 1 day + interval 1 month), date'2020-01-31' + interval 1 month 1 day
--RESET
