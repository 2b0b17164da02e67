select interval 'a' day
select interval '1-13' year to month
select interval '1 02:03' day to second
select interval 'foo'
select interval '1 foo'
select interval '1.5' day
select interval '1.5' second
select interval 1.5 day
select interval '' day
select interval '1' week
select interval '99999999999' year
select interval 1 day 1 day, interval 1 hour 30 minutes 15.25 seconds
select interval '10' hour to second
select interval '10:20' hour to second
select interval '1' month * 2
select interval - '1-2' year to month, interval -1 day, interval '-1' day, -interval 1 day
select interval '1' year, interval '14' month, interval '100' hour, interval '90' minute, interval '90.5' second
select interval '1 2' day to hour, interval '1 2:3' day to minute, interval '2:3' hour to minute, interval '2:3:4' hour to second, interval '3:4' minute to second
select interval 1 millisecond, interval 1 microsecond, interval 1500 milliseconds, interval '1 year 2 months', interval '1 week 1 day'
select date 'epoch', timestamp 'epoch'
select time '25:00:00'
select time '10:11', time '10:11:12.123456', time '1:02:03'
select x'F', x'0G'
select x'F', X'', x'0a0B'
select timestamp '2020-13-01'
select timestamp '2020-01-01 00:00:00.123456789', timestamp '2020-06-01 12:00:00 America/New_York', timestamp '2020-06-01 12:00:00+02:30'
select timestamp_ntz '2020-01-01 00:00:00 UTC'
select date '2020-02-30'
select date '+12345-01-01', date '0001-01-01', date '2020-1-1', date '2020-01-01 foo'
select 1.0e0, 1e3, 1.5e-10, 123456789.123d, 1e22d, 1e-4d, 0.00012f, 100f, 3.4e38f, cast('NaN' as double), -0.0
select 12345678901, 12345678901234567890, 1.000000000000000000000000000000000000, 00012, 007.50
select 'a\nb', 'it''s', "double", 'a' 'b', r'raw\n', '', 'tab\there'
select true, FALSE, null, cast(null as date)
select array(), map(), array(null), struct(), named_struct()
select array(1, 2.5, 3L), array('a', 1), map('a', 1, 'b', 2.5), array(array(1), array(2L))
