select window(t, '10 minutes') as w, count(*) from values (timestamp'2020-01-01 00:01:00'), (timestamp'2020-01-01 00:11:00'), (timestamp'2020-01-01 00:12:00'), (null) v(t) group by window(t, '10 minutes') order by 1
select window.start, window.end, count(*) from values (timestamp_ntz'2020-01-01 00:01:00'), (timestamp_ntz'2020-01-01 00:11:00') v(t) group by window(t, '10 minutes') order by 1
select window.start, window.end, count(*) from values (timestamp_ntz'2020-01-01 00:01:00'), (timestamp_ntz'2020-01-01 00:11:00') v(t) group by window(t, '10 minutes', '5 minutes') order by 1
select window.start, window.end, count(*) from values (timestamp'2020-01-01 00:01:00'), (timestamp'2020-01-01 00:11:00') v(t) group by window(t, '10 minutes', '5 minutes', '2 minutes') order by 1
select window(t, '10 minutes', '7 minutes') from values (timestamp'2020-01-01 00:01:00') v(t) order by 1
select window(t, interval '1' hour) from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, 300000000) from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, 600000000L, 300000000L) from values (timestamp'2020-01-01 00:01:00') v(t) order by 1
select window(t, '1 week') from values (timestamp'2020-01-01 00:01:00') v(t)
select window('2020-01-01 00:01:00', '1 day')
select window(date'2020-01-01', '1 day')
select window(t, '1 day') from values (timestamp'1960-01-01 00:01:00.5') v(t)
select window(t, '10 minutes') w, t from values (timestamp'2020-01-01 00:01:00') v(t)
select * from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01'
select window(t) from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '1 month') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, 'foo') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '0 minutes') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '-5 minutes') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '10 minutes', '0 minutes') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '10 minutes', '20 minutes') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '10 minutes', '5 minutes', '5 minutes') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '10 minutes', '5 minutes', '-6 minutes') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '10 minutes', '5 minutes', '-2 minutes') from values (timestamp'2020-01-01 00:01:00') v(t) order by 1
select window(t, null) from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, s) from values (timestamp'2020-01-01 00:01:00', '1 hour') v(t, s)
select window(b, '10 minutes') from values (true) v(b)
select window(5, '10 minutes')
select window(t, '10 minutes'), window(t, '5 minutes') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, true) from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, 1.5) from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '1', '2', '3', '4') from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, concat('10', ' minutes')) from values (timestamp'2020-01-01 00:01:00') v(t)
select window_time(window) wt, count from (select window, count(*) as count from values (timestamp'2020-01-01 00:01:00') v(t) group by window(t, '10 minutes'))
select window_time(window) from (select window(t, '10 minutes') as window from values (timestamp_ntz'2020-01-01 00:01:00') v(t))
select window_time(window) from (select window(t, '10 minutes', '5 minutes') as window from values (timestamp'2020-01-01 00:01:00') v(t)) order by 1
select window_time(t) from values (timestamp'2020-01-01 00:01:00') v(t)
select window_time(s) from (select struct(timestamp'2020-01-01 00:01:00' as start, timestamp'2020-01-01 00:11:00' as `end`) as s)
select window_time(s) from values (struct(1 as a)) v(s)
select window_time(1)
select window(window, '1 hour') w2, sum(c) from (select window, count(*) as c from values (timestamp'2020-01-01 00:01:00'), (timestamp'2020-01-01 00:21:00') v(t) group by window(t, '10 minutes')) group by window(window, '1 hour')
select window(window_time(window), '1 hour') w2, sum(c) from (select window, count(*) as c from values (timestamp'2020-01-01 00:01:00'), (timestamp'2020-01-01 00:21:00') v(t) group by window(t, '10 minutes')) group by window(window_time(window), '1 hour')
select session_window, count(*) from values (timestamp'2020-01-01 00:01:00'), (timestamp'2020-01-01 00:03:00'), (timestamp'2020-01-01 00:13:00'), (null) v(t) group by session_window(t, '5 minutes') order by 1
select session_window.start, session_window.end, count(*) c from values (timestamp_ntz'2020-01-01 00:01:00'), (timestamp_ntz'2020-01-01 00:03:00'), (timestamp_ntz'2020-01-01 00:13:00') v(t) group by session_window(t, '5 minutes') order by 1
select k, session_window, sum(x) from values ('a', timestamp'2020-01-01 00:01:00', 1), ('b', timestamp'2020-01-01 00:03:00', 2), ('a', timestamp'2020-01-01 00:05:00', 3), ('a', timestamp'2020-01-01 00:10:00', 4) v(k, t, x) group by k, session_window(t, '5 minutes') order by 1, 2
select k, session_window, sum(x) from values ('a', timestamp'2020-01-01 00:01:00', 1), ('b', timestamp'2020-01-01 00:03:00', 2), ('a', timestamp'2020-01-01 00:05:00', 3), ('a', timestamp'2020-01-01 00:20:00', 4) v(k, t, x) group by session_window(t, case when k = 'a' then '5 minutes' else '1 hour' end), k order by 1, 2
select session_window, count(*) from values (timestamp'2020-01-01 00:01:00'), (timestamp'2020-01-01 00:06:00') v(t) group by session_window(t, '5 minutes') order by 1
select session_window, count(*) from values (timestamp'2020-01-01 00:01:00', '5 minutes'), (timestamp'2020-01-01 00:06:00', '0 minutes'), (timestamp'2020-01-01 00:08:00', '-1 minutes'), (timestamp'2020-01-01 00:10:00', null) v(t, g) group by session_window(t, g) order by 1
select session_window, count(*) from values (timestamp'2020-01-01 00:01:00', interval '5' minute), (timestamp'2020-01-01 00:04:00', interval '1' minute) v(t, g) group by session_window(t, g) order by 1
select count(*) from values (timestamp'2020-01-01 00:01:00'), (timestamp'2020-01-01 00:06:00') v(t) group by session_window(t, interval '6' minute) having session_window.start is not null
select session_window(t, '5 minutes') from values (timestamp'2020-01-01 00:01:00'), (timestamp'2020-01-01 00:06:00') v(t)
select session_window(t, '1 month') from values (timestamp'2020-01-01 00:01:00') v(t)
select session_window, count(*) from values (timestamp'2020-01-01 00:01:00') v(t) group by session_window(t, 'foo')
select session_window(t) from values (timestamp'2020-01-01 00:01:00') v(t)
select count(*) from values (true) v(t) group by session_window(t, '5 minutes')
select session_window, count(*) from values (timestamp'2020-01-01 00:01:00') v(t) group by session_window(t, 5)
select session_window, count(*) from values (timestamp'2020-01-01 00:01:00') v(t) group by session_window(t, '5 minutes'), window(t, '5 minutes')
select window, count(*) from values (timestamp'2020-01-01 00:01:00', 1), (timestamp'2020-01-01 00:01:00', 2) v(t, k) group by window(t, '10 minutes'), k order by 1
select window_time(window), count(*) from values (timestamp'2020-01-01 00:01:00') v(t) group by window(t, '10 minutes')
select window_time(window(t, '10 minutes')) from values (timestamp'2020-01-01 00:01:00') v(t)
select window_time(t, t) from values (timestamp'2020-01-01 00:01:00') v(t)
select window(t, '10 minutes').start + interval 1 day from values (timestamp'2020-01-01 00:01:00') v(t)
select t from values (timestamp'2020-01-01 00:21:00'), (timestamp'2020-01-01 00:01:00') v(t) order by window(t, '10 minutes')
select 1 from values (timestamp'2020-01-01 00:21:00'), (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2020-01-01 00:10:00'
--SET spark.sql.session.timeZone=America/Los_Angeles
select window(t, '1 day') from values (timestamp'2020-03-08 12:01:00') v(t)
select window(t, '1 day') from values (timestamp_ntz'2020-03-08 12:01:00') v(t)
select window_time(window), count from (select window, count(*) as count from values (timestamp'2020-01-01 00:01:00') v(t) group by window(t, '10 minutes'))
--RESET
select t from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01'
select window, t from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01'
select v.* from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01'
select * from values (timestamp'2020-01-01 00:01:00', 1) v(t, a) where window(t, '10 minutes', '5 minutes').start > timestamp'2019-01-01'
select * from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01' and window(t, '10 minutes').end > timestamp'2019-01-01'
select * from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01' and window(t, '20 minutes').end > timestamp'2019-01-01'
select window(t, '10 minutes'), t from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01'
select count(*) from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01'
select * from values (timestamp'2020-01-01 00:21:00'), (timestamp'2020-01-01 00:01:00') v(t) order by window(t, '10 minutes')
select t from values (timestamp'2020-01-01 00:21:00'), (timestamp'2020-01-01 00:01:00') v(t) order by window(t, '10 minutes').start desc limit 1
select t from values (timestamp'2020-01-01 00:21:00') v(t) order by session_window(t, '10 minutes')
select * from values (timestamp'2020-01-01 00:21:00') v(t) where session_window(t, '10 minutes').start > timestamp'2019-01-01'
select t, count(*) from values (timestamp'2020-01-01 00:21:00') v(t) group by t order by window(t, '10 minutes')
select * from (select t as x from values (timestamp'2020-01-01 00:21:00') v(t) order by window(x, '10 minutes'))
select distinct t from values (timestamp'2020-01-01 00:21:00') v(t) order by window(t, '10 minutes')
select * from (select t from values (timestamp'2020-01-01 00:21:00') v(t)) where window(t, '10 minutes').start > timestamp'2019-01-01'
select * except (window) from values (timestamp'2020-01-01 00:01:00') v(t) where window(t, '10 minutes').start > timestamp'2019-01-01'
select window_time(a) from values (1L) t(a)
select t, count(*) from values (timestamp'2020-01-01 00:21:00') v(t) group by t having window(t, '10 minutes').start > timestamp'2019-01-01'
select t as x from values (timestamp'2020-01-01 00:21:00'), (timestamp'2020-01-01 00:01:00') v(t) order by window(t, '10 minutes')
select 1 as x from values (timestamp'2020-01-01 00:21:00'), (timestamp'2020-01-01 00:01:00') v(t) order by window(t, '10 minutes')
select x from (select t as x from values (timestamp'2020-01-01 00:21:00') v(t) order by window(t, '10 minutes'))
