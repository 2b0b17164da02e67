-- Collations: names, precedence, comparison, order, groups, search; ICU's order over a sample of Unicode.
select a from values ('a'),('A'),('á'),('Á'),('b'),('B'),('ä'),('Ä'),('æ'),('Æ'),('z'),('Z'),('ñ'),('n'),('ø'),('o'),('1'),('2'),('10'),('_'),('-'),(' '),('!'),('$'),('€'),('ß'),('ss'),('ŝ'),('ж'),('Ж'),('α'),('Ω'),('あ'),('ア'),('漢'),('한'),('😀'),('é'),('é'),('i'),('ı'),('İ'),('I') t(a) order by a collate unicode, a
select a from values ('a'),('A'),('á'),('Á'),('b'),('B'),('ä'),('æ'),('z'),('ñ'),('n'),('1'),('_'),('ß'),('ss'),('ж'),('Ж'),('α') t(a) order by a collate unicode_ci, a
select a from values ('a'),('A'),('á'),('Á'),('b'),('B'),('ä'),('æ'),('z'),('ñ'),('n'),('1'),('_'),('ß'),('ss'),('ж'),('Ж'),('α') t(a) order by a collate unicode_ai, a
select a from values ('a'),('A'),('á'),('Á'),('b'),('B'),('ä'),('æ'),('z'),('ñ'),('n'),('1'),('_'),('ß'),('ss'),('ж'),('Ж'),('α') t(a) order by a collate unicode_ci_ai, a
select a from values ('z'),('ä'),('a'),('å'),('ö'),('Ä'),('o') t(a) order by a collate sv, a
select a from values ('z'),('ä'),('a'),('ö'),('Ä'),('o'),('ß'),('ss') t(a) order by a collate de_CI, a
select a from values ('ch'),('c'),('d'),('h'),('i') t(a) order by a collate cs, a
select a from values ('ll'),('l'),('lz'),('m'),('ñ'),('n'),('o') t(a) order by a collate es_AI, a
select a from values ('b'),('A'),('a'),('B'),('İ'),('ı'),('I'),('i'),('Z'),('é') t(a) order by a collate utf8_lcase, a
select 'I' collate tr_CI = 'ı', 'I' collate tr_CI = 'i', 'İ' collate tr_CI = 'i'
typeof('a' collate UTF8_LCASE), 'a' collate UTF8_LCASE = 'A', collation('a'), collation('a' collate unicode_ci)
collate('a', 'UNICODE_CI') = 'A'
select distinct a collate unicode_ci from values ('a'),('A') t(a)
'a' collate UTF8_LCASE = 'b' collate UNICODE
'a' collate foo
'a' collate UTF8_LCSE
contains('ABC' collate UTF8_LCASE, 'b'), startswith('ABC' collate UTF8_LCASE, 'ab'), endswith('ABC' collate UTF8_LCASE,'bc'), instr('ABC' collate UTF8_LCASE,'b'), replace('ABC' collate UTF8_LCASE, 'b', 'x')
'ABC' collate UTF8_LCASE like '%b%', 'ABC' collate UTF8_LCASE rlike 'b'
'ABC' collate UNICODE_CI like '%b%'
select a from values ('b'),('A'),('a'),('B') t(a) order by a collate unicode
select min(a collate UTF8_LCASE), max(a collate UTF8_LCASE) from values ('b'),('A'),('a'),('B') t(a)
'a' collate UTF8_LCASE in ('A', 'b')
'a ' collate UTF8_BINARY_RTRIM = 'a'
'é' collate UNICODE_AI = 'e', 'É' collate UNICODE_CI_AI = 'e', 'a' collate de = 'A', 'a' collate de_CI = 'A'
typeof(concat('a' collate unicode, 'b')), typeof(upper('a' collate UTF8_LCASE)), typeof(coalesce('a', 'b' collate UNICODE))
select count(*) from collations()
select a = b from values ('a' collate UTF8_LCASE, 'A' collate UNICODE) t(a,b)
select concat(a, b) from values ('a' collate UTF8_LCASE, 'A' collate UNICODE) t(a,b)
select a || 'x' = b from values ('a' collate UTF8_LCASE, 'A' collate UNICODE) t(a,b)
select cast('a' as string collate UTF8_LCASE) = 'A'
select a collate UTF8_LCASE as x from values (1) t(a)
select collation(a) from values (1) t(a)
collate('a', null)
collate('a', b) from values ('unicode') t(b)
collate(1, 'unicode')
select * from collations() where name in ('UTF8_BINARY','UTF8_LCASE','UNICODE','UNICODE_CI_AI','de_CI','sr_Cyrl_BA_AI','UTF8_BINARY_RTRIM')
select collate('a', null)
select collate('a', b) from values ('unicode') t(b)
select collate(1, 'unicode')
select 'a' collate foo
select 'a' collate UTF8_LCSE
select 'a' collate unicode_xx
select 'a' collate de_CI_CI
select collation('a' collate de_de_ci), collation('a' collate DEU), collation('a' collate unicode_ai_rtrim), collation('a' collate utf8_lcase_rtrim), collation('a' collate unicode_cs_as)
select 'a' collate UTF8_LCASE = 'b' collate UNICODE
select a = b from (select 'a' collate UTF8_LCASE a, 'A' collate UNICODE b)
select concat(a, b), typeof(concat(a,b)) from (select 'a' collate UTF8_LCASE a, 'A' collate UNICODE b)
select a, count(*) from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a)) group by a order by a
select count(distinct a) from (select a collate UNICODE_CI a from values ('a'),('A'),('b'),('B'),(null) t(a))
select distinct a from (select a collate UNICODE_CI a from values ('a'),('A'),('b'),('B'),(null) t(a)) order by a
select a from (select a collate UNICODE_CI a from values ('a'),('A'),('b'),('B'),(null) t(a)) order by a desc, 1
select l.a, r.b from (select a collate UTF8_LCASE a from values ('a'),('B') t(a)) l join (select b collate UTF8_LCASE b from values ('A'),('b'),('c') t(b)) r on l.a = r.b order by l.a
select l.a, r.b from (select a collate UTF8_LCASE a from values ('a'),('B') t(a)) l left join (select b collate UTF8_LCASE b from values ('A'),('c') t(b)) r on l.a = r.b order by l.a
select a from (select a collate UTF8_LCASE a from values ('a'),('B') t(a)) where a in ('A','x')
select a in (select b collate UTF8_LCASE from values ('A') t(b)) from values ('a') t(a)
select a from (select a collate UTF8_LCASE a from values ('a'),('B') t(a)) where a between 'A' and 'AZ'
select a, row_number() over (partition by a order by b) from (select a collate UTF8_LCASE a, b from values ('a',2),('A',1),('b',3) t(a,b)) order by a, b
select a, rank() over (order by a) from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a)) order by 2, 1
select min(a), max(a), count(a) from (select a collate UNICODE a from values ('b'),('A'),('a'),('B') t(a))
select (select a collate UTF8_LCASE from values ('a') t(a) union select 'A')
select a from (select a collate UTF8_LCASE a from values ('a'),('b') t(a)) intersect select 'B' collate UTF8_LCASE
select a from (select a collate UTF8_LCASE a from values ('a'),('b') t(a)) except select 'B' collate UTF8_LCASE
select greatest(a, 'B'), least(a,'B'), a <=> 'A', nullif(a,'A'), case a when 'A' then 1 else 2 end from (select 'a' collate UTF8_LCASE a)
select contains(a,'B'), startswith(a,'AB'), endswith(a,'BC'), instr(a,'B'), locate('B',a), position('B' in a), replace(a,'B','x'), translate(a,'B','x'), split_part(a,'B',1), substring_index(a,'B',1), trim('A' from a), ltrim('A',a), rtrim('C',a), find_in_set(a,'X,ABC'), a like 'AB%', a ilike 'AB%', a rlike 'B', regexp_replace(a,'B','x'), split(a,'B'), levenshtein(a,'ABC') from (select 'abc' collate UTF8_LCASE a)
select contains(a,'B'), startswith(a,'AB'), endswith(a,'BC'), instr(a,'B'), locate('B',a), replace(a,'B','x'), translate(a,'B','x'), split_part(a,'B',1), substring_index(a,'B',1), trim('A' from a), find_in_set(a,'X,ABC') from (select 'abc' collate UNICODE_CI a)
select contains(a,'e'), startswith(a,'E'), replace(a,'e','x') from (select 'éa' collate UNICODE_CI_AI a)
select a like 'a' from (select 'a' collate UNICODE_CI a)
select array(a) = array('A') from (select 'a' collate UTF8_LCASE a)
select hash(a), hash('A' collate UTF8_LCASE), xxhash64(a), crc32(a) from (select 'a' collate UTF8_LCASE a)
select collect_set(a) from (select 'a' collate UTF8_LCASE a)
select upper(a), lower(a), initcap(a) from (select 'straße ΑΣ' collate UNICODE a)
select 'İ' collate UTF8_LCASE = 'i̇', 'ς' collate UTF8_LCASE = 'Σ', 'ß' collate UTF8_LCASE = 'SS', 'ß' collate UNICODE_CI = 'ss', 'é' collate UNICODE = 'é'
select 'a ' collate UTF8_LCASE_RTRIM = 'A', 'a ' collate UNICODE_CI_RTRIM = 'A', 'a ' collate UNICODE = 'a', contains('a b ' collate UTF8_LCASE_RTRIM, 'B')
select a from values ('a'),('A'),('á'),('b'),('_'),('1'),('ß'),('ss'),('Z'),('z'),('ä'),('-'),(' ') t(a) order by a collate unicode
select a from values ('a'),('A'),('á'),('b'),('_'),('1'),('ß'),('Z'),('ä'),('-'),(' ') t(a) order by a collate unicode_ci, a
select a from values ('z'),('ä'),('a'),('å') t(a) order by a collate sv
select mode(a) = 'A' from (select a collate UTF8_LCASE a from values ('a'),('A'),('b'),('c') t(a))
select a from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a)) where a > 'A' order by a
select * from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a)) pivot (count(*) for a in ('A','B'))
select approx_count_distinct(a) from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a))
select min_by(b, a), max_by(b, a) from (select a collate UTF8_LCASE a, b from values ('a',1),('B',2),('C',3) t(a,b))
select a, b, a collate unicode = b collate unicode x, a collate unicode_ci = b collate unicode_ci y, a collate unicode_ai = b collate unicode_ai z, a collate unicode_ci_ai = b collate unicode_ci_ai w, a collate utf8_lcase = b collate utf8_lcase v from values ('a','A'),('á','a'),('Á','a'),('ß','SS'),('ﬁ','fi'),('é','é'),('Ω','Ω'),('ｱ','ア'),('ア','あ'),('Å','Å'),('æ','ae'),('ø','o'),('İ','i'),('ı','i'),('Σ','ς'),('σ','ς'),('1','１'),('½','1/2'),('','​'),('a-b','ab'),('ñ','n'),('Ñ','ñ'),('ё','е'),('Й','и'),('й','Й'),('가','가'),('𝒜','A'),('ﬀ','FF'),('ŉ','ʼn'),('ΐ','ΐ'),('K','k'),('ſ','s') t(a,b)
-- Arrays of collated texts.
select array_distinct(a), array_union(a, array('B','x')), array_intersect(a, array('B','x')), array_except(a, array('B','x')), arrays_overlap(a, array('B')), array_contains(a, 'B'), array_position(a, 'B'), array_remove(a, 'B') from (select array('a','A','b',null,'c') :: array<string collate UTF8_LCASE> a)
select array_distinct(a), array_union(a, array('B','x')), array_intersect(a, array('B','x')), array_except(a, array('B','x')), arrays_overlap(a, array('B')), array_contains(a, 'B'), array_position(a, 'B'), array_remove(a, 'B') from (select array('a','A','b',null,'c') :: array<string collate UNICODE_CI> a)
select array_distinct(a), array_remove(a, 'e'), array_position(a, 'E') from (select cast(array('é','E','e') as array<string collate UNICODE_CI_AI>) a)
select sort_array(a), sort_array(a, false), array_sort(a), array_min(a), array_max(a) from (select cast(array('b','A','a','B',null) as array<string collate UTF8_LCASE>) a)
select sort_array(a), sort_array(a, false), array_sort(a), array_min(a), array_max(a) from (select cast(array('b','A','a','B',null) as array<string collate UNICODE>) a)
select array_sort(a, (x, y) -> case when x < y then 1 when x > y then -1 else 0 end) from (select cast(array('b','A','C') as array<string collate UTF8_LCASE>) a)
select array_distinct(array('a' collate UTF8_LCASE, 'A')), array_distinct(array(named_struct('k', 'a' collate UTF8_LCASE), named_struct('k', 'A' collate UTF8_LCASE)))
select array_contains(array('a', 'b'), 'A' collate UTF8_LCASE), array_position(array('a', 'b'), 'B' collate UTF8_LCASE), array_remove(array('a','b'), 'B' collate UTF8_LCASE)
select array_union(array('a'), array('A' collate UTF8_LCASE)), array_except(array('a' collate UNICODE_CI), array('A')), arrays_overlap(array('a'), array('A' collate UNICODE_CI))
select array_union(array('a' collate UTF8_LCASE), array('A' collate UNICODE_CI))
select array_union(a, b) from (select cast(array('a') as array<string collate UTF8_LCASE>) a, cast(array('A') as array<string collate UNICODE_CI>) b)
select array_contains(a, b) from (select cast(array('a') as array<string collate UTF8_LCASE>) a, 'A' collate UNICODE_CI b)
select array_append(a, 'B'), array_prepend(a, 'B'), array_insert(a, 1, 'B'), array_compact(a), array_join(a, ','), array_repeat(a[0], 2), flatten(array(a, a)), slice(a, 1, 1), concat(a, array('x')), reverse(a), shuffle(slice(a, 1, 1)), arrays_zip(a, a), element_at(a, 1), try_element_at(a, 9), get(a, 0), size(a) from (select cast(array('a','b') as array<string collate UTF8_LCASE>) a)
select filter(a, x -> x = 'A'), exists(a, x -> x = 'B'), forall(a, x -> x > 'A'), transform(a, x -> upper(x)), aggregate(a, '', (s, x) -> concat(s, x)), zip_with(a, a, (x, y) -> x || y) from (select cast(array('a','b') as array<string collate UTF8_LCASE>) a)
select explode(array('a' collate UTF8_LCASE, 'b'))
select x from (select cast(array('a','b') as array<string collate UTF8_LCASE>) a) lateral view explode(a) as x where x = 'B'
select 'A' in (a, 'x'), a in ('A'), case when a = 'A' then 1 else 2 end, case 'A' when a then 1 else 2 end, if(a = 'A', a, 'z'), nvl(a, 'x') = 'A', a not in ('B', null), decode(a, 'A', 1, 2) from (select 'a' collate UTF8_LCASE a)
select (a, 1) in (('A', 1), ('B', 2)), struct(a) = struct('A' collate UTF8_LCASE), named_struct('x', a) < named_struct('x', 'B' collate UTF8_LCASE) from (select 'a' collate UTF8_LCASE a)
select array(a) < array('B'), array(a) in (array('A'), array('B')), array(a, 'b') <=> array('A', 'B') from (select 'a' collate UTF8_LCASE a)
select array_max(a), array_min(a) from (select array(named_struct('k', 'a' collate UTF8_LCASE, 'v', 1), named_struct('k', 'A' collate UTF8_LCASE, 'v', 2)) a)
select sort_array(a) from (select array(named_struct('k', 'b' collate UTF8_LCASE, 'v', 1), named_struct('k', 'A' collate UTF8_LCASE, 'v', 2)) a)
select sort_array(a), array_sort(a) from (select array(array('b'), array('A'), array('a')) :: array<array<string collate UTF8_LCASE>> a)
select arrays_overlap(a, b), array_intersect(a, b) from (select array(array('b'), array('A')) :: array<array<string collate UTF8_LCASE>> a, array(array('a')) :: array<array<string collate UTF8_LCASE>> b)
select array_distinct(a), array_contains(a, 'a') from (select cast(array('a ','a','A') as array<string collate UTF8_BINARY_RTRIM>) a)
select map_from_arrays(array_distinct(a), array(1, 2)) from (select cast(array('a','A','b') as array<string collate UTF8_LCASE>) a)
-- Maps with collated keys.
select m['A'], element_at(m, 'A'), try_element_at(m, 'B'), map_contains_key(m, 'A'), m['zz'] from (select map('a' collate UTF8_LCASE, 1, 'b', 2) m)
select m['A'], element_at(m, 'A'), try_element_at(m, 'B'), map_contains_key(m, 'A'), m['zz'] from (select map('a' collate UNICODE_CI, 1, 'b', 2) m)
select m['A'], element_at(m, 'A'), map_contains_key(m, 'A') from (select cast(map('a', 1) as map<string collate UTF8_LCASE, int>) m)
select m['A' collate UTF8_LCASE] from (select map('a', 1) m)
select element_at(m, 'A' collate UTF8_LCASE), map_contains_key(m, 'A' collate UTF8_LCASE) from (select map('a', 1) m)
select m['A' collate UNICODE_CI] from (select cast(map('a', 1) as map<string collate UTF8_LCASE, int>) m)
select m[k] from (select cast(map('a', 1) as map<string collate UTF8_LCASE, int>) m, 'A' k)
select m[k] from (select cast(map('a', 1) as map<string collate UTF8_LCASE, int>) m, 'A' collate UNICODE_CI k)
select element_at(m, k) from (select cast(map('a', 1) as map<string collate UTF8_LCASE, int>) m, 'A' collate UNICODE_CI k)
select map('a' collate UTF8_LCASE, 1, 'A', 2)
select map('a' collate UNICODE_CI, 1, 'A', 2)
select map_from_arrays(array('a' collate UTF8_LCASE, 'A'), array(1, 2))
select map_from_entries(array(struct('a' collate UTF8_LCASE, 1), struct('A' collate UTF8_LCASE, 2)))
select map_concat(map('a' collate UTF8_LCASE, 1), map('A' collate UTF8_LCASE, 2))
select map_concat(map('a' collate UTF8_LCASE, 1), map('A', 2))
select transform_keys(map('a' collate UTF8_LCASE, 1, 'b', 2), (k, v) -> 'x' collate UTF8_LCASE)
select transform_keys(map('a', 1, 'A', 2), (k, v) -> k collate UTF8_LCASE)
select cast(map('a', 1, 'A', 2) as map<string collate UTF8_LCASE, int>)
select m['a'], m['A'] from (select cast(map('A', 1, 'a', 2) as map<string collate UTF8_LCASE, int>) m)
select str_to_map('a:1,b:2' collate UTF8_LCASE), str_to_map('a:1,A:2' collate UTF8_LCASE)
select str_to_map('axbxc' collate UTF8_LCASE, 'X', 'Y')
select str_to_map('a:1Xb:2' collate UTF8_LCASE, 'x', ':')
select map_keys(m), map_values(m), map_entries(m), map_filter(m, (k, v) -> k = 'A'), transform_values(m, (k, v) -> k), size(m) from (select map('a' collate UTF8_LCASE, 1) m)
select map_zip_with(map('a' collate UTF8_LCASE, 1), map('A' collate UTF8_LCASE, 2), (k, x, y) -> x + y)
select map_zip_with(m, n, (k, x, y) -> concat(k, x, y)) from (select cast(map('a', 1, 'b', 2) as map<string collate UNICODE_CI, int>) m, cast(map('B', 3) as map<string collate UNICODE_CI, int>) n)
select explode(map('a' collate UTF8_LCASE, 1))
select typeof(map('a' collate UTF8_LCASE, 'x', 'b', 'y' collate UNICODE))
select map('a' collate UTF8_LCASE, 1, 'b' collate UNICODE, 2)
select map('x', 'a' collate UTF8_LCASE, 'y', 'b')['x'] = 'A'
--SET spark.sql.mapKeyDedupPolicy=LAST_WIN
select map('a' collate UTF8_LCASE, 1, 'A', 2), map_from_arrays(array('a' collate UTF8_LCASE, 'A', 'b'), array(1, 2, 3)), map_concat(map('a' collate UTF8_LCASE, 1), map('A' collate UTF8_LCASE, 2)), map_from_entries(array(struct('a' collate UNICODE_CI, 1), struct('A' collate UNICODE_CI, 2)))
select transform_keys(map('a', 1, 'A', 2), (k, v) -> k collate UTF8_LCASE)
--RESET
select count(*) from (select m from values (map('a', 1)), (map('A', 1)) t(m)) group by cast(m as map<string collate UTF8_LCASE, int>)
select collect_list(a), array_agg(a), first(a), last(a), any_value(a) from (select a collate UTF8_LCASE a from values ('a') t(a))
select listagg(distinct a) within group (order by a) from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a))
select listagg(a, null) within group (order by a, b), string_agg(a) from (select a collate UTF8_LCASE a, b from values ('b', 1),('A', 2) t(a, b))
select nth_value(a, 1) over (order by a), lead(a) over (order by a), ntile(2) over (order by a) from (select a collate UTF8_LCASE a from values ('b'),('A') t(a))
select a, count(*) from (select a collate UTF8_LCASE a from values ('a'),('A'),('b'),('b') t(a)) group by rollup(a) order by 1 nulls first
select a from (select a collate UTF8_LCASE a from values ('a'),('b'),('a'),('A') t(a)) intersect all select b collate UTF8_LCASE from values ('A'),('a'),('c') t(b)
select a from (select a collate UTF8_LCASE a from values ('a'),('b'),('a'),('A') t(a)) except all select b collate UTF8_LCASE from values ('A'),('c') t(b)
select struct(a).a = 'A', named_struct('x', a).x = 'A' from (select 'a' collate UTF8_LCASE a)
select s from (select named_struct('x', a collate UTF8_LCASE) s from values ('a'),('A') t(a)) group by s
select (select max(a) from values ('b' collate UTF8_LCASE), ('A') t(a)) = 'B'
select exists(select 1 from values ('a' collate UTF8_LCASE) t(a) where a = 'A')
select 'A' collate UTF8_LCASE = any_value(a), max(a) = 'B' from values ('a'), ('b') t(a)
select t.a, u.b from (select a collate UTF8_LCASE a from values ('a'), ('b') t(a)) t join (select b collate UTF8_LCASE a, b from values ('A') u(b)) u using (a)
select t.a, u.b from (select a collate UTF8_LCASE a from values ('a'), ('b') t(a)) t natural join (select b collate UTF8_LCASE a, b from values ('A') u(b)) u
select from_json('{"A":"x"}', 'A string collate UTF8_LCASE') from_csv('x', 'a string collate UTF8_LCASE')
select typeof(from_json('{"a":"x"}', 'a string collate UTF8_LCASE')), typeof(schema_of_json('{"a":1}' collate UTF8_LCASE)), typeof(to_json(struct(a))) from (select 'a' collate UTF8_LCASE a)
select typeof(cast(a as string)), typeof(a :: string collate UNICODE), typeof(nvl(a, 'x')), typeof(if(true, a, 'x')), typeof(date_format(date'2020-01-01', a)), typeof(format_string(a, 1)), typeof(base64(a)), typeof(md5(a)), typeof(a::binary) from (select 'yyyy' collate UTF8_LCASE a)
select collect_list(distinct a), listagg(distinct a, '-') from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a))
select m, count(*) from (select cast(m as map<string collate UTF8_LCASE, int>) m from values (map('a', 1, 'b', 2)), (map('B', 2, 'a', 1)) t(m)) group by m
select m, count(*) from (select m from values (map('a', 1, 'b', 2)), (map('b', 2, 'a', 1)) t(m)) group by m
select struct(1 as a) in (struct(1 as b)), struct(1 as a) = struct(1 as b), array(struct(1 as a)) = array(struct(1 as b))
select element_at(m, k), try_element_at(m, k), map_contains_key(m, k), m[k] from (select map('a' collate UNICODE_CI, 1, 'b', 2) m, 'A' collate UNICODE_CI k)
select m['A'], m['zz'] from (select map('a' collate UTF8_LCASE, 1, 'b', 2) m)
select array_append(a, 'B'), array_compact(a), array_join(a, ','), array_repeat(a[0], 2), flatten(array(a, a)), slice(a, 1, 1), concat(a, array('x')), reverse(a), shuffle(slice(a, 1, 1)), arrays_zip(a, a), element_at(a, 1), try_element_at(a, 9), get(a, 0), size(a) from (select cast(array('a','b') as array<string collate UTF8_LCASE>) a)
select filter(a, x -> x = 'A'), exists(a, x -> x = 'B'), forall(a, x -> x > 'A'), transform(a, x -> upper(x)), zip_with(a, a, (x, y) -> x || y) from (select cast(array('a','b') as array<string collate UTF8_LCASE>) a)
select array_insert(a, 1, 'B') from (select cast(array('a','b') as array<string collate UTF8_LCASE>) a)
select str_to_map('a:1Xb:2' collate UNICODE_CI, 'x', ':'), str_to_map('a:1Xb:2' collate UNICODE_CI)
select typeof(array_join(a, ',')), typeof(to_number('1' collate unicode, '9')) from (select cast(array('a') as array<string collate UTF8_LCASE>) a)
select 'a' collate de_CI = 'b' collate UNICODE
