-- Histograms of many values: the order of operations decides about the bins.
histogram_numeric(id, 5), histogram_numeric(id, 17) from range(0, 100, 1, 1)
histogram_numeric(sin(id) * 100, 6), histogram_numeric(float(id % 37), 9) from range(0, 3000, 1, 1)
histogram_numeric(cast(id as decimal(8, 2)), 4), histogram_numeric(date_add(date'2000-01-01', int(id)), 4) from range(0, 50, 1, 1)
percentile_approx(id, array('0.5')) from range(0, 10, 1, 1)
