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
