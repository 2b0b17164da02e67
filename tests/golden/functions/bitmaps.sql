-- Bitmaps over groups.
substring(hex(bitmap_construct_agg(bitmap_bit_position(a))), 0, 6) from values (1), (2), (3) t(a)
substring(hex(bitmap_construct_agg(bitmap_bit_position(a))), 0, 6) from values (1), (1), (1) t(a)
md5(bitmap_construct_agg(a)), length(bitmap_construct_agg(a)), bitmap_count(bitmap_construct_agg(a)) from values (0), (32767), (null), (17) t(a)
bitmap_construct_agg(a) from values (1) t(a) where false
md5(bitmap_construct_agg(a)) from values (cast(null as bigint)) t(a)
bitmap_construct_agg(32768)
bitmap_construct_agg(-1)
bitmap_construct_agg('1')
bitmap_construct_agg(1.5)
bitmap_construct_agg(true)
bitmap_construct_agg(null)
bitmap_construct_agg()
bitmap_construct_agg(1Y), bitmap_construct_agg(1S)
substring(hex(bitmap_or_agg(a)), 0, 6), substring(hex(bitmap_and_agg(a)), 0, 6), length(bitmap_or_agg(a)), length(bitmap_and_agg(a)) from values (X'F0'), (X'70'), (X'30') t(a)
substring(hex(bitmap_or_agg(a)), 0, 6), substring(hex(bitmap_and_agg(a)), 0, 6) from values (X'F0'), (null), (X'3001') t(a)
substring(hex(bitmap_or_agg(a)), 0, 6), substring(hex(bitmap_and_agg(a)), 0, 6), bitmap_count(bitmap_and_agg(a)) from values (X'') t(a)
bitmap_count(bitmap_or_agg(a)), bitmap_count(bitmap_and_agg(a)) from values (X'FF') t(a) where false
bitmap_count(bitmap_or_agg(a)), bitmap_count(bitmap_and_agg(a)) from values (cast(null as binary)) t(a)
bitmap_count(bitmap_or_agg(a)), bitmap_count(bitmap_and_agg(a)), length(bitmap_or_agg(a)) from values (cast(repeat('a', 5000) as binary)), (cast(repeat('b', 6000) as binary)) t(a)
bitmap_or_agg('abc')
bitmap_and_agg(1)
bitmap_or_agg(null), bitmap_and_agg(null)
bitmap_or_agg(a, a) from values (X'') t(a)
SELECT b, bitmap_count(bitmap_construct_agg(p)) n, bitmap_count(bitmap_construct_agg(p) FILTER (WHERE p > 2)) f, bitmap_count(bitmap_construct_agg(DISTINCT p)) d FROM (SELECT bitmap_bucket_number(a) b, bitmap_bit_position(a) p FROM VALUES (1), (2), (2), (40000), (40001), (-5) t(a)) GROUP BY b ORDER BY b
SELECT g, bitmap_count(bitmap_or_agg(a)), bitmap_count(bitmap_and_agg(a)) FROM VALUES (1, X'0F'), (1, X'F1'), (2, X'01'), (3, null) t(g, a) GROUP BY g ORDER BY g
SELECT id, bitmap_count(bitmap_construct_agg(id) OVER (ORDER BY id)) n, bitmap_count(bitmap_or_agg(cast(cast(id as string) as binary)) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) o FROM range(0, 5, 1, 1) ORDER BY id
bitmap_count(bitmap_construct_agg(id % 32768)) from range(0, 50000, 1, 1)
