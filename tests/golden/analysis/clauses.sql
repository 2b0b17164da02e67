select a, sum(b) as b from values (1,2),(1,5),(2,1) t(a,b) group by a having sum(b) > 1
select a, max(b) as b, a+1 as a2 from values (1,2),(1,5),(2,1) t(a,b) group by a having max(b + a) > 5
select a as b, sum(b) from values (1,2),(1,5),(2,1) t(a,b) group by a having sum(b) > 2
select a as b, sum(b) as a from values (1,20),(1,5),(2,1) t(a,b) group by a order by a
select a as b, sum(b) as a from values (1,20),(1,5),(2,1) t(a,b) group by t.a order by t.a
select a as b, sum(b) as c from values (1,20),(1,5),(2,1) t(a,b) group by t.a having t.b > 1
select (a, a+1) in (select 1,2), (a, b) in (select 1, 2) from values (1,2) t(a,b)
select a from values (1) t(a) having a > 0
select a from values (1) t(a) group by a having b > 1
select sum(a) as s from values (1) t(a) having s > 1 and sum(a) > 0
select a, sum(b) over (partition by a) from values (1,2) t(a,b) group by a, b having sum(b) > 0
select a from values (1,2) t(a,b) order by sum(b)
select 1 from values (1,2) t(a,b) order by sum(b) over ()
select a from values (1,2) t(a,b) group by a order by row_number() over (order by a)
select count(*) as c from values (1,2) t(a,b) order by c + 1, max(a)
select a from values (1,2) t(a,b) order by zz
select a from values (1,2) t(a,b) group by a order by b
select a from values (1,2) t(a,b) group by a having zz > 1
select distinct a, b from values (1,2) t(a,b) order by a + b
select distinct a from values (1,2) t(a,b) order by a + b
select a from values (1,2) t(a,b) union select 3 order by b
select a from (select a, b from values (1,2) t(a,b)) order by b
select a from (select a, b from values (1,2) t(a,b)) u order by t.b
select 1 where null
select * from values (1) t(a) join values (1) u(b) on a
select * from values (1) t(a) join values (1) u(b) on null
select * from values (1) t(a) join values (1) u(b) on sum(a) = b
select * from values (1) t(a) join values (1) u(b) on a = c
select * from values (1) t(a) join values (1) u(b) using (a)
select * from values (1,2) t(a,b) natural join values (1,3) u(a,c)
select * from values (1,2) t(a,b) natural left join values (2,3) u(a,c)
select * from values (1,2) t(a,b) left semi join values (1,3) u(a,c) using (a)
select t.a, u.a from values (1,2) t(a,b) left join values (2,3) u(a,c) using (a) join values (1,5) v(a,d) using (a)
select * from values (1,2) t(a,b), lateral (select a + b as c)
select * from values (1,2) t(a,b) left join lateral (select a + b as c where a > 5) on true
select * from values (array(1,2)) t(a), lateral explode(a) as u(x)
select * from values (array(1,2)) t(a) lateral view explode(a) u as x
select * from values (array(1,2)) t(a) lateral view outer posexplode(a) u
select * from values (array(1,2)) t(a) lateral view explode(a) u as x, y
select a from values (1) t(a) intersect select cast(1 as bigint)
select a from values (1), (null) t(a) except select null
select * from values (1, 'a') t(x, y) pivot (sum(x) for y in ('a', 'b' as bb))
select * from values (1, 'a', 2) t(x, y, z) pivot (sum(x) as s, max(z) for y in ('a', 'b' as bb))
select * from values (1, 'a', 2) t(x, y, z) pivot (sum(x) for (y, z) in (('a', 2), ('b', 3) as q))
select * from values (1, 2, 3) t(id, a, b) unpivot (v for n in (a, b as bb))
select * from values (1, 2, 3) t(id, a, b) unpivot include nulls ((v1, v2) for n in ((a, b) as ab))
with q as (select 1 as a) select * from q, q q2
with q(x) as (select 1 as a) select x from q
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select * from r
select a, count(*) from values (1), (2) t(a) group by all
select a + 1, sum(a) from values (1), (2) t(a) group by all order by all
select a as k, count(*) from values (1), (2) t(a) group by k having k > 1 order by k
select a % 2 as a, count(*) from values (1), (2) t(a) group by a
select count(*) from values (1), (2) t(a) group by a having count(*) > 0 qualify row_number() over (order by a) = 1
select a, row_number() over (order by a desc) as rn from values (1), (2) t(a) qualify rn = 1
values (1, 2), (3)
values (array(1)), (1)
values (rand())
values ((select 1))
values (a)
select * from range(3)
select * from range(1,10,3) t(x)
select id from range(0,10,2) where ID > 3
select range.id from range(2)
select * from range(1) t(a,b)
select * from (select 1 as a, 2 as b) t(x)
select t.x, y from (select 1 as a, 2 as b) t(x, y)
select * from nope
select * from spark_catalog.default.nope
select s.a from values (named_struct('a',1,'A',2)) t(s)
select arr[b] from values (array(1), 'x') t(arr, b)
select m[b] from values (map('x',1), array(1)) t(m, b)
select s['x'] from values (named_struct('x',1)) t(s)
select (select 1), (select a+1), exists(select 1 where a = b), a in (select b + 1) from values (1,2) t(a,b)
select (select a from values (1) u(c)) from values (1,2) t(a,b)
select transform(arr, x -> x + y) from values (array(1)) t(arr)
select transform(arr, (x,y,z) -> x) from values (array(1)) t(arr)
select transform(1, x -> x)
select transform(arr, 1) from values (array(1)) t(arr)
select count(if(a>1,1,null)), (a, b), (a) from values (1,2) t(a,b) group by a, b
select cast(a as decimal(10,2)), cast(a+1 as array<int>) from values (1,2) t(a,b)
select try_cast('a' as int), try_cast(a as int) from values (1) t(a)
select sum(a) over w from values (1,2) t(a,b)
select sum(a) over (order by a range between interval 1 day preceding and current row) from values (1,2) t(a,b)
select sum(a) over (partition by b) as s, s + 1 from values (1,2) t(a,b)
select a as x, sum(x) over () from values (1,2) t(a,b)
select a as x, b as x, x + 1 from values (1,2) t(a,b)
select distinct sum(a) over () from values (1,2) t(a,b)
select count(distinct a) over () from values (1,2) t(a,b)
select first(a) over (order by b rows between unbounded preceding and 1 following), nth_value(a, 2) over (order by b), ntile(2) over (order by b), lag(a, 2, 0) over (order by b), lead(a) ignore nulls over (order by b), cume_dist() over (order by b), percent_rank() over (order by b), dense_rank() over (order by b), first_value(a) over (order by b), last_value(a) over (order by b), any_value(a) over (order by b) from values (1,2) t(a,b)
select ntile(2) over (order by b rows between 1 preceding and current row) from values (1,2) t(a,b)
select collect_list(a), percentile_approx(a, 0.5), percentile_cont(0.5) within group (order by a), mode(a), listagg(b, ',') within group (order by a), max_by(a,b), count_if(a>1), bool_and(a>1), approx_count_distinct(a), stddev(a), variance(a), var_pop(a), corr(a,b), array_agg(a), any(a>1), every(a>1) from values (1,'2') t(a,b)
select zz from values (1,2,3) t(d, b, aa)
select a.zz from values (1) a(b), values (1) c(b2)
select 0.0000001, 1e-7bd, 100bd, 12345678.9d, 0.001d, 0.0001d, 1e7d, 123f, 1.1f, 1e10f, 1e-10f, -0.0d
select timestamp_ntz'2020-01-01 00:00:00.123', time'12:30:00', time'12:30:00.5', interval '1 02:03:04.5' day to second, interval '10' second, interval '10.5' second, x'', -1, - 1, -1.5, 'it''s', "q", 1y, 2s, .5, interval 1 day 2 hours, interval 1 year 2 months, interval -3 weeks, interval '1 day 2 hours'
select timestamp'2020-01-01 00:00:00+01:00', timestamp'2020-01-01', timestamp_ltz'2020-01-01 01:02:03.000001', timestamp'2020', date'2020', date'2020-1-1', timestamp'2020-01-01T10:00:00Z'
select interval 10 years, interval '5' month, interval 1 week, interval 100 milliseconds, interval '2:3' hour to minute, interval '3:4.5' minute to second, interval '1 2' day to hour, interval - '1-2' year to month, interval '-1-2' year to month, interval 1.5 seconds, interval '-1 02:03:04' day to second
select date 'x'
select * from nofunc(1)
select * from abs(1)
select * from range()
select * from range(null)
select * from range(1,2,0)
select range(1)
select * from values (1) t(a) lateral view nofunc(a) u
select * from sql_keywords() limit 2
select count(*) from values (1) t(a) group by explode(array(1))
select a from values (1,2) t(a,b) where b > 1 limit a
select a+1 as c from values (1,2) t(a,b) limit c
select * from values (1,2) t(a,b) limit a
select a as c from values (1,2) t(a,b) order by c limit c
select a from values (1,2) t(a,b) limit a + 1
select a from values (1,2) t(a,b) limit 1 offset a
select any_value(a) ignore nulls over (order by b) from values (1,2) t(a,b)
select last_value(a) ignore nulls over (order by b) from values (1,2) t(a,b)
select first_value(a) ignore nulls, any_value(a) ignore nulls, first_value(a, true), first_value(a) respect nulls from values (1,2) t(a,b)
select first_value(a) respect nulls over (order by b) from values (1,2) t(a,b)
select nth_value(a, 1) ignore nulls over (order by b), lag(a) ignore nulls over (order by b) from values (1,2) t(a,b)
select array_agg(a) ignore nulls, collect_list(a) ignore nulls from values (1,2) t(a,b)
select abs(1, 2) over (order by b) from values (1,2) t(a,b)
select sum('x', 2) over (order by b) from values (1,2) t(a,b)
select sum(array(1)) over (order by b) from values (1,2) t(a,b)
select sum(a) over (order by a range between true preceding and current row) from values (1,2) t(a,b)
select sum(a) over (order by a range between array(1) preceding and current row) from values (1,2) t(a,b)
select sum(a) over (order by a range between date'2020-01-01' preceding and current row) from values (1,2) t(a,b)
select sum(a) over (order by a rows between 1L preceding and current row) from values (1,2) t(a,b)
select sum(a) over (order by a rows between 'x' preceding and 'y' following) from values (1,2) t(a,b)
select sum(a) over (order by a rows between current row and 'y' following) from values (1,2) t(a,b)
select sum(a) over (order by a rows between date'2020-01-01' preceding and current row) from values (1,2) t(a,b)
select greatest(), least(1)
select least(1)
select hash()
select json_tuple('x')
select concat_ws()
select elt(1)
select elt()
select named_struct()
select array_union()
select a in (select 'x', 'y') from values (1) t(a)
select (select 'x', 'y')
select (select 'x')
select a in (select 'x' as b) from values (1) t(a)
select a in (select 'x' || 'y') from values (1) t(a)
select a in (select 'x' union select 'y') from values (1) t(a)
select exists(select 'x')
select max(a), (select sum(x) from values (1) u(x) where x = max(a)) from values (1,2) t(a,b)
select a from values (1,2) t(a,b) group by a having a = (select sum(x) from values (1) u(x) where x = a)
select a, (select sum(x) from values (1) u(x) where x = a) from values (1,2) t(a,b) group by a, (select sum(x) from values (1) u(x) where x = a)
select a, exists(select 1 from values (1) u(x) where x = a) from values (1,2) t(a,b) group by a
select sum((select sum(x) from values (1) u(x) where x = a)) from values (1,2) t(a,b)
select a, (select sum(x) from values (1) u(x)) from values (1,2) t(a,b) group by a
select a, (select sum(x) from values (1) u(x) where x = a)+1 from values (1,2) t(a,b) group by a
select * from values (1) t(a) natural join lateral (select a as b)
select * from values (1) t(a) full join lateral (select a as b) using (a)
select * from values (1) t(a) full join lateral t2 using (a)
select * from values (1) t(a) left join lateral (select a as a) using (a)
select * from values (1) t(a), lateral values (2) u(b)
select a as x, explode(array(x)) as y from values (1) t(a)
select explode(array(x)), a as x from values (1) t(a)
select a as x, explode(array(x)), x + 1 from values (1) t(a)
select a as x, inline(array(struct(x))) from values (1) t(a)
