date_format(timestamp'2021-03-04 05:06:07', 'g'), date_format(timestamp'2021-03-04 05:06:07', 'gggggg'), date_format(date'1850-01-01', 'g'), date_format(timestamp'2021-03-04 05:06:07', 'v vvvv')
date_format(timestamp'2021-03-04 05:06:07', 'e')
date_format(timestamp'2021-03-04 05:06:07', 'ccc')
date_format(timestamp'2021-03-04 05:06:07', 'qqqqqq')
date_format(timestamp'2021-03-04 05:06:07', 'MMMMMM')
date_format(timestamp'2021-03-04 05:06:07', "YYYY-'W'ww")
to_date('59277', 'g'), to_timestamp('59277 10:00', 'g HH:mm'), to_timestamp('2021-03-04 12 PM', 'yyyy-MM-dd hh a'), to_timestamp('1 1', 'K h'), to_timestamp('2021-03-04 13:00 PM', 'yyyy-MM-dd HH:mm a'), to_timestamp('PM', 'a')
to_timestamp('2021-03-04 PT', 'yyyy-MM-dd v')
to_timestamp('2021-03-04 01:00 PM', 'yyyy-MM-dd HH:mm a')
to_timestamp('2021-03-04 01:00 3', 'yyyy-MM-dd HH:mm h')
to_timestamp('2021-03-04 13:05:06.7 AM', 'yyyy-MM-dd HH:mm:ss.S a')
to_timestamp('24 PM', 'kk a')
try_to_timestamp('2021-03-04 01:00 PM', 'yyyy-MM-dd HH:mm a')
--SET spark.sql.session.timeZone=America/Los_Angeles
date_format(timestamp'2021-07-04 05:06:07', 'v | vvvv | z | zzzz'), date_format(timestamp'2021-01-04 05:06:07', 'v | vvvv | z | zzzz')
--SET spark.sql.session.timeZone=Europe/Paris
date_format(timestamp'2021-07-04 05:06:07', 'v | vvvv | z | zzzz'), date_format(timestamp'2021-01-04 05:06:07', 'v | vvvv | z | zzzz')
--SET spark.sql.session.timeZone=Europe/London
date_format(timestamp'2021-07-04 05:06:07', 'v | vvvv | z | zzzz')
--SET spark.sql.session.timeZone=Australia/Sydney
date_format(timestamp'2021-07-04 05:06:07', 'v | vvvv | z | zzzz')
--SET spark.sql.session.timeZone=Asia/Tokyo
date_format(timestamp'2021-07-04 05:06:07', 'v | vvvv | z | zzzz')
--SET spark.sql.session.timeZone=America/Chicago
date_format(timestamp'2021-07-04 05:06:07', 'v | vvvv | z | zzzz')
--SET spark.sql.session.timeZone=+02:00
date_format(timestamp'2021-07-04 05:06:07', 'v | vvvv | z')
--RESET
date_format(timestamp'2020-01-01', 'yyyyyy')
date_format(timestamp'2020-01-01', 'yyyyyyy')
to_timestamp('2020', 'yyyyyyy')
try_to_timestamp('2020', '[yyyyyyy]G')
from_unixtime(0, 'yyyyyyyyyyy')
unix_seconds('2020-01-01')
unix_seconds(DATE '2020-01-01')
unix_millis(TIMESTAMP_NTZ '2020-01-01 00:00:00')
unix_seconds(null), unix_millis(null), unix_micros(null)
unix_date('2020-01-01')
unix_date(timestamp'2020-02-29 01:02:03')
unix_date(timestamp_ntz'2020-02-29 01:02:03')
unix_date(null)
to_timestamp('20260615143045123', 'yyyyMMddHHmmssSSS')
try_to_timestamp('20260615143045123456', 'yyyyMMddHHmmssSSSSSS')
to_timestamp('2026-06-15 143045123', 'yyyy-MM-dd HHmmssSSS'), to_timestamp('143045123', 'HHmmssSSS')
