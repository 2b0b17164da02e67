select A, a+1, cast(a as string), cast(a+1 as string), t.a, -a, 1.5, 'x', 1e0, 1d, 2f, 3l, null, true, date'2020-01-01', timestamp'2020-01-01', interval 1 day, interval '1-2' year to month, x'1F', array(1,2), named_struct('a',1) from values (1) t(a)
select s.x, s.X, m['k'], m.k, arr[0], arr.x, arr.X, s.*, (s).x from values (named_struct('x',1), map('k',2), array(named_struct('x',5))) t(s,m,arr)
select case when a > 1 then 2 end, case a when 1 then 2 else 3 end, a is null, a is not null, a in (1,2), not (a in (1,2)), a between 1 and 2, not a = 1, a <=> 1, b and b, b or b, if(b, 1, 2), nvl(a, 2), coalesce(a,1) from values (1,true) t(a,b)
select case when a > 1 then 2 end, a and b from values (1,true) t(a,b)
select sum(a), count(*), count(1), count(a, a), count(distinct a), sum(distinct a), sum(a) filter (where a > 1), first(a, true), first(a) ignore nulls, mean(a), std(a), max(a) + 1 from values (1,true) t(a,b)
select transform(array(1,2), x -> x + 1), filter(array(1), (x, i) -> x > i), (select 1), exists(select 1), 1 in (select 1), (select max(a) from values (1) t(a))
select ceil(1.2), ceiling(1.2), power(2,3), pow(2,3), floor(1.2), substring('a',1), substr('a', 1, 1), current_date, current_date(), concat('a','b'), 'a' || 'b', 1 % 2, 5 div 2, a[0], upper('x'), ucase('x'), log(2), ln(2), trim(' a'), trim(both 'x' from 'a'), position('a' in 'b'), extract(year from date'2020-01-01'), cast('1' as int), int('1'), '1'::int, date('2020-01-01') from values (array(1)) t(a)
select a, (select max(x) from values (1) u(x) where x = a) from values (1) t(a)
select a + b * 2 - 3 / 4, ~a, a & b, a | b, a ^ b, a << 1 from values (1, 2) t(a,b)
select t.a, t2.a from values (1) t(a) join values (1) t2(a) using (a)
select * from values (1,2) t(a,b) join values (1,3) t2(a,c) using (a) where t2.a = 1
select t2.*, t.* from values (1,2) t(a,b) full join values (1,3) t2(a,c) using (a)
select a, sum(b) as b from values (1,2) t(a,b) group by a having sum(b) > 1
select a as b, sum(b) as s from values (1,2) t(a,b) group by a having b > 1
select a from values (1,2), (2,1) t(a,b) where sum(a) > 1
select * from values (1,2), (2,1) t(a,b) group by a
select 1 as a, count(*) from values (1,2), (2,1) t(a,b) group by 1
select a from values (1,2), (2,1) t(a,b) group by 3
select a from values (1,2), (2,1) t(a,b) order by 3
select count(*) from values (1,2), (2,1) t(a,b) group by 1
select a, b from values (1,2) t(a,b) union select 'x', 1.5
select a from values (1,2) t(a,b) union select 'x', 1.5
select a from values (1) t(a) union all select array(1)
values (1, 'a'), (2.5, null)
select a as x, x + 1 as y, y + x as z, (select x) from values (1) t(a)
select struct(t.*), struct(a, b+1), named_struct('x', a).x, array(a)[0], map(a,b)[1], s.x.y, s.x.y + 1, arr.y, arr.y[0], mm['a'].y, arr[0].y from values (1,2, named_struct('x', named_struct('y',1)), array(named_struct('y',1)), map('a', named_struct('y',1))) t(a,b,s,arr,mm)
select s.z from values (named_struct('x', 1)) t(s)
select a.z from values (1) t(a)
select t.z from values (1) t(a)
select u.a from values (1) t(a)
select aaa, bbb from values (1,2,3,4,5,6) t(aa, ab, b, bb, ccc, d)
select spark_catalog.default.x.a from values (1) t(a)
select a[0] from values (1) t(a)
select a['x'] from values (array(1)) t(a)
select s[0] from values (named_struct('x', 1)) t(s)
select m[1] from values (map('x', 1)) t(m)
select 1 + 'a'
select 1 + array(1)
select foo(1)
select substring(1)
select abs(1, 2)
select count(distinct a), count(distinct *), count(t.*) from values (1) t(a)
select a, a from values (1,2) t(a,a)
select t.* except (a) from values (1,2) t(a,b)
select * except (zz) from values (1,2) t(a,b)
select u.* from values (1,2) t(a,b)
select * from values (1,2) t(a,b), values (3) u(a)
select a from values (1,2) t(a,b), values (3) u(a)
select t.a from values (1,2) t(a,b), values (3) t(a)
select a from values (1,2) t(a,b) where b = 'x' and a
select a from values (1,2) t(a,b) where a
select a from values (1,2) t(a,b) order by array(1), map(1,2)
select a from values (1,2) t(a,b) limit a
select a from values (1,2) t(a,b) limit -1
select a from values (1,2) t(a,b) limit 'x'
select explode(array(1)) + 1
select explode(array(1)), explode(array(2))
select a from values (1) t(a) where explode(array(1)) = 1
select (select 1, 2)
select 1 in (select 1, 2)
select (1, 2) in (select 1, 2)
select 1 where row_number() over () = 1
select row_number() + 1
select sum(a) over (order by a rows between 1 following and 1 preceding) from values (1) t(a)
select sum(sum(a) over ()) over () from values (1) t(a)
