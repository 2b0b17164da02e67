-- HyperLogLog++: Spark's very estimates.
approx_count_distinct(id), approx_count_distinct(id, 0.1), approx_count_distinct(id, 0.39), approx_count_distinct(id, 0.2) from range(0, 10, 1, 1)
approx_count_distinct(id), approx_count_distinct(id, 0.1), approx_count_distinct(id, 0.39), approx_count_distinct(id, 0.2) from range(0, 1000, 1, 1)
approx_count_distinct(id), approx_count_distinct(id, 0.1), approx_count_distinct(id, 0.39), approx_count_distinct(id, 0.2D) from range(0, 20000, 1, 1)
approx_count_distinct(cast(id as string)), approx_count_distinct(double(id) / 7), approx_count_distinct(id % 300), approx_count_distinct(cast(id as decimal(20, 3))), approx_count_distinct(date_add(date'2000-01-01', int(id % 5000))) from range(0, 30000, 1, 1)
SELECT id % 37 g, approx_count_distinct(id % 1001) a, approx_count_distinct(id, 0.07) b, approx_count_distinct(concat(id, 'x')) c FROM range(0, 40000, 1, 1) GROUP BY g ORDER BY g
approx_count_distinct(a), approx_count_distinct(b), approx_count_distinct(c), approx_count_distinct(d), approx_count_distinct(e) from values (0D, float('nan'), true, interval '1' day, X'01'), (-0D, float('nan'), false, interval '2' day, X'0101'), (null, null, null, null, null), (double('nan'), 1F, true, interval '1' day, X'') t(a, b, c, d, e)
approx_count_distinct(a), approx_count_distinct(b), approx_count_distinct(c) from values (array(1), struct(1, 'a'), array(struct(1D))), (array(1, null), struct(null, 'a'), null), (array(), struct(1, null), array(struct(-0D), null)), (null, null, array(struct(0D), null)) t(a, b, c)
approx_count_distinct(a) from values (map('a', 1)), (map('b', 1)), (map('a', 1)), (null) t(a)
approx_count_distinct(a) from values (1) t(a) where false
approx_count_distinct(a) filter (where a > 1), approx_count_distinct(distinct a), approx_count_distinct(null) from values (1), (2), (3) t(a)
SELECT id, approx_count_distinct(id % 3) OVER (ORDER BY id) r, approx_count_distinct(id % 2) OVER (PARTITION BY id % 3) p FROM range(0, 7, 1, 1) ORDER BY id
approx_count_distinct(a, 0.4) from values (1) t(a)
approx_count_distinct(a, a) from values (1) t(a)
approx_count_distinct(a, null) from values (1) t(a)
approx_count_distinct(a, '0.1') from values (1) t(a)
approx_count_distinct(a, 1) from values (1) t(a)
approx_count_distinct()
approx_count_distinct(1, 2, 3)
SELECT * FROM (SELECT * FROM VALUES (2012, 'a', 10), (2012, 'a', 20), (2012, 'b', 2), (2013, 'b', 3) t(year, course, earnings)) PIVOT (approx_count_distinct(earnings) FOR course IN ('a', 'b')) ORDER BY year
