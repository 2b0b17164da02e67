row_number() over (order by a), rank() over (order by a), dense_rank() over (order by a), percent_rank() over (order by a), cume_dist() over (order by a), ntile(2) over (order by a) from values (1),(1),(3) t(a) order by all
lag(a) over (order by a), lead(a) over (order by a), lag(a,2) over (order by a), lag(a,1,0) over (order by a), lead(a,-1) over (order by a), lag(a,0) over (order by a) from values (1),(1),(3),(null) t(a) order by all
lag(a) ignore nulls over (order by b), lead(a,1,9) ignore nulls over (order by b) from values (1,1),(null,2),(3,3),(null,4) t(a,b) order by all
lag(a,-1) ignore nulls over (order by b), lead(a,0) ignore nulls over (order by b), lag(a,2) ignore nulls over (order by b) from values (1,1),(null,2),(3,3),(null,4) t(a,b) order by all
nth_value(a,2) over (order by b), nth_value(a,2) ignore nulls over (order by b) from values (1,1),(null,2),(3,3),(null,4) t(a,b) order by all
nth_value(a,0) over (order by b) from values (1,1) t(a,b) order by all
nth_value(a,b) over (order by b) from values (1,1) t(a,b) order by all
nth_value(a,null) over (order by b) from values (1,1) t(a,b) order by all
ntile(0) over (order by a) from values (1) t(a) order by all
ntile(a) over (order by a) from values (1) t(a) order by all
ntile(null) over (order by a) from values (1) t(a) order by all
ntile() over (order by a) from values (1) t(a) order by all
ntile('2') over (order by a) from values (1) t(a) order by all
lag(a,null) over (order by a) from values (1,2) t(a,b) order by all
lag(a,1,b) over (order by a) from values (1,2) t(a,b) order by all
lag(a,1,2.5) over (order by a) from values (1,2) t(a,b) order by all
lag(a,1,array(1)) over (order by a) from values (1,2) t(a,b) order by all
lag(a,'1') over (order by a) from values (1,2) t(a,b) order by all
lag(a,1L) over (order by a) from values (1,2) t(a,b) order by all
rank(a) over (order by a) from values (1) t(a) order by all
row_number(1) over (order by a) from values (1) t(a) order by all
lag(a,1,null) over (order by a) from values (1) t(a) order by all
sum(a) ignore nulls over (order by b) from values (1,1) t(a,b) order by all
row_number() ignore nulls over (order by b) from values (1,1) t(a,b) order by all
sum(a) over (partition by b order by a), avg(a) over (partition by b order by a rows between 1 preceding and 1 following), count(a) over (order by a), max(a) over (), collect_list(a) over (order by a), min(b) over (order by a desc) from values (1,1),(2,1),(3,2),(null,2) t(a,b) order by all
avg(a) over (order by b), sum(a) over (order by b), stddev(a) over (order by b), corr(a,b) over (order by b), percentile(a,0.5) over (order by b), listagg(a,'-') over (order by b), max_by(a,b) over (order by b), mode(a) over (order by b), bool_and(a>1) over (order by b), first(a) over (partition by a order by b) from values (1.5,1),(2.5,2),(4.0,3) t(a,b) order by all
lag(a, 1, 0, true) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1, 0, false) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1, 0, null) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1, 0, 1=1) OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, 1, 0, true) IGNORE NULLS OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, 1, 0, false) IGNORE NULLS OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, 1, 0, true) RESPECT NULLS OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1Y) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1S) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1L) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, a) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, '1') OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, '1') OVER () from values (1), (2) t(a)
lag(a, 1+1) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, a) OVER () from values (1), (2) t(a)
lag(a, 1.5) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, array(1)) OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, 1, true) OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, 1, false) OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, 1, 'x') OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, 1, null) OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, a) OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, '1') OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, 1L) OVER (ORDER BY a) from values (1), (2) t(a)
ntile(a) OVER (ORDER BY a) from values (1), (2) t(a)
ntile('2') OVER (ORDER BY a) from values (1), (2) t(a)
ntile(2L) OVER (ORDER BY a) from values (1), (2) t(a)
ntile(2L) OVER () from values (1), (2) t(a)
ntile(1, 2) OVER () from values (1), (2) t(a)
cume_dist(1) OVER (ORDER BY a) from values (1), (2) t(a)
cume_dist() OVER (ORDER BY a RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) from values (1), (2) t(a)
cume_dist() OVER () from values (1), (2) t(a)
row_number() OVER (ORDER BY a RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) from values (1), (2) t(a)
rank() OVER (ORDER BY a ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) from values (1), (2) t(a)
lag(date'2020-01-01', 1, 5) OVER () from values (1), (2) t(a)
lag(a, 1, array(1)) OVER () from values (1), (2) t(a)
lag(nope, 1, array(1)) OVER () from values (1), (2) t(a)
lag(a, 1, date'2020-01-01') OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1, true) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1, 1.7D) OVER (ORDER BY a) from values (1), (2) t(a)
lag(array(a), 1, array('x')) OVER (ORDER BY a) from values (1), (2) t(a)
lag(array(a), 1, array(null)) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1, 5) OVER (PARTITION BY map(1,2)) from values (1), (2) t(a)
lag(1.5, 1, 7L) OVER () from values (1), (2) t(a)
lag(timestamp'2020-01-01 00:00:00', 1, X'61') OVER () from values (1), (2) t(a)
lag(a, 1, 1Y) OVER () from values (1), (2) t(a)
lag(a, 1, 1.5F) OVER () from values (1), (2) t(a)
lag(a + 1, 1, concat('x', 'y''z')) OVER () from values (1), (2) t(a)
lag(interval '1' day, 1, timestamp_ntz'2020-01-01 00:00:00') OVER () from values (1), (2) t(a)
mode(3, true, 1) OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, 1+1) OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, '1') OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, '1') OVER () from values (1), (2) t(a)
lead(a, array(1)) OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, array(1)) OVER () from values (1), (2) t(a)
lead(a, true) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, true) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, interval '1' day) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, date'2020-01-01') OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, date'2020-01-01') OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, X'61') OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, a) OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, -(1)) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, -(1)) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, int('2')) OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, -2147483648) OVER (ORDER BY a) from values (1), (2) t(a)
o, lag(a, 1, 0, true) OVER (ORDER BY o), lag(a, 1, 0, true) RESPECT NULLS OVER (ORDER BY o), lag(a,1,0,false) IGNORE NULLS OVER (ORDER BY o), lag(a,1,0,false) OVER (ORDER BY o) from values (1,1), (2,null), (3,3), (4,4) t(o,a)
lag(a, 1, array(1), 3) OVER () from values (1), (2) t(a)
lag(a, '1', array(1), 3) OVER () from values (1), (2) t(a)
nth_value(a, 0, 3) OVER () from values (1), (2) t(a)
nth_value(a, array(1), true) OVER () from values (1), (2) t(a)
nth_value(a, 1.5) OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, null) OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, -1L) OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, '0') OVER (ORDER BY a) from values (1), (2) t(a)
nth_value(a, 'x') OVER (ORDER BY a) from values (1), (2) t(a)
lag(a, 1, 1.5D) OVER () from values (1), (2) t(a)
lag(a, 1, cast(null as int)) OVER () from values (1), (2) t(a)
lag(a, 1, cast('NaN' as float)) OVER () from values (1), (2) t(a)
lag(a, 1, -1.5) OVER () from values (1), (2) t(a)
lag(a, 1, a = 'x\\y') OVER () from values (1), (2) t(a)
lag(struct(a, 1L), 1, named_struct('a', 1Y)) OVER () from values (1), (2) t(a)
lag(a between 1 and 2L, 1, case when a > 1 then 'x' else a end) OVER () from values (1), (2) t(a)
ntile(a + 1L) OVER () from values (1), (2) t(a)
lag(interval 1 month 2 days, 1, interval '1-2' year to month) OVER () from values (1), (2) t(a)
lag(time'10:00:00', 1, cast(1 as double)) OVER () from values (1), (2) t(a)
lag(a) IGNORE NULLS OVER () from values (1), (2) t(a)
nth_value(a, 2) IGNORE NULLS OVER () from values (1), (2) t(a)
nth_value(a, 2, true) OVER () from values (1), (2) t(a)
a in (select a from values (1L, 2), (3L, 4) t(a, b) where b = 2 limit '1') from values (1) s(a)
(1, a) in (select 1L, 2, 3) from values (1) s(a)
(1, 'x', 2.5, a) in (select 1L, 2, 3) from values (1) s(a)
sum(a) OVER (ORDER BY a ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING) from values (1), (2) t(a)
percent_rank() OVER (PARTITION BY a) from values (1), (2) t(a)
first_value(a) OVER () from values (1) t(a)
lag(a, 2, b) OVER (PARTITION BY b ORDER BY a DESC) from values (1, 7), (2, 7), (3, 7) t(a, b)
lead(b, 1, 'none') OVER (ORDER BY a) from values (1, 'x'), (2, null), (3, 'z') t(a, b)
lag(array(a), 1, array()) OVER (ORDER BY a) from values (1), (2) t(a)
lead(a, 1, interval '1' day) OVER (ORDER BY a) from values (date'2020-01-01'), (date'2020-01-02') t(a)
lead(a, 1, timestamp'2020-01-01 00:00:00') OVER (ORDER BY a) from values (date'2020-01-01'), (date'2020-01-02') t(a)
lead(a, 1, '2020-05-05') OVER (ORDER BY a) from values (date'2020-01-01'), (date'2020-01-02') t(a)
ntile(3) OVER (ORDER BY a RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) from values (1), (2) t(a)
nth_value(a, 2, true) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) from values (1, 1), (null, 2), (3, 3) t(a, b)
lag(sum(a), 1, 0) OVER (ORDER BY b) from values (1, 1), (2, 2), (3, 2) t(a, b) group by b
row_number() OVER w from values (2), (1) t(a) WINDOW w AS (ORDER BY a DESC)
lag(a, 1, 0) OVER w, ntile(0) OVER w from values (2), (1) t(a) WINDOW w AS (PARTITION BY a)
dense_rank() OVER (ORDER BY map(a, 1)) from values (1) t(a)
rank() OVER (PARTITION BY a > 1.5 ORDER BY a) from values (1), (2), (3) t(a)
