1 + 1, 1Y + 1Y, 1S + 1, 1L + 1, 1F + 1, 1D + 1F, 1.5 + 1, 1.5 + 2.25, 1.5 + 1D, null + 1, null + null
a + b, a - b, a * b, a / b, a % b, a div b from values (7, 2), (-7, 2), (7, -2), (null, 1), (0, 5) t(a, b)
a + b, a - b, a * b, a / b, a % b from values (7.5D, 2D), (-7.5D, 2D), (double('NaN'), 1D), (double('Infinity'), 1D), (0D, -1D) t(a, b)
a + b, a - b, a * b, a / b, a % b, a div b from values (7.50BD, 2.3BD), (-7.50BD, 2.3BD), (null, 1.0BD), (0.01BD, 99.9BD) t(a, b)
-a, +a, abs(a) from values (1), (-1), (null), (0) t(a)
-a, abs(a) from values (1.5D), (-0.0D), (double('NaN')), (double('-Infinity')) t(a)
-a, abs(a) from values (1.50BD), (-1.50BD) t(a)
-(5Y), -(5S), -5L, -1.5, -'5', +'5', abs('-5'), -null, abs(null)
mod(7, 3), mod(-7, 3), mod(7.5, 2), mod(7.5D, 2), 7 % 2.5, -7S % 2Y
pmod(7, 3), pmod(-7, 3), pmod(-7, -3), pmod(7.5, -2), pmod(-7.5D, 2), pmod(-1Y, 3Y), pmod(null, 1)
5 div 2, -5 div 2, 5.5 div 2, '5' div 2, 5L div 2Y, null div 1
1 / 2, 1.5 / 2, 1 / 2.5F, 5 / '2', null / 1, 1L / 3, 1Y / 2S
'1' + 1, '1' + 1.5, '1' * 2L, '5' % 2
'1' + '2'
'a' + 1
2147483647 + 1
a + 1 from values (2147483647) t(a)
-2147483648 - 1
2147483647 * 2
9223372036854775807 + 1
a * a from values (9223372036854775807L) t(a)
100Y + 100Y
100Y * 100Y
30000S + 30000S
-100Y - 100Y
-(-128Y)
-a from values (-2147483648) t(a)
abs(-128Y)
abs(a) from values (-9223372036854775808L) t(a)
5 / 0
5 % 0
5 div 0
5.0 / 0
5.0 % 0
5.0D / 0
5.0D % 0
pmod(5, 0)
mod(5, 0)
a / b from values (1, 0) t(a, b)
a / b from values (1.5, 0.0) t(a, b)
a div b from values (1L, 0L) t(a, b)
a % b from values (1.5D, 0D) t(a, b)
null / 0, null % 0, null div 0
a / b from values (cast(null as int), 0) t(a, b)
(-9223372036854775807 - 1) div -1
(-9223372036854775807 - 1) % -1, -2147483648 % -1, pmod(-2147483648, -1)
-- decimals
cast(99999999999999999999999999999999999999 as decimal(38,0)) + 1
cast(99999999999999999999999999999999999999 as decimal(38,0)) * 10
cast(99999999999999999999999999999999999999 as decimal(38,0)) / 0.001
cast(1 as decimal(38,20)) * cast(1 as decimal(38,20)), cast(1.123456789 as decimal(38,20)) * cast(2.987654321 as decimal(38,20)), cast(123456789012345678.5 as decimal(38,10)) * 3.14159
cast(1 as decimal(38,10)) + cast(2 as decimal(38,0)), cast(1.55 as decimal(38,2)) - cast(2.123 as decimal(38,3)), cast(5 as decimal(38,37)) - 1.5
cast(1 as decimal(38,10)) / cast(3 as decimal(38,10)), cast(2 as decimal(10,2)) / cast(3 as decimal(10,2)), cast(-2 as decimal(5,0)) / 3, cast(1 as decimal(38,0)) / cast(7 as decimal(38,0)), 1.0 / 3.0, 100.00 / 7, cast(2 as decimal(38,18)) / cast(3 as decimal(38,18))
a / b from values (cast(1 as decimal(7,2)), cast(3 as decimal(7,2))), (-2.00, 3.00), (0.05, -0.10), (12345.67, 0.01), (null, 1) t(a, b)
a / b from values (cast(1 as decimal(38,4)), cast(3 as decimal(38,4))), (99999999999999999999.1234, 7.5), (-1.0001, 0.0001) t(a, b)
a * b from values (cast(1234567.89 as decimal(15,2)), cast(0.07 as decimal(15,2))), (9999999999999.99, 9999999999999.99), (-9999999999999.99, 0.01) t(a, b)
a * (1 - b) * (1 + c) from values (cast(1234567.89 as decimal(15,2)), cast(0.07 as decimal(15,2)), cast(0.05 as decimal(15,2))), (9999999999999.99, 0.10, 9999999999999.99), (-5.00, 0.00, 0.08) t(a, b, c)
a + a, a * a from values (cast(999999999999999999 as decimal(18,0))), (1) t(a)
a + b from values (cast(9999999999999999.99 as decimal(18,2)), cast(9999999999999999.99 as decimal(18,2))) t(a, b)
a % b, a div b from values (cast(12345678901234567890.12 as decimal(38,2)), cast(7.123456789 as decimal(38,18))), (-5, 3) t(a, b)
cast(5 as decimal(20,0)) div cast(0.3 as decimal(20,10)), cast(12345678901234567890 as decimal(38,0)) div 3
1.5BD * null, 1 - 1.50, 2 * 1.25, 10L * 1.5, 1.5 - 1Y
cast(1.5 as decimal(10,2)) + 1, cast(1.5 as decimal(10,2)) + cast(1 as bigint), cast(1.5 as decimal(10,2)) * 2, cast(1.5 as decimal(10,2)) / 3, cast(1.5 as decimal(10,2)) % 1, cast(1.5 as decimal(10,2)) div 1, cast(1.5 as decimal(10,2)) + 1.5F
0.1 + 0.2, 0.1 * 0.2, 1e2BD + 1, 0.5 * 0.5
-- dates and intervals
date'2020-01-01' + 1, date'2020-01-01' - 1S, 2 + date'2020-01-01', date'2020-01-31' + interval 1 month, date'2020-01-01' + interval 1 day, interval 1 day + date'2020-01-01', date'2020-01-01' - interval 1 day, date'2020-03-31' - interval 1 month
date'2020-01-01' + 1L
date'2020-01-01' + interval 1 hour, date'2020-01-01' - interval 1 hour, timestamp'2020-01-31 12:00:00' + interval 1 month, timestamp_ntz'2020-01-31' + interval 1 month, timestamp'2020-01-31' - interval 1 day, timestamp'2020-01-31' - interval '1-1' year to month, timestamp'2020-01-01' + interval '1 02:03:04.5' day to second
date'2020-01-01' - date'2019-01-01', date'2020-01-01' - '2019-01-01', '2020-01-01' - date'2019-01-01', timestamp'2020-01-01' - timestamp'2019-01-01', date'2020-01-01' - timestamp'2019-01-01 12:00:00', timestamp'2020-01-01' - date'2019-01-01', timestamp'2020-01-01' - timestamp_ntz'2019-01-01', timestamp'2020-01-01' - '2019-01-01'
'2020-01-01' + interval 1 day, '2020-01-01' - interval 1 day
date'2020-01-01' + make_interval(0,1,0,1), timestamp'2020-01-01' + make_interval(0,1,0,1,1), date'2020-01-01' - make_interval(0,1,0,1), timestamp'2020-01-01' - make_interval(0,1,0,1,1)
date'2020-01-01' + make_interval(0,1,0,1,1)
a + b, a - b from values (date'2020-01-31', interval 1 month), (null, interval 1 month), (date'2020-02-29', interval 12 month) t(a, b)
a - b from values (date'2020-01-31', date'2020-01-01'), (null, date'2020-01-01') t(a, b)
date'2020-01-01' + null, timestamp'2020-01-01' - null, date'2020-01-01' - null, interval 1 day + null
interval 1 day + interval 2 hours, interval 1 day - interval 2 hours, - interval 1 day, 2 * interval 1 day, interval 1 day * 1.5D, interval 1 day / 2, interval 1 day / 0.7BD, interval 1 day / 3D, interval 1 day * '2', interval 1 day / '2', interval 1 day * null, interval 1 day * 2.5, abs(interval -1 day)
cast(interval 1 year + interval 2 month as string), cast(interval 1 year * 2 as string), cast(interval 5 month * 1.5BD as string), cast(interval 5 month / 2 as string), cast(interval -5 month / 2 as string), cast(interval 1 year * 1.5 as string), cast(- interval 1 year as string), cast(interval 2 month / 3 as string), cast(interval 7 month * 0.5D as string), cast(abs(interval -3 month) as string), cast(null - interval 1 month as string)
cast(make_interval(1,2,0,3,4) * 2 as string), cast(make_interval(1,2,0,3,4) / 2 as string), cast(make_interval(1) + make_interval(0,1) as string), cast(make_interval(1) - make_interval(0,1) as string), cast(-make_interval(1,2) as string)
interval '10' day div interval '3' day, interval '10' month div interval '3' month
interval 106751991 day + interval 1 day
interval 178956970 year + interval 1 year
interval 1 day / 0
interval 1 month / 0
interval 1 year + interval 1 day
true + 1
true + true
array(1) + 1
date'2020-01-01' * 2
1 / true
true div true
1D div 1
-true
abs(true)
- date'2020-01-01'
timestamp'2020-01-01' - 1
interval 1 day * interval 1 day
-- try_
try_add(1, 2), try_add(2147483647, 1), try_add(1, '2'), try_add(cast(99999999999999999999999999999999999999 as decimal(38,0)), 1), try_add(1.5, 2), try_add(null, 1), try_add(100Y, 100Y)
try_subtract(1, 2), try_subtract(-2147483648, 1), try_multiply(3, 4), try_multiply(9223372036854775807L, 2), try_divide(1, 2), try_divide(1, 0), try_divide(1.5, 0), try_divide(1.5, 2), try_mod(5, 3), try_mod(5, 0), try_mod(5.5, 0), try_divide(cast(5 as double), 0)
try_add(date'2020-01-01', 1), try_add(date'2020-01-01', interval 1 day), try_add(timestamp'2020-01-01', interval 106751991 days), try_add(interval 1 day, interval 106751991 days), try_subtract(date'2020-01-01', 1), try_subtract(date'2020-01-01', date'2019-01-01'), try_divide(interval 1 day, 0), try_multiply(interval 1 day, 2)
try_add(a, b), try_divide(a, b), try_mod(a, b) from values (2147483647, 1), (1, 0), (6, 4) t(a, b)
try_multiply(1, true)
--SET spark.sql.ansi.enabled=false
2147483647 + 1, -2147483648 - 1, 2147483647 * 2, 9223372036854775807 + 1, 100Y + 100Y, 100Y * 100Y, 30000S + 30000S, -(-128Y), abs(-128Y)
a + 1, a * 2, -a, a - 1 from values (2147483647), (-2147483648) t(a)
a + 1, a * 2, -a, a - 1, a * a from values (9223372036854775807L), (-9223372036854775808L) t(a)
5 / 0, 5 % 0, 5 div 0, 5.0 / 0, 5.0 % 0, 5.0D / 0, 5.0D % 0, pmod(5, 0), (-9223372036854775807 - 1) div -1
a / b, a % b, a div b from values (1, 0), (5, 2) t(a, b)
cast(99999999999999999999999999999999999999 as decimal(38,0)) + 1, cast(99999999999999999999999999999999999999 as decimal(38,0)) * 10, cast(99999999999999999999999999999999999999 as decimal(38,0)) / 0.001
'1' + 1, '1' + '2', 'a' + 1, '5' / 2, '7' % 2, '1' * 1.5, -'5', abs('x')
cast(interval 106751991 day + interval 1 day as string)
interval 1 day / 0
1.5 + 1, 1.5 * null, null + null
date'2020-01-01' + make_interval(0,1,0,1,1)
--RESET
--SET spark.sql.session.timeZone=America/Los_Angeles
timestamp'2020-03-07 12:00:00' + interval 1 day, timestamp'2020-03-07 12:00:00' + interval 24 hours, timestamp'2020-03-08 01:30:00' + interval 1 hour, timestamp'2020-11-01 12:00:00' - timestamp'2020-10-31 12:00:00', timestamp'2020-02-08 02:30:00' + interval 1 month, date'2020-03-08' + interval 2 hours, timestamp'2020-03-09' - date'2020-03-08'
-- Signs of decimals with more than 34 digits.
-12345678901234567890123456789012345678BD, -(-12345678901234567890123456789012345678BD), abs(-12345678901234567890123456789012345678BD)
-a, abs(a), +a, a * -1, negative(a), a - 0, 0 - a from values (12345678901234567890123456789012345678BD),(1234567890123456789012345678901234567.8BD) t(a)
abs(cast('-1234567890123456789012345678901234567.8' as decimal(38,1))), abs(cast('-12345678901234567890123456789012345.678' as decimal(38,3)))
abs(a) from values (cast('-99999999999999999999999999999999999999' as decimal(38,0))) t(a)
abs(a), -a from values (-1.5BD), (null), (12345678901234567890123456789012345678BD) t(a)
