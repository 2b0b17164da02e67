'abc' rlike 'b', 'abc' rlike '^b', 'abc' regexp 'c$', regexp_like('abc','B'), regexp_like('abc','(?i)B'), regexp_like(null,'a'), regexp_like('a',null), 'a\nb' rlike 'a.b', 'ab\n' rlike 'b$', 'ab\n' rlike 'b\\z', 'ab\n' rlike 'b\\Z', 'ab\r\n' rlike 'b$', 'a\rb' rlike 'a.b', 'a\u2028b' rlike 'a.b'
'aé b' rlike '\\bb', 'éa' rlike '\\ba', 'é' rlike '\\w', 'é' rlike '(?U)\\w', 'É' rlike '(?i)é', 'É' rlike '(?iu)é', '\u000b' rlike '\\s', '\u00a0' rlike '\\s', '\u00a0' rlike '\\h', 'x\ny' rlike '(?m)^y', 'x\ny' rlike '(?m)x$', 'a1' rlike '\\p{Alpha}\\p{Digit}', 'é' rlike '\\p{L}', 'é' rlike '\\p{IsAlphabetic}', 'α' rlike '\\p{IsGreek}', 'α' rlike '\\p{InGreek}', 'b' rlike '[a-z&&[^aeiou]]', 'e' rlike '[a-z&&[^aeiou]]', 'm' rlike '[a-d[m-p]]', ']' rlike '[]]'
'foobar' rlike 'foo(?=bar)', 'foobar' rlike '(?<!foo)bar', 'aa' rlike '(a)\\1', 'aaa' rlike 'a++a', 'a+b' rlike '\\Qa+b\\E', 'abab' rlike '(?<x>ab)\\k<x>', 'ab' rlike '(?x) a b # c', 'A' rlike '\\x41\\x{42}?\\u0043?\\0101?', 'a' rlike 'a{1}', 'a' rlike '(?>a)'
'a' rlike '('
'a' rlike '*'
'a' rlike 'a{'
'a' rlike '\\y'
'a' rlike '[a'
'a' rlike 'a)'
regexp_extract('100-200','(\\d+)-(\\d+)',1), regexp_extract('100-200','(\\d+)-(\\d+)'), regexp_extract('100-200','(\\d+)-(\\d+)',0), regexp_extract('100-200','(\\d+)-(\\d+)',2), regexp_extract('abc','x',0), regexp_extract('abc','(x)?b',1), regexp_extract(null,'a',0), regexp_extract('a',null,0), regexp_extract('a','a',null), regexp_extract('foo\n','(o+)$',1), regexp_extract('foo\n','o+$',0)
regexp_extract('abc','b',1)
regexp_extract('abc','x',1)
regexp_extract('abc','b',-1)
regexp_extract_all('100-200, 300-400','(\\d+)-(\\d+)'), regexp_extract_all('100-200, 300-400','(\\d+)-(\\d+)',0), regexp_extract_all('100-200, 300-400','(\\d+)-(\\d+)',2), regexp_extract_all('baac','a*',0), regexp_extract_all('abc','(x)?b',1), regexp_extract_all('','a',0), regexp_extract_all(null,'a',0)
regexp_extract_all('abc','b')
regexp_replace('100-200','(\\d+)','num'), regexp_replace('100-200','(\\d+)-(\\d+)','$2-$1'), regexp_replace('baac','a*','X'), regexp_replace('abc','','-'), regexp_replace('abc','b','\\$'), regexp_replace('abc','b','\\\\'), regexp_replace('abc','(?<n>b)','[$\{n}]'), regexp_replace('abc','(b)','$10'), regexp_replace('100-200','(\\d+)','num',4), regexp_replace('abc','b',null), regexp_replace('a.b','\\.','x'), regexp_replace('aaa','a','b',2), regexp_replace('abc','$','x'), regexp_replace('abc\n','$','x'), regexp_replace('abc','^','x'), regexp_replace('a b','\\s',''), regexp_replace('abc','b','$0$0')
regexp_replace('abc','b','$1')
regexp_replace('abc','b','$')
regexp_replace('abc','b','\\')
regexp_replace('abc','b','x',0)
regexp_replace('abc','b','x',5)
regexp_count('Steven Jones and Stephen Smith','Ste(v|ph)en'), regexp_count('abc',''), regexp_count(null,'a'), regexp_count('aaa','a'), regexp_count('aaa','aa'), regexp_count('baac','a*')
regexp_instr('user@spark.apache.org','@[^.]*'), regexp_instr('abc','x'), regexp_instr(null,'a'), regexp_instr('aab','b'), regexp_instr('a😀b','b'), regexp_instr('abc','c',0), regexp_instr('abab','(?<=a)b'), regexp_instr('abc','')
regexp_substr('Steven Jones','Ste(v|ph)en'), regexp_substr('abc','x'), regexp_substr('abc','x*'), regexp_substr(null,'a')
split('oneAtwoBthreeC','[ABC]'), split('oneAtwoBthreeC','[ABC]',-1), split('oneAtwoBthreeC','[ABC]',2), split('oneAtwoBthreeC','[ABC]',0), split('abc',''), split('','a'), split('a,b,,',','), split(',a',','), split('abc','b*'), split('a.b','\\.'), split('a1b22c','\\d+'), split(null,','), split('a',null), split('abc','',2), split('boo:and:foo','o',-1), split('boo:and:foo','o',5), split('a|b','\\|'), split('ab','(?=b)'), split('aXbXc','X',1)
split('a,b',',',null)
'a' rlike ''
regexp_replace(123, '2', 'x'), 123 rlike '2', regexp_extract('a-b','(a)-(b)','2')
regexp_extract(a,b,c), a rlike b, regexp_replace(a,b,'_'), split(a,b), regexp_count(a,b), regexp_instr(a,b) from values ('a1b2','[0-9]',0),('xyz','y',0),(null,'a',0),('a',null,0),('foo','(o)(o)',0) t(a,b,c)
a rlike 'b$', regexp_replace(a,'b$','X'), regexp_extract(a,'(b)$',1), a rlike '\\bb\\b', regexp_replace(a,'\\b','|'), split(a,'\\s+'), regexp_count(a,'.'), regexp_replace(a,'(\\w)(\\w)','$2$1') from values ('ab'),('ab\n'),('a b'),('é b'),(null),(''),('ab\r\n') t(a)
