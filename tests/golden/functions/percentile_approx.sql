-- percentile_approx, its error included: a summary of Greenwald and Khanna.
percentile_approx(id, 0.5, 10), percentile_approx(id, array(0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0), 10) from range(0, 1000, 1, 1)
approx_percentile(id, array(0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0), 100), percentile_approx(id, array(0.3, 0.2), 100L) from range(0, 1000, 1, 1)
percentile_approx(id, array(0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)) from range(0, 30000, 1, 1)
percentile_approx(id, array(0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0), 500) from range(0, 120000, 1, 1)
percentile_approx(sin(id), array(0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0), 500) from range(0, 120000, 1, 1)
percentile_approx((id * 7919) % 10007, array(0.9, 0.1, 0.5), 1000) from range(0, 120000, 1, 1)
percentile_approx(id, 0.5, 1), percentile_approx(id, array(0.1, 0.5, 0.9), 2), percentile_approx(id, array(0.1, 0.5, 0.9), 3), percentile_approx(id, 0.5, 20), percentile_approx(id, 0.5, 21) from range(0, 10, 1, 1)
percentile_approx(cast(id as decimal(10, 2)), array(0.2, 0.6), 30), percentile_approx(date_add(date'2000-01-01', int(id)), array(0.2, 0.6), 30), percentile_approx(timestamp_seconds(id), 0.6, 30), percentile_approx(float(id), 0.6, 30), percentile_approx(make_dt_interval(0, 0, 0, id), 0.6, 30), percentile_approx(cast(id as tinyint), 0.6, 30) from range(0, 100, 1, 1)
percentile_approx(if(id % 3 = 0, null, if(id % 7 = 0, double('nan'), id)), array(0.0, 0.3, 0.5, 0.86, 1.0), 20) from range(0, 500, 1, 1)
percentile_approx(if(id < 0, id, null), 0.5, 20), percentile_approx(if(id < 0, id, null), array(0.5), 20), percentile_approx(id, cast(array() as array<double>), 20) from range(0, 100, 1, 1)
percentile_approx(id, 0.5, 10) filter (where id > 500) from range(0, 1000, 1, 1)
SELECT id % 3 g, percentile_approx(id, 0.5, 10) p, percentile_approx(id, array(0.2, 0.8), 15) q FROM range(0, 300, 1, 1) GROUP BY g ORDER BY g
