-- Arithmetic and rounding at the edges of types: overflow, digits lost, texts that are no numbers, types refused.
log(array(1))
log(2, array(1))
log(2, true)
log(true, 2)
log()
log(1, 2, 3)
ceiling(date'2020-02-29', 2)
floor(date'2020-02-29', 2)
floor(true)
ceil('x', 2)
ceil('1.55', 1)
ceil(1.5, '1')
ceil(1.5, null)
ceil(1.5, 1.5)
ceil(null, 1)
ceil(1.5, 2L)
ceil(1.7976931348623157E308D, 1)
ceiling(1.7976931348623157E308D, 1)
floor(1e20D, 1)
floor(interval '1' day, 1)
nanvl(array(1), 1.5D)
nanvl(1.5D, null)
nanvl(null, 1.5D)
nanvl('x', 1.5D)
nanvl(1, 2)
nanvl(1.5D, true)
try_divide(3, 'x')
try_add(3, 'x')
try_subtract('x', 3)
try_multiply(3, 'x')
try_mod(3, 'x')
try_divide('x', 3)
try_divide('6', '3')
try_divide(1, 1/0)
try_add(1, 1/0)
try_divide('x', 1/0)
try_divide(interval '1' day, 1/0)
try_multiply(interval '1' day, 1/0)
try_divide(interval '1' day, 'x')
try_add('x', 'y')
try_multiply('x', 'y')
try_add(null, 1/0)
try_divide(null, 1/0)
try_mod('7', 1/0)
try_add(a, b) FROM VALUES ('x', 1) AS t(a, b)
try_divide(a, b) FROM VALUES ('x', 1), ('4', 0), ('4', 2) AS t(a, b)
try_divide(a, b) FROM VALUES ('x', 1.5BD), ('4', 0BD), ('4', 2BD) AS t(a, b)
interval '106751991 04:00:54.775807' day to second * a FROM VALUES (5) AS t(a)
interval '178956970-7' year to month * a FROM VALUES (5) AS t(a)
interval '178956970-7' year to month * 5.5
interval '178956970-7' year to month * 5.5D
interval '178956970-7' year to month * 5L
interval '106751991 04:00:54.775807' day to second * 1.5BD
interval '106751991 04:00:54.775807' day to second / 0.1D
interval '178956970-7' year to month / 0.1D
interval '178956970-7' year to month / 0.1BD
interval '-178956970-8' year to month / -1
interval '-106751991 04:00:54.775808' day to second / -1
interval '-106751991 04:00:54.775808' day to second / -1L
interval '-2' hour / a FROM VALUES (4.9E-324D) AS t(a)
interval '-2' hour / 0D
interval '-2' hour / 0
interval '-2' hour * double('NaN')
interval '-2' hour / double('NaN')
interval '2' month * double('NaN')
interval '2' month * double('inf')
99999999999999999999.999999999BD * 0.333333333333333333333BD
CAST(12345678901234567890.123456789 AS DECIMAL(38,18)) * CAST(0.333333333333333333 AS DECIMAL(18,18))
9999999999999999999999999999.9999999999BD / 0.0000000001BD
9999999999999999999999999999.9999999999BD + 9999999999999999999999999999.9999999999BD
9999999999999999999999999999.9999999999BD div 0.00000000000000000000000000000000000001BD
99999999999999999999BD div 1BD
-99999999999999999999BD div 1BD
1BD div 3BD
cast(null as decimal(38,10)) div 0E-10BD
cast(null as decimal(38,10)) / 0E-10BD
cast(null as decimal(38,10)) % 0E-10BD
a / b FROM VALUES (cast(null as decimal(38,10)), 0E-10BD), (1BD, 1BD) AS t(a, b)
a % b FROM VALUES (cast(null as decimal(38,10)), 0E-10BD), (1BD, 1BD) AS t(a, b)
a div b FROM VALUES (cast(null as int), 0), (1, 1) AS t(a, b)
a % b FROM VALUES (cast(null as int), 0), (1, 1) AS t(a, b)
a / b FROM VALUES (cast(null as double), 0D), (1D, 1D) AS t(a, b)
mod(a, b) FROM VALUES (cast(null as decimal(38,10)), 0E-10BD) AS t(a, b)
pmod(a, b) FROM VALUES (cast(null as decimal(38,10)), 0E-10BD), (cast(null as decimal(38,10)), 1BD) AS t(a, b)
interval '1' day div interval '0' day
cast(null as interval day) div interval '0' day
99999999999999999999999999999999999999BD + 99999999999999999999999999999999999999BD
-99999999999999999999999999999999999999BD - 99999999999999999999999999999999999999BD
99999999999999999999999999999999999999BD * 3BD
99999999999999999999999999999999999999BD * 99999999999999999999999999999999999999BD
12345678901234567890123456789012345678BD * 1.1BD
99999999999999999999999999999999999999BD / 0.7BD
99999999999999999999999999999999999999BD div 0.7BD
99999999999999999999999999999999999999BD div 0.0000007BD
12345678901234567890123456789.123456789BD div 0.00000000000000000000007BD
-9999999999999999999999999999.9999999999BD div 0.00000000000000000000000000000000000003BD
99999999999999999999999999999999999999BD % 0.7BD
12345678901234567890123456789012345678BD % 0.00000000000000000000000000000000000007BD
99999999999999999999BD / 3BD
0.000000000000000000000000000001BD * 0.000000000000000000000000000001BD
1.23456789012345678901234567890123456BD * 1.23456789012345678901234567890123456BD
123456789.0123456789012345678901234567BD * 1.2345678901234567890123456789012345678BD
a * b FROM VALUES (99999999999999999999999999999999999999BD, 3BD) AS t(a, b)
try_multiply(99999999999999999999999999999999999999BD, 3BD)
a div b FROM VALUES (99999999999999999999999999999999999999BD, 0.7BD) AS t(a, b)
round(2.5D)
round(-2.5D)
round(1.005D, 2)
round(123456789BD, -3)
round(99.99BD, 1)
round(2147483647, -1)
round(127Y, -1)
bround(125Y, -1)
round(1.5, null)
round(1.5, 1+1)
round(1.5D, 400)
round(1.5D, -400)
round('1.55', 1)
round(1.5, a) FROM VALUES (1) AS t(a)
round(true)
round()
round(1, 2, 3)
ceil(-1.5D)
ceil(1e30D)
ceil(double('NaN'))
ceil(99999999999999999999.5BD)
floor(-0.5BD)
floor(-0.0D)
ceil(5, -1)
floor(-5, -1)
ceil(1.234BD, 2)
floor(-1.234BD, 2)
ceil(1.234BD, 10)
ceil(99.99BD, -3)
floor(12345L, -38)
ceil(12345L, -40)
pmod(-7, 3)
pmod(-7, -3)
pmod(7, 0)
pmod(-7.5D, 2)
mod(-7.5BD, 2)
mod(7, 0)
mod(5, 0D)
try_mod(5, 0)
5 % 0BD
5 / 0
5D / 0
5 div 0
-2147483648 div -1
cast(-9223372036854775808 as bigint) div -1
cast(-9223372036854775808 as bigint) % -1
-(-128Y)
-cast(-128 as tinyint)
abs(cast(-128 as tinyint))
abs(-9223372036854775808L)
127Y + 1Y
100Y * 2Y
32767S + 1S
2147483647 + 1
2147483647 * 2
9223372036854775807L + 1
9223372036854775807L - -1
1.5 + '2'
'1' + '2'
'a' + 1
1 + null
null + null
true + 1
date'2020-01-01' + 1
1 + date'2020-01-01'
date'2020-01-01' * 2
interval '1' day + interval '1' month
interval '1' day * interval '1' day
2 * interval '1' day
2 / interval '1' day
interval '1' day / 7
interval '1' day div interval '1' hour
interval '1' year div interval '1' month
sqrt(-1)
cbrt(-8)
exp(1000)
ln(0)
log(0, 5)
log(1, 5)
log10(-1)
log1p(-1)
log2(8)
pow(0, -1)
pow(-8, 1/3)
pow('2', 3)
factorial(20)
factorial(21)
factorial(-1)
factorial(2.5)
hypot(1e200, 1e200)
atan2(0, -0.0D)
sign(interval '-1' day)
sign(-0.0D)
signum('x')
degrees(pi())
rint(2.5)
rint(-0.5)
width_bucket(5.3, 0.2, 10.6, 5)
width_bucket(5, 10, 0, 5)
width_bucket(5, 0, 10, 0)
width_bucket(5, 1, 1, 5)
width_bucket(double('NaN'), 0, 10, 5)
width_bucket(interval '5' day, interval '0' day, interval '10' day, 5)
width_bucket(interval '15' month, interval '0' year, interval '10' year, 5)
width_bucket(date'2020-01-01', 0, 10, 5)
width_bucket(5, 0, 10, 5.5)
nanvl(double('NaN'), 5)
isnan('x')
isnan(null)
conv('100', 2, 10)
conv('-10', 16, -10)
conv('zz', 37, 10)
bin(-5)
hex(-1)
unhex('ABC')
greatest(1, 2.5, '3')
greatest(1)
greatest()
least(1, double('NaN'))
least(array(1), array(0))
greatest(map(1,2), map(1,2))
shiftleft(1, 33)
1 << 65
-1 >>> 1
-1L >>> 70
~5Y
5 & 3L
5 | true
bit_count(-1)
getbit(5, 64)
try_add(127Y, 1Y)
try_subtract(date'2020-01-01', interval '1' month)
try_multiply(1e38BD, 10)
try_divide(1, 0)
try_add(interval '1' month, interval '1' day)
round(cast('9e37' as decimal(38,0)), -38)
round(99999999999999999999999999999999999999BD, -1)
round(99999999999999999999999999999999999999BD, -38)
round(99999999999999999999999999999999999999BD, -39)
round(12345BD, -40)
bround(99999999999999999999999999999999999999BD, -1)
ceil(99999999999999999999999999999999999999BD, -1)
ceil(99999999999999999999999999999999999999BD, -38)
ceil(99999999999999999999999999999999999999BD, -39)
ceil(1BD, -38)
floor(-1BD, -38)
floor(-1BD, -37)
ceil(a, -40) FROM VALUES (12345L) AS t(a)
ceil(9999999999999999999999999999999999.9999BD)
ceil(99999999999999999999999999999999999999BD)
floor(99999999999999999999999999999999999.999BD)
round(99999999999999999999999999999999999.999BD, 2)
round(99999999999999999999999999999999999.999BD)
interval '1' month + interval '1' day
interval '1' month - interval '1' day
interval '1' day - interval '1' month
interval '1' day + 1
1 + interval '1' day
interval '1' month + 1
1 + interval '1' month
interval '1' day + 'x'
'x' + interval '1' day
interval '1' day + make_interval(1)
make_interval(1) + interval '1' day
interval '1' month + make_interval(1)
make_interval(1) + interval '1' month
make_interval(1) - interval '1' month
interval '1' day - 1
1 - interval '1' day
true + interval '1' day
interval '1' day + true
interval '1' month + true
null + interval '1' day
interval '1' day + null
interval '1' day + array(1)
'1e40' + 1BD
1.5BD = '1e40'
1BD + 1BD
1.5BD - 1BD
1.5BD * 2
1 + 1
1L * 2L
1Y + 1Y
1D + 1D
1BD % 2BD
interval '1' day + interval '1' day
interval '1' day * 2
interval '1' day / 2
abs(1BD)
-(1BD)
abs(1)
- 1BD
+ 1BD
round(1BD)
ceil(1BD)
1BD div 1BD
pmod(1BD, 1BD)
mod(1BD, 1BD)
try_add(1BD, 1BD)
a + b FROM VALUES (1BD, 2BD) AS t(a, b)
a * b FROM VALUES (1.5BD, 2) AS t(a, b)
date'2020-01-01' - date'2020-01-01'
timestamp'2020-01-01' + interval '1' day
'1' + 1BD
1BD + 1D
cast(1 as decimal(38,0)) + 1BD
cast(1.5BD as decimal(10,0))
cast(1 as decimal(10,0))
cast(1 as decimal(5,0))
cast(1.5D as decimal(10,0))
greatest(1BD, 2BD)
1BD between 0 and 2
sum(a) + 1 FROM VALUES (1BD) AS t(a)
try_add(a, 1/b) FROM VALUES (1, 0) AS t(a, b)
try_add(a, a div b) FROM VALUES (1, 0) AS t(a, b)
try_multiply(a, a % b) FROM VALUES (1, 0) AS t(a, b)
try_divide(a, a div b) FROM VALUES (1, 0) AS t(a, b)
try_mod(a, a div b) FROM VALUES (1, 0) AS t(a, b)
try_subtract(a, a + b) FROM VALUES (2147483647, 1) AS t(a, b)
try_add(a + b, 1) FROM VALUES (2147483647, 1) AS t(a, b)
try_add(a * b, 1BD) FROM VALUES (99999999999999999999999999999999999999BD, 3BD) AS t(a, b)
try_add(cast(a as int), 1) FROM VALUES ('x') AS t(a)
try_divide(cast(a as int), 1) FROM VALUES ('x') AS t(a)
try_add(a, 'x') FROM VALUES (1) AS t(a)
try_add(a, '1') FROM VALUES (1) AS t(a)
try_divide(a, 'x') FROM VALUES (1) AS t(a)
try_add(interval '1' day, interval '1' day * a) FROM VALUES (9223372036854775807L) AS t(a)
try_add(date'2020-01-01', a div b) FROM VALUES (1, 0) AS t(a, b)
try_element_at(array(1), a div b) FROM VALUES (1, 0) AS t(a, b)
try_to_number(string(a div b), '9') FROM VALUES (1, 0) AS t(a, b)
try_sum(a div b) FROM VALUES (1, 0) AS t(a, b)
try_avg(a div b) FROM VALUES (1, 0) AS t(a, b)
try_cast(a div b AS STRING) FROM VALUES (1, 0) AS t(a, b)
try_cast(cast(a as int) AS STRING) FROM VALUES ('x') AS t(a)
try_to_timestamp(string(a div b)) FROM VALUES (1, 0) AS t(a, b)
try_make_timestamp(a div b, 1, 1, 1, 1, 1) FROM VALUES (1, 0) AS t(a, b)
try_url_decode(string(a div b)) FROM VALUES (1, 0) AS t(a, b)
try_parse_json(string(a div b)) FROM VALUES (1, 0) AS t(a, b)
--SET spark.sql.ansi.enabled=false
log(array(1))
log(2, array(1))
log(2, true)
log(true, 2)
log()
log(1, 2, 3)
ceiling(date'2020-02-29', 2)
floor(date'2020-02-29', 2)
floor(true)
ceil('x', 2)
ceil('1.55', 1)
ceil(1.5, '1')
ceil(1.5, null)
ceil(1.5, 1.5)
ceil(null, 1)
ceil(1.5, 2L)
ceil(1.7976931348623157E308D, 1)
ceiling(1.7976931348623157E308D, 1)
floor(1e20D, 1)
floor(interval '1' day, 1)
nanvl(array(1), 1.5D)
nanvl(1.5D, null)
nanvl(null, 1.5D)
nanvl('x', 1.5D)
nanvl(1, 2)
nanvl(1.5D, true)
try_divide(3, 'x')
try_add(3, 'x')
try_subtract('x', 3)
try_multiply(3, 'x')
try_mod(3, 'x')
try_divide('x', 3)
try_divide('6', '3')
try_divide(1, 1/0)
try_add(1, 1/0)
try_divide('x', 1/0)
try_divide(interval '1' day, 1/0)
try_multiply(interval '1' day, 1/0)
try_divide(interval '1' day, 'x')
try_add('x', 'y')
try_multiply('x', 'y')
try_add(null, 1/0)
try_divide(null, 1/0)
try_mod('7', 1/0)
try_add(a, b) FROM VALUES ('x', 1) AS t(a, b)
try_divide(a, b) FROM VALUES ('x', 1), ('4', 0), ('4', 2) AS t(a, b)
try_divide(a, b) FROM VALUES ('x', 1.5BD), ('4', 0BD), ('4', 2BD) AS t(a, b)
interval '106751991 04:00:54.775807' day to second * a FROM VALUES (5) AS t(a)
interval '178956970-7' year to month * a FROM VALUES (5) AS t(a)
interval '178956970-7' year to month * 5.5
interval '178956970-7' year to month * 5.5D
interval '178956970-7' year to month * 5L
interval '106751991 04:00:54.775807' day to second * 1.5BD
interval '106751991 04:00:54.775807' day to second / 0.1D
interval '178956970-7' year to month / 0.1D
interval '178956970-7' year to month / 0.1BD
interval '-178956970-8' year to month / -1
interval '-106751991 04:00:54.775808' day to second / -1
interval '-106751991 04:00:54.775808' day to second / -1L
interval '-2' hour / a FROM VALUES (4.9E-324D) AS t(a)
interval '-2' hour / 0D
interval '-2' hour / 0
interval '-2' hour * double('NaN')
interval '-2' hour / double('NaN')
interval '2' month * double('NaN')
interval '2' month * double('inf')
99999999999999999999.999999999BD * 0.333333333333333333333BD
CAST(12345678901234567890.123456789 AS DECIMAL(38,18)) * CAST(0.333333333333333333 AS DECIMAL(18,18))
9999999999999999999999999999.9999999999BD / 0.0000000001BD
9999999999999999999999999999.9999999999BD + 9999999999999999999999999999.9999999999BD
9999999999999999999999999999.9999999999BD div 0.00000000000000000000000000000000000001BD
99999999999999999999BD div 1BD
-99999999999999999999BD div 1BD
1BD div 3BD
cast(null as decimal(38,10)) div 0E-10BD
cast(null as decimal(38,10)) / 0E-10BD
cast(null as decimal(38,10)) % 0E-10BD
a / b FROM VALUES (cast(null as decimal(38,10)), 0E-10BD), (1BD, 1BD) AS t(a, b)
a % b FROM VALUES (cast(null as decimal(38,10)), 0E-10BD), (1BD, 1BD) AS t(a, b)
a div b FROM VALUES (cast(null as int), 0), (1, 1) AS t(a, b)
a % b FROM VALUES (cast(null as int), 0), (1, 1) AS t(a, b)
a / b FROM VALUES (cast(null as double), 0D), (1D, 1D) AS t(a, b)
mod(a, b) FROM VALUES (cast(null as decimal(38,10)), 0E-10BD) AS t(a, b)
pmod(a, b) FROM VALUES (cast(null as decimal(38,10)), 0E-10BD), (cast(null as decimal(38,10)), 1BD) AS t(a, b)
interval '1' day div interval '0' day
cast(null as interval day) div interval '0' day
99999999999999999999999999999999999999BD + 99999999999999999999999999999999999999BD
-99999999999999999999999999999999999999BD - 99999999999999999999999999999999999999BD
99999999999999999999999999999999999999BD * 3BD
99999999999999999999999999999999999999BD * 99999999999999999999999999999999999999BD
12345678901234567890123456789012345678BD * 1.1BD
99999999999999999999999999999999999999BD / 0.7BD
99999999999999999999999999999999999999BD div 0.7BD
99999999999999999999999999999999999999BD div 0.0000007BD
12345678901234567890123456789.123456789BD div 0.00000000000000000000007BD
-9999999999999999999999999999.9999999999BD div 0.00000000000000000000000000000000000003BD
99999999999999999999999999999999999999BD % 0.7BD
12345678901234567890123456789012345678BD % 0.00000000000000000000000000000000000007BD
99999999999999999999BD / 3BD
0.000000000000000000000000000001BD * 0.000000000000000000000000000001BD
1.23456789012345678901234567890123456BD * 1.23456789012345678901234567890123456BD
123456789.0123456789012345678901234567BD * 1.2345678901234567890123456789012345678BD
a * b FROM VALUES (99999999999999999999999999999999999999BD, 3BD) AS t(a, b)
try_multiply(99999999999999999999999999999999999999BD, 3BD)
a div b FROM VALUES (99999999999999999999999999999999999999BD, 0.7BD) AS t(a, b)
round(2.5D)
round(-2.5D)
round(1.005D, 2)
round(123456789BD, -3)
round(99.99BD, 1)
round(2147483647, -1)
round(127Y, -1)
bround(125Y, -1)
round(1.5, null)
round(1.5, 1+1)
round(1.5D, 400)
round(1.5D, -400)
round('1.55', 1)
round(1.5, a) FROM VALUES (1) AS t(a)
round(true)
round()
round(1, 2, 3)
ceil(-1.5D)
ceil(1e30D)
ceil(double('NaN'))
ceil(99999999999999999999.5BD)
floor(-0.5BD)
floor(-0.0D)
ceil(5, -1)
floor(-5, -1)
ceil(1.234BD, 2)
floor(-1.234BD, 2)
ceil(1.234BD, 10)
ceil(99.99BD, -3)
floor(12345L, -38)
ceil(12345L, -40)
pmod(-7, 3)
pmod(-7, -3)
pmod(7, 0)
pmod(-7.5D, 2)
mod(-7.5BD, 2)
mod(7, 0)
mod(5, 0D)
try_mod(5, 0)
5 % 0BD
5 / 0
5D / 0
5 div 0
-2147483648 div -1
cast(-9223372036854775808 as bigint) div -1
cast(-9223372036854775808 as bigint) % -1
-(-128Y)
-cast(-128 as tinyint)
abs(cast(-128 as tinyint))
abs(-9223372036854775808L)
127Y + 1Y
100Y * 2Y
32767S + 1S
2147483647 + 1
2147483647 * 2
9223372036854775807L + 1
9223372036854775807L - -1
1.5 + '2'
'1' + '2'
'a' + 1
1 + null
null + null
true + 1
date'2020-01-01' + 1
1 + date'2020-01-01'
date'2020-01-01' * 2
interval '1' day + interval '1' month
interval '1' day * interval '1' day
2 * interval '1' day
2 / interval '1' day
interval '1' day / 7
interval '1' day div interval '1' hour
interval '1' year div interval '1' month
sqrt(-1)
cbrt(-8)
exp(1000)
ln(0)
log(0, 5)
log(1, 5)
log10(-1)
log1p(-1)
log2(8)
pow(0, -1)
pow(-8, 1/3)
pow('2', 3)
factorial(20)
factorial(21)
factorial(-1)
factorial(2.5)
hypot(1e200, 1e200)
atan2(0, -0.0D)
sign(interval '-1' day)
sign(-0.0D)
signum('x')
degrees(pi())
rint(2.5)
rint(-0.5)
width_bucket(5.3, 0.2, 10.6, 5)
width_bucket(5, 10, 0, 5)
width_bucket(5, 0, 10, 0)
width_bucket(5, 1, 1, 5)
width_bucket(double('NaN'), 0, 10, 5)
width_bucket(interval '5' day, interval '0' day, interval '10' day, 5)
width_bucket(interval '15' month, interval '0' year, interval '10' year, 5)
width_bucket(date'2020-01-01', 0, 10, 5)
width_bucket(5, 0, 10, 5.5)
nanvl(double('NaN'), 5)
isnan('x')
isnan(null)
conv('100', 2, 10)
conv('-10', 16, -10)
conv('zz', 37, 10)
bin(-5)
hex(-1)
unhex('ABC')
greatest(1, 2.5, '3')
greatest(1)
greatest()
least(1, double('NaN'))
least(array(1), array(0))
greatest(map(1,2), map(1,2))
shiftleft(1, 33)
1 << 65
-1 >>> 1
-1L >>> 70
~5Y
5 & 3L
5 | true
bit_count(-1)
getbit(5, 64)
try_add(127Y, 1Y)
try_subtract(date'2020-01-01', interval '1' month)
try_multiply(1e38BD, 10)
try_divide(1, 0)
try_add(interval '1' month, interval '1' day)
round(cast('9e37' as decimal(38,0)), -38)
round(99999999999999999999999999999999999999BD, -1)
round(99999999999999999999999999999999999999BD, -38)
round(99999999999999999999999999999999999999BD, -39)
round(12345BD, -40)
bround(99999999999999999999999999999999999999BD, -1)
ceil(99999999999999999999999999999999999999BD, -1)
ceil(99999999999999999999999999999999999999BD, -38)
ceil(99999999999999999999999999999999999999BD, -39)
ceil(1BD, -38)
floor(-1BD, -38)
floor(-1BD, -37)
ceil(a, -40) FROM VALUES (12345L) AS t(a)
ceil(9999999999999999999999999999999999.9999BD)
ceil(99999999999999999999999999999999999999BD)
floor(99999999999999999999999999999999999.999BD)
round(99999999999999999999999999999999999.999BD, 2)
round(99999999999999999999999999999999999.999BD)
interval '1' month + interval '1' day
interval '1' month - interval '1' day
interval '1' day - interval '1' month
interval '1' day + 1
1 + interval '1' day
interval '1' month + 1
1 + interval '1' month
interval '1' day + 'x'
'x' + interval '1' day
interval '1' day + make_interval(1)
make_interval(1) + interval '1' day
interval '1' month + make_interval(1)
make_interval(1) + interval '1' month
make_interval(1) - interval '1' month
interval '1' day - 1
1 - interval '1' day
true + interval '1' day
interval '1' day + true
interval '1' month + true
null + interval '1' day
interval '1' day + null
interval '1' day + array(1)
'1e40' + 1BD
1.5BD = '1e40'
1BD + 1BD
1.5BD - 1BD
1.5BD * 2
1 + 1
1L * 2L
1Y + 1Y
1D + 1D
1BD % 2BD
interval '1' day + interval '1' day
interval '1' day * 2
interval '1' day / 2
abs(1BD)
-(1BD)
abs(1)
- 1BD
+ 1BD
round(1BD)
ceil(1BD)
1BD div 1BD
pmod(1BD, 1BD)
mod(1BD, 1BD)
try_add(1BD, 1BD)
a + b FROM VALUES (1BD, 2BD) AS t(a, b)
a * b FROM VALUES (1.5BD, 2) AS t(a, b)
date'2020-01-01' - date'2020-01-01'
timestamp'2020-01-01' + interval '1' day
'1' + 1BD
1BD + 1D
cast(1 as decimal(38,0)) + 1BD
cast(1.5BD as decimal(10,0))
cast(1 as decimal(10,0))
cast(1 as decimal(5,0))
cast(1.5D as decimal(10,0))
greatest(1BD, 2BD)
1BD between 0 and 2
sum(a) + 1 FROM VALUES (1BD) AS t(a)
try_add(a, 1/b) FROM VALUES (1, 0) AS t(a, b)
try_add(a, a div b) FROM VALUES (1, 0) AS t(a, b)
try_multiply(a, a % b) FROM VALUES (1, 0) AS t(a, b)
try_divide(a, a div b) FROM VALUES (1, 0) AS t(a, b)
try_mod(a, a div b) FROM VALUES (1, 0) AS t(a, b)
try_subtract(a, a + b) FROM VALUES (2147483647, 1) AS t(a, b)
try_add(a + b, 1) FROM VALUES (2147483647, 1) AS t(a, b)
try_add(a * b, 1BD) FROM VALUES (99999999999999999999999999999999999999BD, 3BD) AS t(a, b)
try_add(cast(a as int), 1) FROM VALUES ('x') AS t(a)
try_divide(cast(a as int), 1) FROM VALUES ('x') AS t(a)
try_add(a, 'x') FROM VALUES (1) AS t(a)
try_add(a, '1') FROM VALUES (1) AS t(a)
try_divide(a, 'x') FROM VALUES (1) AS t(a)
try_add(interval '1' day, interval '1' day * a) FROM VALUES (9223372036854775807L) AS t(a)
try_add(date'2020-01-01', a div b) FROM VALUES (1, 0) AS t(a, b)
try_element_at(array(1), a div b) FROM VALUES (1, 0) AS t(a, b)
try_to_number(string(a div b), '9') FROM VALUES (1, 0) AS t(a, b)
try_sum(a div b) FROM VALUES (1, 0) AS t(a, b)
try_avg(a div b) FROM VALUES (1, 0) AS t(a, b)
try_cast(a div b AS STRING) FROM VALUES (1, 0) AS t(a, b)
try_cast(cast(a as int) AS STRING) FROM VALUES ('x') AS t(a)
try_to_timestamp(string(a div b)) FROM VALUES (1, 0) AS t(a, b)
try_make_timestamp(a div b, 1, 1, 1, 1, 1) FROM VALUES (1, 0) AS t(a, b)
try_url_decode(string(a div b)) FROM VALUES (1, 0) AS t(a, b)
try_parse_json(string(a div b)) FROM VALUES (1, 0) AS t(a, b)
