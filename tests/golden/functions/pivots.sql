-- PIVOT: what a group lacks is NULL, unless Spark computes the aggregates over all rows of a group.
select * from (select * from values ('a',1,10),('b',2,20),('a',2,null) t(k,p,v)) pivot (count(v) for p in (1,2,3)) order by k
select * from (select * from values ('a',1,10),('b',2,20),('a',2,null) t(k,p,v)) pivot (count(v), sum(v) for p in (1,2,3)) order by k
select * from (select * from values ('a',1,10),('b',2,20),('a',2,null) t(k,p,v)) pivot (count(v) c, collect_list(v) l for p in (1,2,3)) order by k
select * from (select * from values ('a',1,10),('b',2,20),('a',2,null) t(k,p,v)) pivot (count(*) + 1 for p in (1,2)) order by k
select * from (select * from values ('a',1,10),('b',2,20),('a',2,null) t(k,p,v)) pivot (coalesce(sum(v), 0) for p in (1,2,3)) order by k
select * from (select * from values ('a',1,10),('b',2,20),('a',2,null) t(k,p,v)) pivot (count(distinct v) for p in (1,2)) order by k
select * from (select * from values ('a',1,10),('b',2,20),('a',2,null) t(k,p,v)) pivot (max(cast(v as string)), count(v) for p in (1,2)) order by k
select * from (select * from values ('a',1,10),('b',2,20),('a',2,null) t(k,p,v)) pivot (first(k), approx_count_distinct(v) for p in (1,2))
