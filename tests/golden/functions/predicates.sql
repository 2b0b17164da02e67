1 = 1, 1 = 2, 1 = 1L, 1 = 1.0, 1 = 1D, 'a' = 'a', 'a' = 'A', true = false, null = 1, null = null, 1 = '1', date'2020-01-01' = '2020-01-01', date'2020-01-01' = timestamp'2020-01-01', X'01' = X'01', array(1) = array(1L), struct(1, 'a') = struct(1, 'a'), array(1, null) = array(1, null)
1 < 2, 1 <= 1, 'a' < 'b', 'B' < 'a', false < true, date'2020-01-01' >= '2019-01-01', double('nan') > 1D, double('nan') = double('nan'), 0.0D = -0.0D, array(1, 2) < array(1, 3), array(null) < array(1), struct(1, 2) > struct(1, 1), X'00' < X'FF', 'é' > 'z', null < 1
a > 1.5, a >= 1.5, a < 1.5, a <= 1.5, 1.5 < a, 2.0 >= a, a < 1e30BD from values (1), (2), (null) t(a)
2 > 1.5
1 <=> 1, 1 <=> null, null <=> null, 'a' <=> 'b', 1 <=> '1', equal_null(1, 2), equal_null(null, null)
1 <> 2, 1 != 1, null != 1, not (1 = 1), 1 == 1
a = b, a < b, a <=> b, a != b, a >= b from values (1, 1), (1, 2), (null, 1), (null, null) t(a, b)
a = b, a < b, a > b from values (double('nan'), double('nan')), (double('nan'), double('inf')), (0.0D, -0.0D), (null, 1D) t(a, b)
a = 'x', a > 'b', a in ('x', 'y') from values ('x'), ('a'), (null), ('') t(a)
true and false, true or false, true and null, false and null, null or true, null or false, not null, not true, 'true' and true, not 'true', null and null
a and b, a or b, not a from values (true, true), (true, null), (false, null), (null, null) t(a, b)
1 in (1, 2), 3 in (1, 2), 1 in (1, null), 3 in (1, null), null in (1), 1 in ('1', 2), 1.5 in (1, 1.5), 'a' in ('a', 'b'), array(1) in (array(1)), 1 not in (2, null), (1, 2) in ((1, 2), (3, 4)), date'2020-01-01' in ('2020-01-01'), double('nan') in (double('nan'))
a in (1, 2, b) from values (1, 5), (5, 5), (6, null), (null, 1) t(a, b)
1 between 0 and 2, 1 between '0' and 2, 5 not between 1 and 3, null between 1 and 2, date'2020-06-01' between '2020-01-01' and '2020-12-31'
1.5 between 1 and 2
a between 1 and 3, a + 1 between 2 and 3 from values (0), (1), (3), (null) t(a)
'abc' like 'a%', 'abc' like 'a_c', 'abc' like 'A%', 'abc' like '', '' like '%', 'a%' like 'a\\%', 'a\\bc' like 'a\\\\bc', 'a/%b' like 'a/%%' escape '/', 'abc' not like 'b%', null like 'a', 'a' like null, 1 like '1', X'41' like 'A', 'a\nb' like 'a%b', 'é' like '_', 'ab' like 'a%b%'
a like b from values ('abc', 'a%'), ('abc', '%d'), ('a_c', 'a\\_c'), (null, 'a'), ('abc', 'abc') t(a, b)
a like '%b%', a like 'b%', a like '%c' from values ('abc'), ('bcd'), (null), ('') t(a)
like('abc', 'a%'), like('a%', 'a!%', '!'), ilike('ABC', 'a%'), 'ABC' ilike '%bc', ilike('É', 'é'), 'ABC' not ilike 'a%'
'abc' like any ('a%', 'b%'), 'abc' like all ('a%', '%d'), 'abc' not like any ('a%', 'b%'), 'abc' not like all ('x%', 'y%'), 'abc' like some ('x', null)
isnull(1), isnull(null), 1 is null, null is not null, isnotnull(null), isnotnull('a'), isnan(1), isnan(double('nan')), isnan(null), isnan(float('nan')), isnan('1')
a is null, a is not null, isnan(a) from values (1D), (null), (double('nan')) t(a)
true is true, null is false, false is not true, null is unknown, 1 is distinct from 2, null is not distinct from null
1 = true
1 = array(1)
array(1) = 1
map('a', 1) = map('a', 1)
map('a', 1) <=> map('a', 1)
make_interval(1) < make_interval(2)
1 < 'a'
1 in (true)
map() in (map())
1 and true
'a' and true
not 1
1 or 2
isnan('a')
isnan(true)
'abc' like 'a\\'
'abc' like 'a\\b'
like('a', 'b', 'ab')
array(1) like 'a'
1 between array(1) and 2
--SET spark.sql.ansi.enabled=false
2 = true, 1 = '1', 1 < 'a', '2' > 1, 'a' = 1, date'2020-01-01' = '2020-1-1', '2020-01-01' < date'2020-02-01', 1.5 = '1.5', true = 'true', '1' in (1, 2), 1 in ('a', '1')
isnan('a'), 'a' like 1
1 < true
1 = true
--RESET
true IS UNKNOWN IS UNKNOWN
1 IS UNKNOWN IS UNKNOWN
date'2020-01-01' IS NOT UNKNOWN
(true AND false) IS UNKNOWN
NOT true IS UNKNOWN
(NOT true) IS UNKNOWN
cast('true' as boolean) IS UNKNOWN
cast(date'2020-01-01' as string) IS UNKNOWN
(1 = 1L) IS UNKNOWN
(1 + 1L) IS UNKNOWN
-1 IS UNKNOWN
(- 1) IS UNKNOWN
(true = false) IS UNKNOWN
a > 1 IS UNKNOWN from values (1) t(a)
(date'2020-01-01' < date'2020-01-02') IS UNKNOWN
(date'2020-01-01' + interval '1' day) IS UNKNOWN
interval 1 day IS UNKNOWN
(null) IS NOT UNKNOWN
isunknown(true)
true is not unknown and 1 is unknown
(X'61' is null) is unknown
case when true then false end is unknown
true is true is unknown
't' IS UNKNOWN
a IS UNKNOWN from values (1) t(a)
a IS NOT UNKNOWN from values ('x') t(a)
date'2020-01-01' IS UNKNOWN
(1 = 1) IS UNKNOWN
(1 + 1) IS UNKNOWN
array(1) IS NOT UNKNOWN
interval '1' month IS UNKNOWN
true IS UNKNOWN AND false
(true and null) IS NOT UNKNOWN
1.5 IS UNKNOWN
current_date() IS UNKNOWN
concat('a') IS UNKNOWN
d >= 2 from values (1.50BD) t(d)
d >= 2L from values (1.50BD) t(d)
d = 2 from values (1.50BD) t(d)
2 <= d from values (1.50BD) t(d)
1.50BD >= 2
1.50BD = 2
2 = 1.50BD
d >= i from values (1.50BD, 2) t(d, i)
d >= 20000000000L from values (1.50BD) t(d)
d >= 2S from values (1.50BD) t(d)
d >= 2Y from values (1.50BD) t(d)
d + 2 from values (1.50BD) t(d)
d between 2 and 3 from values (1.50BD) t(d)
d between 2 and i from values (1.50BD, 2) t(d, i)
i between 1.5 and 2.5 from values (1) t(i)
i between 1.5 and 1e30BD from values (1) t(i)
i between 1e30BD and 2.5 from values (1), (null) t(i)
1 between 1.5 and 2.5
3 between '1' and 5.5
i > 1.5, i > 1e19BD, i >= 1e19BD, i < 1e19BD, i <= 1e19BD from values (1), (null) t(i)
i > -1e19BD, i >= -1e19BD, i < -1e19BD, i <= -1e19BD, 1e19BD > i, -1e19BD > i from values (1), (null) t(i)
i > 9223372036854775807.5BD, i < 9223372036854775807.5BD, i > -9223372036854775808.5BD from values (1), (null) t(i)
i = 1.5, i <=> 1.5, i != 1.5 from values (1), (null) t(i)
i > cast(1.5 as decimal(3,1)) from values (1) t(i)
i > - (1.5) from values (1) t(i)
i > +1.5 from values (1) t(i)
i + 1 > 1.5 from values (1) t(i)
i > 1.5D from values (1) t(i)
i > cast(null as decimal(3,1)) from values (1) t(i)
not (i > 1.5) from values (1) t(i)
i > 1.5 and i < 2.5 from values (1) t(i)
case when i > 1.5 then 1 end from values (1) t(i)
select i from values (1), (2) t(i) where i > 1.5
select i > 1.5 as x, max(i) from values (1), (2) t(i) group by i > 1.5
select max(i) filter (where i > 1.5) from values (1), (2) t(i)
i > 1.5 or 1.5 between array(1) and 2 from values (1) t(i)
1 between 2 and 3 between 4 and 5
(i + 1) between 2 and 3L from values (1) t(i)
(i + 1) between 2 and '3' from values (1) t(i)
(i + 1.5) between 2 and '3' from values (1) t(i)
(i + 1.5) between 2 and 3 from values (1) t(i)
not 1.5 between 1 and 2
1.5 not between 1 and 2
between(1.5, 1, 2)
'a' between 1 and 2
date'2020-01-01' between '2020-01-01' and timestamp'2020-01-02 00:00:00'
null between 1 and 2
1 between null and 2
i between null and 2 from values (1) t(i)
map(1,2) between map(1,2) and map(1,2)
interval '1' month between interval '1' year and interval '2' year
raise_error(map('k', 1))
raise_error(1)
raise_error(array('x'))
raise_error(interval '1' day)
raise_error(null)
raise_error()
raise_error('A', 'b')
raise_error('USER_RAISED_EXCEPTION', map('errorMessage', 'x'))
raise_error('NOPE', map('errorMessage', 'x'))
raise_error(a) from values ('x') t(a)
assert_true(null)
assert_true(cast(null as boolean), 5)
assert_true(false, 5)
assert_true(false, array(1))
assert_true(false, named_struct('a', 1))
assert_true(array(1), array(1))
assert_true(a > 1, a) from values (1) t(a)
assert_true(a > 1) from values (1) t(a)
assert_true(a > 1.5) from values (1) t(a)
assert_true(a) from values ('true') t(a)
assert_true('true')
when()
when(true)
when(1)
when(true, 1)
when(1, 1)
when(true, 1, 2)
when(null, 1)
if(null, 1, 2)
case when 1 then 2 end
case when 'true' then 2 end
nullif(a, b) from values (1, array(1)) t(a, b)
nullif(1, 'x')
nullif(a, b) from values (cast(null as int), 'x') t(a, b)
nullif(a, b), a in (b), a in (1, b), a = b, b = a, a <=> b from values (cast(null as int), '1') t(a, b)
a in (1, b) from values (1, 'x') t(a, b)
a in (2, b) from values (1, 'x') t(a, b)
a in (2, b, null) from values (1, '3'), (1, '1') t(a, b)
a not in (2, b, null) from values (1, '3'), (1, '1') t(a, b)
a + 1 = b from values (cast(null as int), 'x') t(a, b)
a = b + 1 from values (cast(null as int), 'x') t(a, b)
coalesce(a = b, true) from values (cast(null as int), 'x') t(a, b)
if(a = b, 1, 2) from values (cast(null as int), 'x') t(a, b)
select count(*) from values (cast(null as int), '1') t(a, b) where a = b
not (a = b) from values (cast(null as int), 'x') t(a, b)
a between b and 2 from values (cast(null as int), 'x') t(a, b)
a > 3 and b = 1 from values (1, 'x') t(a, b)
a in (select b from values ('1') s(b)) from values (1) t(a)
a <> 0 and 10/a > 1 from values (0), (1) t(a)
a = 0 or 10/a > 1 from values (0), (1) t(a)
a <> 0 and element_at(array(1), a) > 1 from values (0), (1) t(a)
if(a <> 0, 10/a, 1) from values (0), (1) t(a)
null and raise_error('x') is null
a < 1/b from values (cast(null as int), 0) t(a, b)
coalesce(a, 1/b) from values (1, 0) t(a, b)
a in (1, 1/b) from values (1, 0) t(a, b)
select a from values (0), (1) t(a) where a <> 0 and 10/a > 1
select count(*) from values (0), (1) t(a) where a = 0 or 10/a > 1
2147483647 = 0.00BD
2147483647 = 1.00BD
2 = 0.00BD
2147483647 > 0.00BD
a = 1234567890 from values (1.5BD) t(a)
a = 1234567890 from values (cast(1.5 as decimal(20,2))) t(a)
a = 2 from values (cast(1.5 as decimal(20,2))) t(a)
a = 2 from values (cast(1.5 as decimal(12,2))) t(a)
a = 2147483647 from values (cast(1.5 as decimal(12,2))) t(a)
a = 2147483647 from values (cast(1.5 as decimal(3,2))) t(a)
a = 9223372036854775807L from values (cast(1.5 as decimal(3,2))) t(a)
a = 2S from values (cast(1.5 as decimal(20,2))) t(a)
a = 32767S from values (cast(1.5 as decimal(20,2))) t(a)
a = 2Y from values (cast(1.5 as decimal(20,2))) t(a)
a > 1.5 and a is not null, not a >= 2.5, case when a < 1.5 then 'low' else 'high' end from values (1), (2), (3) t(a)
a < b and 10 / (b - a) > 3 from values (1, 1), (1, 2), (1, 9) t(a, b)
a = 0 or b / a > 1 or c = 'x' from values (0, 1, 'y'), (2, 1, 'y'), (2, 5, 'y') t(a, b, c)
a is null or cast(b as int) > 1 from values (null, 'x'), (1, '3') t(a, b)
a in (1, 2, b) and b > 0 from values (1, 'x') t(a, b)
not (a > 0 and 1 % a = 0) from values (0), (1), (3) t(a)
a between 1.5 and b from values (1, 2L), (2, 3L), (null, 1L) t(a, b)
a between '2020-01-01' and b from values (date'2020-01-02', timestamp'2020-01-03 00:00:00') t(a, b)
coalesce(a > 0 and element_at(array(1), a) = 1, false) from values (0), (1), (null) t(a)
nullif(a, 1.0), nullif(a, '1'), nullif(b, a) from values (1, 1L), (2, 1L) t(a, b)
--SET spark.sql.ansi.enabled=false
i > 1.5, 1.5 between 1 and 2, i < 1e30BD from values (1), (null) t(i)
a = 1, a = 0, a <=> 1, a <=> 0, 1 = a, 0L <=> a, a = 1.0BD, a = 1.5, a = 2, a = 1D from values (true), (null) t(a)
a = b, a <=> b, a != 1, a != b from values (true, 1) t(a, b)
true = 1, true = 0, false = 1, 1 <=> true, true = 1Y, 2 = true
assert_true('true')
assert_true(1)
assert_true(false, 1.5D)
--RESET
