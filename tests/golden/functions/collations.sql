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
select mode(a) from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a))
select a from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a)) where a > 'A' order by a
select * from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a)) pivot (count(*) for a in ('A','B'))
select approx_count_distinct(a) from (select a collate UTF8_LCASE a from values ('a'),('A'),('b') t(a))
select min_by(b, a), max_by(b, a) from (select a collate UTF8_LCASE a, b from values ('a',1),('B',2),('C',3) t(a,b))
select a, b, a collate unicode = b collate unicode x, a collate unicode_ci = b collate unicode_ci y, a collate unicode_ai = b collate unicode_ai z, a collate unicode_ci_ai = b collate unicode_ci_ai w, a collate utf8_lcase = b collate utf8_lcase v from values ('a','A'),('á','a'),('Á','a'),('ß','SS'),('ﬁ','fi'),('é','é'),('Ω','Ω'),('ｱ','ア'),('ア','あ'),('Å','Å'),('æ','ae'),('ø','o'),('İ','i'),('ı','i'),('Σ','ς'),('σ','ς'),('1','１'),('½','1/2'),('','​'),('a-b','ab'),('ñ','n'),('Ñ','ñ'),('ё','е'),('Й','и'),('й','Й'),('가','가'),('𝒜','A'),('ﬀ','FF'),('ŉ','ʼn'),('ΐ','ΐ'),('K','k'),('ſ','s') t(a,b)
