select a + 1 as b, b * 2 as c, c - b from values (1) t(a)
select a as b, b from values (1, 2) t(a, b)
select 1 as a, a + 1 as b, (select b) from values (1) t(x)
select a as x, x + 1 as y from values (1) t(a) where y > 1
select a as x, x + 1 as y from values (1) t(a) order by y + x
select a as x, sum(b) as s, x + s as q from values (1,2) t(a,b) group by a
select a as x, sum(x) from values (1,2) t(a,b) group by a
select sum(a) as s, s / count(*) as avg1 from values (1),(2) t(a)
select s.x as y, y + 1 from values (named_struct('x', 1)) t(s)
select named_struct('x', 1) as s, s.x + 1 from values (1) t(a)
select a as x, array(x)[0] as y, transform(array(1), z -> z + x) from values (1) t(a)
select explode(array(1,2)) as x, x + 1 from values (1) t(a)
select a as x, explode(array(x)) from values (1) t(a)
select grouping(a) from values (1,2) t(a,b) group by a
select a, grouping(b) from values (1,2) t(a,b) group by rollup(a)
select a, b, c, sum(d) from values (1,2,3,4) t(a,b,c,d) group by a, rollup(b, c)
select a, b, count(*) from values (1,2) t(a,b) group by grouping sets ((a, b), (a), ())
select a + 1, count(*) from values (1,2) t(a,b) group by cube(a + 1)
select a, b, grouping_id() as g from values (1,2) t(a,b) group by cube(a, b) having grouping_id() = 0 order by grouping(a)
select a, sum(b) from values (1,2) t(a,b) group by 1 order by 2
select a, sum(b) as s from values (1,2) t(a,b) group by a order by s desc nulls last limit 1
select max(a) filter (where b > 1) from values (1,2) t(a,b)
select a, count(distinct b, a) from values (1,2) t(a,b) group by a
select sum(a + b) + a from values (1,2) t(a,b) group by a
select a from values (1,2) t(a,b) group by a, b order by b
select a, (select sum(x) from values (1) u(x) where x = a) from values (1,2) t(a,b) group by a
select a, (select sum(x) from values (1) u(x) where x = b) from values (1,2) t(a,b) group by a
select a from values (1,2) t(a,b) group by a having a in (select 1)
select a from values (1,2) t(a,b) where a in (select x from values (1) u(x) where x = b)
select a from values (1,2) t(a,b) where exists (select 1 from values (1) u(x) where x = t.a and exists (select 1 from values (2) v(y) where y = x))
select a from values (1,2) t(a,b) where not exists (select * from values (1) u(a) where u.a = t.a)
select * from values (1) t(a) where a = (select max(b) from values (2) u(b))
select (select a from values (1),(2) u(a) limit 1)
select (select count(*) from values (1) u(x) where u.x = t.a) as c from values (1) t(a)
select a, b from values (1,2) t(a,b) where (a, b) in (select 1, 2)
select a from values (1,2) t(a,b) where (a, b) in (select 1)
select a from values (1,2) t(a,b) where a in (select 1, 2)
select a in (select 'x') from values (1) t(a)
select a in (select array(1)) from values (1) t(a)
select * from (select 1 as a) t, (select t.a as b) u
select * from (select 1 as a) t, lateral (select t.a as b) u
select * from values (1, array(1,2)) t(a, b) cross join lateral explode(b) as u(c)
select * from values (1) t(a) left join lateral (select a as b) using (a)
select * from values (1) t(a) full join lateral (select a as b) on true
select * from values (1) t(a) join values (1) u(a) on t.a = u.a
select a from values (1) t(a) join values (1) u(a) on t.a = u.a
select t.* from values (1) t(a) join values (1) u(a) on t.a = u.a
select * from values (1,2) t(a,b) join values (1,2) u(a,b) using (a, b)
select t.a, u.a, a from values (1,2) t(a,b) full join values (1,2) u(a,b) using (a)
select t.a, u.a, a from values (1,2) t(a,b) right join values (1,2) u(a,b) using (a)
select u.a from values (1,2) t(a,b) left semi join values (1,2) u(a,b) using (a)
select b from values (1,2) t(a,b) left anti join values (1,2) u(a,b) on t.a = u.a
select u.b from values (1,2) t(a,b) left anti join values (1,2) u(a,b) on t.a = u.a
select * from values (1,2) t(a,b) join values (1,2) u(a,b) join values (1,2) v(a,b) using (a)
select * from values (1) t(a) natural join values (2) u(b)
select * from values (1,1) t(a,a) join values (1) u(a) using (a)
select x.a from (values (1) t(a) join values (1) u(b) on t.a = u.b) x
select t.a from (values (1) t(a) join values (1) u(b) on t.a = u.b)
select t.a from (select * from values (1) t(a))
select q.t.a from (select * from values (1) t(a)) q
select a from (values (1)) t(a)
select col1 from (values (1))
select 1 union select 2 union all select 3
select 1 as a union select 2 as b order by a
select 1 as a union select 2 as b order by b
(select 1 as a) union (select 2 limit 1) order by 1
select 1 as a, 2 as a union select 3, 4
select null union select 1
select 1 union select null
select cast(1 as tinyint) union select cast(2 as smallint)
select 1.5 union select cast(2 as bigint)
select date'2020-01-01' union select timestamp'2020-01-01'
select array(1) union select array(2L)
select named_struct('a', 1) union select named_struct('b', 2)
select named_struct('a', 1) union all select named_struct('a', 2L)
select map(1,2) union select map(1,2)
select map(1,2) union all select map(1,2)
select 1 except select 2 intersect select 1
select 1 intersect all select 2
select true union select 1
select 'a' union select true
select interval 1 day union select interval 1 hour
select distinct map(1,2)
select 1 as a from values (1) t(b) group by map(1,2)
with t as (select 1 as a), u as (select a + 1 as b from t) select * from t join u on b = a + 1
with t as (select 1 as a) select * from (with t as (select 2 as a) select * from t)
with t(x, y) as (select 1) select * from t
with t as (select a from u), u as (select 1 as a) select * from t
with recursive t(n) as (values (1) union all select n + 1 from t where n < 3), s as (select sum(n) as s from t) select * from s
with recursive t as (select 1 as n, 'a' as s union all select n + 1, s || 'b' from t where n < 3) select n, s from t
with t as (select 1 as a) select (select max(a) from t) as m, a from t where a in (select a from t)
select row_number() over (partition by a order by b) as rn, rank() over (order by a, b desc) from values (1,2) t(a,b)
select sum(a) over (order by b rows 2 preceding), avg(b) over (order by a range between current row and unbounded following) from values (1,2) t(a,b)
select lag(a, 1, 0) over w, lead(b) over (w), sum(a) over w2 from values (1,2) t(a,b) window w as (order by a), w2 as (partition by b)
select sum(a) over (order by b range between '1' preceding and current row) from values (1,2) t(a,b)
select sum(a) over (order by b range between 1.5 preceding and current row) from values (1,2) t(a,b)
select sum(a) over (order by d range between interval 1 day preceding and current row) from values (1, date'2020-01-01') t(a,d)
select sum(a) over (order by d range between interval 1 month preceding and interval 1 month following) from values (1, timestamp'2020-01-01') t(a,d)
select sum(a) over (rows between 1 preceding and 1 following) from values (1) t(a)
select sum(a) over (range between 1 preceding and 1 following) from values (1) t(a)
select sum(a) over (order by a rows between a preceding and current row) from values (1) t(a)
select sum(a) over (order by a rows between 'x' preceding and current row) from values (1) t(a)
select sum(a) over (order by a rows between 1.5 preceding and current row) from values (1) t(a)
select abs(a) over () from values (1) t(a)
select row_number() over () from values (1) t(a)
select rank(a) over (order by a) from values (1) t(a)
select lag(a) over () from values (1) t(a)
select lag(a) over (order by a rows between 1 preceding and current row) from values (1) t(a)
select sum(row_number() over (order by a)) from values (1) t(a)
select sum(a) over (partition by row_number() over (order by a)) from values (1) t(a)
select max(sum(b)) over (partition by a) from values (1,2) t(a,b) group by a
select max(b) over (partition by a) from values (1,2) t(a,b) group by a
select a, b from values (1,2) t(a,b) qualify sum(a) over () > 0
select a from values (1,2) t(a,b) qualify b > 0
select count(*) over (partition by sum(a)) from values (1) t(a)
select first_value(a) ignore nulls over (order by b) from values (1,2) t(a,b)
select sum(a) ignore nulls over (order by b) from values (1,2) t(a,b)
select /*+ broadcast(t) */ * from values (1,2) t(a,b)
select * from values (1,2,3) t(a,b,c) pivot (sum(a) for b in (2, 3))
select * from values (1,2,3) t(a,b,c) pivot (sum(a), max(a) as m for b in (2 as two, null))
select * from values (1,2,3) t(a,b,c) pivot (a for b in (2, 3))
select * from values (1,2,3) t(a,b,c) pivot (sum(a) for b in (c))
select * from values (1,2,3) t(a,b,c) pivot (sum(a) for b in ('x'))
select * from values (1,2,3) t(a,b,c) pivot (sum(a) for d in (1))
select * from values (1,date'2020-01-01') t(a,b) pivot (sum(a) for b in (date'2020-01-01', date'2020-01-02' as x))
select * from values (1,2,3) t(a,b,c) unpivot (v for n in (b, c))
select * from values (1,2,3L) t(a,b,c) unpivot exclude nulls (v for n in (b as x, c as y))
select * from values (1,2,'x') t(a,b,c) unpivot (v for n in (b, c))
select * from values (1,2,3) t(a,b,c) unpivot ((v, w) for n in ((a, b) as ab, (b, c)))
select * from values (1,2,3) t(a,b,c) unpivot (v for n in (zz))
select * from values (1, array(1,2), map('a', 1)) t(a,b,c) lateral view explode(b) as x lateral view explode(c) as k, v
select stack(2, 1, 2, 3), a from values (1) t(a)
select inline(array(struct(1, 'a'), struct(2, 'b')))
select posexplode(array(1)), explode(array(2))
select explode(1)
select explode(explode(array(array(1))))
select explode_outer(array(1)) as x, 1 as y
select json_tuple('{"a":1}', 'a', 'b') as (x, y)
select explode(map(1, 2)) as (k)
select explode(map(1, 2)) as k
select max(explode(array(1)))
select explode(collect_list(a)) from values (1) t(a)
select explode(array(a)), sum(a) from values (1) t(a) group by a
select a from values (1) t(a) order by explode(array(1))
select a from values (1) t(a) group by explode(array(1))
select (select explode(array(1)))
from values (1,2) t(a,b) |> where a > 0 |> select a, b + 1 as c |> order by c
from values (1,2) t(a,b) |> extend a + b as c |> set a = a * 2 |> drop b
from values (1,2) t(a,b) |> aggregate sum(b) as s group by a
from values (1,2) t(a,b) |> aggregate sum(b) as s, count(*)
from values (1,2) t(a,b) |> as u |> select u.a
select identifier('a') from values (1) t(a)
select identifier('t.a'), identifier('abs')(a) from values (1) t(a)
select * from identifier('nope')
select * from values (1,2) t(a,b) order by all
select a, b from values (1,2) t(a,b) order by all desc
select all from values (1) t(all) order by all
select a, sum(b), a + 1 from values (1,2) t(a,b) group by all having sum(b) > 1
select sum(b) + a from values (1,2) t(a,b) group by all
select a from values (1,2) t(a,b) limit 1 + 1
select a from values (1,2) t(a,b) limit null
select a from values (1,2) t(a,b) limit 1.5
select a from values (1,2) t(a,b) offset 1
select a from values (1,2) t(a,b) limit 1 offset -1
select * except (a) from values (1,2) t(a,b)
select t.* except (t.a) from values (1,2) t(a,b)
select * except (s.x) from values (1, named_struct('x', 1, 'y', 2)) t(a, s)
select * except (a, a) from values (1,2) t(a,b)
select * except (a, b) from values (1,2) t(a,b)
select *, a from values (1,2) t(a,b)
select *, * from values (1,2) t(a,b)
select a.* from values (1,2) t(a,b)
select s.* from values (named_struct('x', 1, 'y', 2)) t(s)
select s.*, t.* from values (named_struct('x', 1, 'y', 2)) t(s)
select array(*), concat_ws(',', *), coalesce(*) from values (1,2) t(a,b)
select count(*), count(a, b), sum(*) from values (1) t(a)
select abs(*) from values (1,2) t(a,b)
select 1 + * from values (1) t(a)
select * where true
select *
select count(distinct *) from values (1,2) t(a,b)
select current_date, current_user from values (1) t(current_user)
select cast(a as int), cast(a as int) + 1, a::string, cast(s.x as string) from values ('1', named_struct('x', 1)) t(a, s)
select cast(null as int), cast(cast(a as string) as int) from values (1) t(a)
select a b, c from values (1,2) t(a, c)
select 1 as `a.b`, `a.b` + 1 from (select 1 as `a.b`)
select `a.b`.c from values (named_struct('c', 1)) t(`a.b`)
select t.`a`, T.A, `T`.a from values (1) t(a)
select a.b.c.d from values (named_struct('b', named_struct('c', map('d', 1)))) t(a)
select a.b.zz from values (named_struct('b', named_struct('c', 1))) t(a)
select a.b.c.d.e from values (named_struct('b', 1)) t(a)
select m.k.x from values (map('k', named_struct('x', 1))) t(m)
select arr.a.b from values (array(named_struct('a', named_struct('b', 1)))) t(arr)
select arr[0].a, arr.a[0], arr[a] from values (array(named_struct('a', 1)), 0) t(arr, a)
select 'x'.y
select (1).x
select if(a > 1, a, 'x') from values (1) t(a)
select case when a > 1 then 1 when b then 'x' end from values (1, true) t(a, b)
select case when a then 1 end from values (1) t(a)
select coalesce(a, 'x'), coalesce(null, 1.5, 2), coalesce() from values (1) t(a)
select a in (1, 'x', 2.5), a in (array(1)) from values (1) t(a)
select a = array(1) from values (1) t(a)
select map(1,2) = map(1,2)
select array(1) < array(2), struct(1) = struct(2)
select a between 'x' and 2 from values (1) t(a)
select not a from values (1) t(a)
select a and true from values ('true') t(a)
select -a, +a from values ('x') t(a)
select a || b, a + b from values (1, 'x') t(a, b)
select 5 / 2, 5 % 2, 5 div 2, 5.0 / 2, 1.5 * 2.25, 1 + 1.5, 2 - 1L, 2f * 2d
select date'2020-01-01' + interval 1 day, date'2020-01-01' - date'2019-01-01', timestamp'2020-01-01' - interval 1 month, 2 * interval 1 day
select interval 1 day + interval 1 hour, interval 1 year / 2, -interval 1 day
