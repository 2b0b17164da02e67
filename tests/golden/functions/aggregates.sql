sum(a), sum(b), sum(c), sum(d), avg(a), avg(b), avg(d) from values (1Y, 1.5f, 10000000000L, 1.23BD) t(a,b,c,d)
sum(a), avg(a), min(a), max(a), sum(distinct a), count(a), count(*), count(1), count(distinct a, a) from values ('1'),('2.5'),(null) t(a)
count() from values (1) t(a)
sum(a) from values (9223372036854775807L),(1L) t(a)
--SET spark.sql.leafNodeDefaultParallelism=1
sum(a) from values (cast(9e37 as decimal(38,0))),(cast(9e37 as decimal(38,0))) t(a)
--RESET
sum(a) from values (interval '106751991' day),(interval '106751991' day) t(a)
avg(a),sum(a) from values (cast(1.23 as decimal(38,10))),(cast(2.22 as decimal(38,10))) t(a)
avg(a), sum(a) from values (cast(1 as decimal(5,2))),(1.01),(1.01) t(a)
avg(a) from values (cast(-1 as decimal(5,2))),(-1.01),(-1.01) t(a)
avg(a) from values (cast(0.00001 as decimal(10,5))),(0.00002) t(a)
avg(a), sum(a) from values (cast('12345678901234567890123456789012345678' as decimal(38,0))),(1),(2) t(a)
avg(a) from values (cast(9e37 as decimal(38,0))),(cast(9e36 as decimal(38,0))) t(a)
avg(a) from values (cast('0.12345678901234567890123456789' as decimal(38,29))),(cast('0.00000000000000000000000000002' as decimal(38,29))) t(a)
sum(a), avg(a) from values (null) t(a)
sum(true)
sum(array(1))
sum(date'2020-01-01')
count(a,b) from values (1,2),(1,null) t(a,b)
max(a), min(a) from values (double('nan')),(1.0D),(null) t(a)
max(a), min(a) from values (map(1,2)) t(a)
max(a), min(a) from values (array(1,2)),(array(1,null)),(array(1)) t(a)
max(a), min(a) from values (named_struct('x',1,'y',2)),(named_struct('x',1,'y',null)) t(a)
first(a), last(a), any_value(a), first(a,true), last(a,true), any_value(a, true), first_value(a), last_value(a) ignore nulls, first(a) ignore nulls, any_value(a) ignore nulls from values (null),(1),(2),(null) t(a)
first(a, b) from values (1,true) t(a,b)
min_by(a,b), max_by(a,b), min_by(a,b,2), max_by(a,b,2) from values (1,10),(2,null),(null,20),(4,5) t(a,b)
collect_list(a), collect_set(a), array_agg(a) from values (1),(null),(2),(1) t(a)
collect_list(a) ignore nulls, array_agg(distinct a) from values (1),(null),(2) t(a)
collect_list(a) respect nulls, collect_set(a) respect nulls from values (1),(null),(2),(1) t(a)
collect_set(a) from values (map(1,2)) t(a)
listagg(a, ',') within group (order by a desc) from values ('a'),('b'),(null),('a') t(a)
listagg(a), listagg(a,null), listagg(b), listagg(c,',') from values ('a',binary('x'),1),(null,binary('y'),2) t(a,b,c)
bool_and(a), every(a), bool_or(a), any(a), some(a), count_if(a) from values (true),(null),(false) t(a)
bool_and(a), bool_or(a), count_if(a) from values (true) t(a) where false
bit_and(a), bit_or(a), bit_xor(a) from values (3Y),(5Y),(null) t(a)
bit_and(a) from values (3.5) t(a)
count_if(a) from values (1) t(a)
bool_and(a) from values (1) t(a)
bool_and('true')
try_sum(a), try_avg(a) from values (9223372036854775807L),(1L) t(a)
try_sum(a), try_avg(a) from values (cast(9e37 as decimal(38,0))),(cast(9e37 as decimal(38,0))) t(a)
approx_count_distinct(a), approx_count_distinct(a,0.01) from values (1),(2),(null) t(a)
approx_count_distinct(a,2.0) from values (1),(2),(null) t(a)
max_by(a,b), min_by(a,b) from values ('x',double('nan')),('y',1.0),('z',null) t(a,b)
max_by(a,b,0) from values ('x',1),('y',1),('z',null) t(a,b)
max_by(a,b,b) from values ('x',1),('y',1),('z',null) t(a,b)
max_by(a,b) from values (1,map(1,2)) t(a,b)
max_by(a,b,3), min_by(a,b,3) from values ('x',1),('y',1) t(a,b) where false
collect_list(a), collect_set(a) from values (1) t(a) where false
bool_and(null), bit_or(null), bool_or(cast(null as boolean))
any_value(a) filter (where a>1), sum(a) filter (where a>1), count(distinct a) filter (where a>1) from values (1),(2),(3) t(a)
first(a) over (order by a), last(a) over (order by a), first(a) ignore nulls over (order by a), last(a) ignore nulls over (order by a rows between 1 preceding and current row), any_value(a) over (order by a)  from values (1),(null),(3) t(a)
listagg(a, ',') within group (order by b) from values ('a',2),('b',1) t(a,b)
listagg(a, b) from values ('a','x'),('b','y') t(a,b)
listagg(a, 1) from values ('a','x'),('b','y') t(a,b)
listagg(a, binary('x')) from values (binary('a')),(binary('b')) t(a)
listagg(a, ',') from values (array(1)) t(a)
listagg(a) from values ('a') t(a) where false
sum(a), avg(a) from values (interval '1' day),(interval '2' day) t(a)
sum(a), avg(a) from values (cast(1 as decimal(25,3))), (cast(0.5 as decimal(25,3))) t(a)
try_sum(a), try_avg(a) from values (interval '106751991' day),(interval '106751991' day) t(a)
cast(avg(a) as string), cast(sum(a) as string) from values (interval '1' year),(interval '2' month) t(a)
sum(a) from values (interval '178956970' year),(interval '178956970' year) t(a)
grouping(a), grouping(b), grouping_id(a, b), a, b, count(*) from values (1,2),(2,3) t(a,b) group by rollup(a,b) order by all
a, sum(b), avg(b), count(*), count(b), max(b), min(b), first(b), collect_list(b) from values (1,2),(1,3),(2,null) t(a,b) group by a order by a
mean(a), array_agg(a), std(a) from values (1),(2) t(a)
--SET spark.sql.ansi.enabled=false
sum(a), avg(a) from values (9223372036854775807L),(9223372036854775807L) t(a)
sum(a), avg(a) from values (cast(9e37 as decimal(38,0))),(cast(9e37 as decimal(38,0))) t(a)
sum(a), avg(a) from values (cast(1.5 as decimal(38,2))),(2.25) t(a)
try_sum(a), try_avg(a) from values (9223372036854775807L),(1L) t(a)
--RESET
-- count() counts no rows where a legacy setting allows it.
count() from values (1) t(a)
--SET spark.sql.legacy.allowParameterlessCount=true
count(), count() filter (where a > 0) from values (1) t(a)
--RESET
a, grouping__id from values (1) t(a) group by a with rollup order by 2
select a from values (1) t(a) group by rollup(a) having grouping__id > 0
GROUPING__ID + 1 from values (1) t(a) group by rollup(a) order by 1
listagg(distinct a, ', ') within group (order by a desc) from values ('b'),('a'),(null),('b') t(a)
listagg(distinct a, X'42'), listagg(distinct a, X'42') filter (where a is null) from values (X'02'),(X'02'),(null) t(a)
listagg(distinct a, ',') from values (cast(null as string)) t(a)
