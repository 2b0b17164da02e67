-- ClickBench's 43 questions in their order (https://github.com/ClickHouse/ClickBench), as Spark SQL in this project's words.
select count(*) from hits;
select count(*) from hits where AdvEngineID <> 0;
select sum(AdvEngineID), count(*), avg(ResolutionWidth) from hits;
select avg(UserID) from hits;
select count(distinct UserID) from hits;
select count(distinct SearchPhrase) from hits;
select min(EventDate), max(EventDate) from hits;
select AdvEngineID, count(*) as views from hits where AdvEngineID <> 0 group by AdvEngineID order by views desc;
select RegionID, count(distinct UserID) as users from hits group by RegionID order by users desc limit 10;
select RegionID, sum(AdvEngineID) as ads, count(*) as views, avg(ResolutionWidth) as width, count(distinct UserID) as users
    from hits group by RegionID order by views desc limit 10;
select MobilePhoneModel, count(distinct UserID) as users from hits where MobilePhoneModel <> ''
    group by MobilePhoneModel order by users desc limit 10;
select MobilePhone, MobilePhoneModel, count(distinct UserID) as users from hits where MobilePhoneModel <> ''
    group by MobilePhone, MobilePhoneModel order by users desc limit 10;
select SearchPhrase, count(*) as views from hits where SearchPhrase <> '' group by SearchPhrase order by views desc limit 10;
select SearchPhrase, count(distinct UserID) as users from hits where SearchPhrase <> ''
    group by SearchPhrase order by users desc limit 10;
select SearchEngineID, SearchPhrase, count(*) as views from hits where SearchPhrase <> ''
    group by SearchEngineID, SearchPhrase order by views desc limit 10;
select UserID, count(*) as views from hits group by UserID order by views desc limit 10;
select UserID, SearchPhrase, count(*) as views from hits group by UserID, SearchPhrase order by views desc limit 10;
select UserID, SearchPhrase, count(*) as views from hits group by UserID, SearchPhrase limit 10;
select UserID, extract(minute from EventTime) as minute, SearchPhrase, count(*) as views from hits
    group by UserID, extract(minute from EventTime), SearchPhrase order by views desc limit 10;
select UserID from hits where UserID = 435090932899640449;
select count(*) from hits where URL like '%google%';
select SearchPhrase, min(URL) as page, count(*) as views from hits where URL like '%google%' and SearchPhrase <> ''
    group by SearchPhrase order by views desc limit 10;
select SearchPhrase, min(URL) as page, min(Title) as first_title, count(*) as views, count(distinct UserID) as users from hits
    where Title like '%Google%' and URL not like '%.google.%' and SearchPhrase <> ''
    group by SearchPhrase order by views desc limit 10;
select * from hits where URL like '%google%' order by EventTime limit 10;
select SearchPhrase from hits where SearchPhrase <> '' order by EventTime limit 10;
select SearchPhrase from hits where SearchPhrase <> '' order by SearchPhrase limit 10;
select SearchPhrase from hits where SearchPhrase <> '' order by EventTime, SearchPhrase limit 10;
select CounterID, avg(length(URL)) as letters, count(*) as views from hits where URL <> ''
    group by CounterID having count(*) > 100000 order by letters desc limit 25;
select regexp_replace(Referer, '^https?://(?:www\\.)?([^/]+)/.*$', '$1') as host, avg(length(Referer)) as letters,
    count(*) as views, min(Referer) as first_referer from hits where Referer <> ''
    group by regexp_replace(Referer, '^https?://(?:www\\.)?([^/]+)/.*$', '$1') having count(*) > 100000
    order by letters desc limit 25;
select {sums} from hits;
select SearchEngineID, ClientIP, count(*) as views, sum(IsRefresh) as refreshed, avg(ResolutionWidth) as width from hits
    where SearchPhrase <> '' group by SearchEngineID, ClientIP order by views desc limit 10;
select WatchID, ClientIP, count(*) as views, sum(IsRefresh) as refreshed, avg(ResolutionWidth) as width from hits
    where SearchPhrase <> '' group by WatchID, ClientIP order by views desc limit 10;
select WatchID, ClientIP, count(*) as views, sum(IsRefresh) as refreshed, avg(ResolutionWidth) as width from hits
    group by WatchID, ClientIP order by views desc limit 10;
select URL, count(*) as views from hits group by URL order by views desc limit 10;
select 1 as one, URL, count(*) as views from hits group by 1, URL order by views desc limit 10;
select ClientIP, ClientIP - 1 as one, ClientIP - 2 as two, ClientIP - 3 as three, count(*) as views from hits
    group by ClientIP, ClientIP - 1, ClientIP - 2, ClientIP - 3 order by views desc limit 10;
select URL, count(*) as views from hits
    where CounterID = 62 and EventDate >= date'2013-07-01' and EventDate <= date'2013-07-31'
    and DontCountHits = 0 and IsRefresh = 0 and URL <> '' group by URL order by views desc limit 10;
select Title, count(*) as views from hits
    where CounterID = 62 and EventDate >= date'2013-07-01' and EventDate <= date'2013-07-31'
    and DontCountHits = 0 and IsRefresh = 0 and Title <> '' group by Title order by views desc limit 10;
select URL, count(*) as views from hits
    where CounterID = 62 and EventDate >= date'2013-07-01' and EventDate <= date'2013-07-31'
    and IsRefresh = 0 and IsLink <> 0 and IsDownload = 0 group by URL order by views desc limit 10 offset 1000;
select TraficSourceID, SearchEngineID, AdvEngineID,
    case when SearchEngineID = 0 and AdvEngineID = 0 then Referer else '' end as source, URL as target, count(*) as views
    from hits where CounterID = 62 and EventDate >= date'2013-07-01' and EventDate <= date'2013-07-31' and IsRefresh = 0
    group by TraficSourceID, SearchEngineID, AdvEngineID,
    case when SearchEngineID = 0 and AdvEngineID = 0 then Referer else '' end, URL order by views desc limit 10 offset 1000;
select URLHash, EventDate, count(*) as views from hits
    where CounterID = 62 and EventDate >= date'2013-07-01' and EventDate <= date'2013-07-31'
    and IsRefresh = 0 and TraficSourceID in (-1, 6) and RefererHash = 3594120000172545465
    group by URLHash, EventDate order by views desc limit 10 offset 100;
select WindowClientWidth, WindowClientHeight, count(*) as views from hits
    where CounterID = 62 and EventDate >= date'2013-07-01' and EventDate <= date'2013-07-31'
    and IsRefresh = 0 and DontCountHits = 0 and URLHash = 2868770270353813622
    group by WindowClientWidth, WindowClientHeight order by views desc limit 10 offset 10000;
select date_trunc('minute', EventTime) as minute, count(*) as views from hits
    where CounterID = 62 and EventDate >= date'2013-07-14' and EventDate <= date'2013-07-15'
    and IsRefresh = 0 and DontCountHits = 0
    group by date_trunc('minute', EventTime) order by date_trunc('minute', EventTime) limit 10 offset 1000;
