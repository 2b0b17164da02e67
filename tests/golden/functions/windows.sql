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
