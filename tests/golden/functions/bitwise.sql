5 & 3, 5 | 3, 5 ^ 3, ~5, ~0, -1 & 255, 5Y & 3Y, 5L | 3, 5S ^ 1Y, null & 1, ~null, ~(-128Y)
a & b, a | b, a ^ b, ~a from values (12, 10), (-1, 7), (null, 1) t(a, b)
a & b, a | b, a ^ b, ~a from values (12L, 10L), (-1L, 7L) t(a, b)
shiftleft(1, 4), shiftleft(1, 33), shiftleft(-1, 1), shiftleft(1L, 40), shiftleft(null, 1), shiftleft(1, -1), shiftleft(2147483647, 1), shiftleft(1Y, 3), 1 << 4, 1L << 63, 1 << 31, shiftleft('2', 1)
shiftright(16, 2), shiftright(-16, 2), shiftright(-1, 33), shiftright(1L, 65), shiftright(-9223372036854775808L, 63), -8 >> 1, 16 >> 2, shiftright(16, -1)
shiftrightunsigned(16, 2), shiftrightunsigned(-16, 2), shiftrightunsigned(-1L, 1), shiftrightunsigned(-1, 33), -8 >>> 1, -8L >>> 1, shiftrightunsigned(null, 1)
shiftleft(a, b), shiftright(a, b), shiftrightunsigned(a, b) from values (5, 1), (-5, 1), (5, 40), (null, 1), (-2147483648, 31) t(a, b)
shiftleft(a, 3), shiftright(a, 3), shiftrightunsigned(a, 3) from values (5L), (-5L), (9223372036854775807L), (null) t(a)
bit_count(0), bit_count(7), bit_count(-1), bit_count(-1L), bit_count(true), bit_count(false), bit_count(null), bit_count(255S), bit_count(-1Y)
bit_count(a) from values (5), (-5), (null), (0) t(a)
bit_get(11, 0), bit_get(11, 2), getbit(11, 1), getbit(-1L, 63), bit_get(5Y, 0), bit_get(null, 1), bit_get(5, null)
bit_get(a, b) from values (11, 0), (11, 2), (-1, 31) t(a, b)
bit_get(11, 32)
getbit(5, -1)
bitmap_bit_position(1), bitmap_bit_position(32768), bitmap_bit_position(-5), bitmap_bucket_number(1), bitmap_bucket_number(32769), bitmap_bucket_number(-5), bitmap_count(X'FF01'), bitmap_count(X''), bitmap_bit_position(0), bitmap_bucket_number(0), bitmap_bucket_number(null)
1.5 & 1
true & false
'1' & 1
'a' & 1
~'5'
~1.5
shiftleft(1.5, 1)
shiftleft('a', 1)
shiftleft(1, 'a')
bit_count('7')
bit_count(1.5)
getbit(1.5, 0)
--SET spark.sql.ansi.enabled=false
'1' & 1
~'5'
shiftleft('2', 1), bit_get(5, 1)
--RESET
array(1) >> 2
array(1) > 2, 4 >> 1
map('k', 1) >> 2
array(1) >>> 2
8 >> 1, array(1)
array(8)[0] >> 1
(struct(8 as a)).a >> 1
size(array(1)) > 0 and 8 >> 1 = 4
cast(array(array(1)) as array<array<int>>)
cast(null as map<int, array<struct<a: array<int>>>>)
cast(null as array<int>) is null or 8 >> 1 = 4
cast(array(array(1)) as array<array<int>>)[0][0] >> 1
8 >>> 1
array(8 >> 1)
array(1) >= array(2)
array(1) > array(2) and array(3) > array(4) and 8 >> 1 = 4
cast(null as struct<>)
cast(array(1) as array<int>) > array(1), 8 >>> 1
from_json('[[1]]', 'array<array<int>>')
8 `>>` 1
array<int>
