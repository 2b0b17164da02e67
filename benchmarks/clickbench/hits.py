"""A table like ClickBench's `hits`: its 105 columns with their types, drawn by DuckDB from each row's number.

https://github.com/ClickHouse/ClickBench describes the real one, 100 million page views of July 2013. Here, as there:

- Users, pages of a site, sites, regions and search phrases are as common as Zipf's law says (exponent 1: a rank is e to
  a uniform power); rows draw from a fifth as many users.
- Most text is empty: 87 % of search phrases, 95 % of telephone models, 99 % of advertising; titles and phrases are
  Cyrillic and Latin. Of the searches, 85 % come from one engine.
- Rows come day by day, within a day in no order, most around noon.

Unlike there, site 62, for which seven of the questions ask, has 12 % of the rows however small the table is, and a
third of those are on its first page, so that each question has rows to find from a million rows on.
"""

import tempfile
from pathlib import Path

import duckdb

from benchmarks.tpc.data import cache_folder

MACROS = """
CREATE MACRO drawn(i, salt) AS hash(hash(i, salt));
CREATE MACRO unit(i, salt) AS (drawn(i, salt) >> 11)::DOUBLE / 9007199254740992;
CREATE MACRO below(i, salt, n) AS (drawn(i, salt) % n)::INTEGER;
CREATE MACRO ip(i, salt) AS ((drawn(i, salt) % 4294967296)::BIGINT - 2147483648)::INTEGER;
CREATE MACRO seldom(i, salt, share, value) AS if(unit(i, salt) < share, value, 0);
CREATE MACRO zipf(i, salt, n) AS exp(unit(i, salt) * ln(n))::BIGINT;
CREATE MACRO word(n, salt) AS ['новости', 'погода', 'купить', 'скачать', 'бесплатно', 'онлайн', 'видео', 'авто',
    'работа', 'карта', 'форум', 'цены', 'отзывы', 'фото', 'игры', 'news', 'sport', 'shop', 'music', 'travel', 'photo',
    'mail', 'auto', 'films'][1 + below(n, salt, 24)];
CREATE MACRO page_of(i, site, pages, salt) AS if(site = 62 AND unit(i, salt) < 0.33, 1, zipf(i, salt + 1, pages));
CREATE MACRO path(page) AS word(page, 2) || '/' || word(page, 3) || '-' || word(page, 4) || '/?id=' || page
    || '&category=' || page % 97 || if(page % 3 = 0, '&from=' || word(page, 5) || '&at=' || hash(page) % 1000000, '');
CREATE MACRO address(site, page) AS 'http://' || if(drawn(site, page) % 1000 = 7, 'google.', '') || word(site, 1)
    || site || '.example/' || if(page = 1, '', path(page));
CREATE MACRO engine(i) AS if(unit(i, 14) < 0.85, 1, 2 + below(i, 15, 3));
CREATE MACRO address_hash(site, page) AS
    if(site = 62 AND page = 1, 2868770270353813622, (drawn(site, page) >> 1)::BIGINT);
"""

BASE = """
SELECT i, (if(unit(i, 1) < 0.12, 62, 63 + zipf(i, 2, 6500)))::INTEGER AS site,
    zipf(i, 3, greatest({rows} // 5, 2)) AS person,
    unit(i, 4) < 0.13 AS searched, unit(i, 5) < 0.055 AS mobile, zipf(i, 6, greatest({rows} // 8, 2)) AS phrase,
    unit(i, 7) AS arrival, DATE '2013-07-01' + (i * 31 // {rows})::INTEGER AS day,
    ((unit(i, 8) + unit(i, 9)) * 43200)::INTEGER AS second FROM range({rows}) rows(i)
"""

VISITS = """
SELECT *, page_of(i, site, greatest({rows} // 200, 50), 10) AS page, page_of(i, site, 1000, 12) AS source,
    day + to_seconds(second) AS moment, if(searched, engine(i), 0) AS engine,
    if(searched, word(phrase, 6) || ' ' || word(phrase, 7) || ' ' || phrase, '') AS words,
    CASE WHEN searched THEN 'https://' || ['www.google', 'yandex', 'bing', 'mail'][engine(i)] || '.example/?q='
        || phrase
        WHEN arrival < 0.2 THEN '' WHEN site = 62 AND arrival < 0.5 THEN address(62, 1)
        ELSE address(site, source) END AS referer
FROM ({base})
"""

COLUMNS = {
    "WatchID": "(drawn(i, 20) >> 1)::BIGINT",
    "JavaEnable": "(unit(i, 21) < 0.7)::SMALLINT",
    "Title": "if(unit(i, 22) < 0.12, '', if(drawn(site, page) % 1000 IN (7, 8), 'Google ', '') || word(page, 2) || ' ' "
    "|| word(page, 3) || ' — ' || word(page, 4) || ' ' || page || ' | ' || word(site, 1) || site)",
    "GoodEvent": "1::SMALLINT",
    "EventTime": "moment",
    "EventDate": "day",
    "CounterID": "site",
    "ClientIP": "ip(person, 23)",
    "RegionID": "zipf(person, 24, 9000)::INTEGER",
    "UserID": "if(person = 500, 435090932899640449, (drawn(person, 25) >> 1)::BIGINT)",
    "CounterClass": "0::SMALLINT",
    "OS": "zipf(person, 26, 90)::SMALLINT",
    "UserAgent": "zipf(person, 27, 80)::SMALLINT",
    "URL": "address(site, page)",
    "Referer": "referer",
    "IsRefresh": "(unit(i, 28) < 0.13)::SMALLINT",
    "RefererCategoryID": "below(source, 29, 12000)::SMALLINT",
    "RefererRegionID": "zipf(source, 30, 3000)::INTEGER",
    "URLCategoryID": "below(page, 31, 12000)::SMALLINT",
    "URLRegionID": "zipf(page, 32, 3000)::INTEGER",
    "ResolutionWidth": "[1366, 1280, 1024, 1920, 1600, 1440, 0, 320][least(zipf(person, 33, 12), 8)]::SMALLINT",
    "ResolutionHeight": "[768, 1024, 600, 1080, 900, 800, 0, 480][least(zipf(person, 33, 12), 8)]::SMALLINT",
    "ResolutionDepth": "(if(unit(person, 34) < 0.8, 32, 24))::SMALLINT",
    "FlashMajor": "if(unit(person, 35) < 0.75, 11, below(person, 36, 12))::SMALLINT",
    "FlashMinor": "below(person, 37, 9)::SMALLINT",
    "FlashMinor2": "if(unit(person, 35) < 0.75, (below(person, 38, 300) + 100)::VARCHAR, '')",
    "NetMajor": "seldom(person, 39, 0.1, 4)::SMALLINT",
    "NetMinor": "0::SMALLINT",
    "UserAgentMajor": "below(person, 40, 30)::SMALLINT",
    "UserAgentMinor": "['0', '1', '5', 'D9', 'DD', ''][1 + below(person, 41, 6)]",
    "CookieEnable": "(unit(i, 42) < 0.97)::SMALLINT",
    "JavascriptEnable": "(unit(i, 43) < 0.99)::SMALLINT",
    "IsMobile": "mobile::SMALLINT",
    "MobilePhone": "if(mobile, below(person, 44, 80), 0)::SMALLINT",
    "MobilePhoneModel": "if(mobile AND unit(person, 45) < 0.9, ['iPad', 'iPhone', 'GT-', 'Lumia ', 'HTC '][1 + "
    "below(person, 46, 5)] || if(unit(person, 47) < 0.5, '', zipf(person, 48, 160)::VARCHAR), '')",
    "Params": "''",
    "IPNetworkID": "zipf(person, 49, 4000000)::INTEGER",
    "TraficSourceID": "CASE WHEN searched THEN 2 WHEN arrival < 0.3 THEN -1 WHEN arrival < 0.4 THEN 6 WHEN arrival "
    "< 0.5 THEN 1 WHEN arrival < 0.52 THEN 3 ELSE 0 END::SMALLINT",
    "SearchEngineID": "engine::SMALLINT",
    "SearchPhrase": "words",
    "AdvEngineID": "seldom(i, 50, 0.0063, 2 + zipf(i, 51, 20))::SMALLINT",
    "IsArtifical": "seldom(i, 52, 0.05, 1)::SMALLINT",
    "WindowClientWidth": "(300 + below(i, 53, 1600))::SMALLINT",
    "WindowClientHeight": "(200 + below(i, 54, 900))::SMALLINT",
    "ClientTimeZone": "[-1, 4, 3, 5, 6, 8, 2][least(zipf(person, 55, 10), 7)]::SMALLINT",
    "ClientEventTime": "moment + to_seconds(below(i, 56, 7200) - 3600)",
    "SilverlightVersion1": "seldom(person, 57, 0.4, 5)::SMALLINT",
    "SilverlightVersion2": "seldom(person, 57, 0.4, 1)::SMALLINT",
    "SilverlightVersion3": "seldom(person, 57, 0.4, 20125)::INTEGER",
    "SilverlightVersion4": "0::SMALLINT",
    "PageCharset": "if(unit(site, 58) < 0.6, 'utf-8', 'windows')",
    "CodeVersion": "if(unit(site, 59) < 0.9, 1601, below(site, 60, 1601))::INTEGER",
    "IsLink": "(unit(i, 61) < 0.25)::SMALLINT",
    "IsDownload": "(unit(i, 62) < 0.01)::SMALLINT",
    "IsNotBounce": "(unit(i, 63) < 0.8)::SMALLINT",
    "FUniqID": "if(unit(person, 64) < 0.5, 0, (drawn(person, 65) >> 1)::BIGINT)",
    "OriginalURL": "if(unit(i, 66) < 0.1, address(site, source), '')",
    "HID": "below(i, 67, 1073741824)",
    "IsOldCounter": "0::SMALLINT",
    "IsEvent": "(unit(i, 68) < 0.06)::SMALLINT",
    "IsParameter": "0::SMALLINT",
    "DontCountHits": "(unit(i, 69) < 0.08)::SMALLINT",
    "WithHash": "(unit(i, 70) < 0.02)::SMALLINT",
    "HitColor": "['5', 'F', 'g', 'E'][1 + below(i, 71, 4)]",
    "LocalEventTime": "moment + to_seconds(below(i, 72, 900))",
    "Age": "[0, 22, 26, 31, 39, 50][1 + below(person, 73, 6)]::SMALLINT",
    "Sex": "below(person, 74, 3)::SMALLINT",
    "Income": "below(person, 75, 5)::SMALLINT",
    "Interests": "seldom(person, 76, 0.6, below(person, 77, 32000))::SMALLINT",
    "Robotness": "seldom(i, 78, 0.02, below(i, 79, 10))::SMALLINT",
    "RemoteIP": "ip(person, 80)",
    "WindowName": "if(unit(i, 81) < 0.7, -1, below(i, 82, 60000))::INTEGER",
    "OpenerName": "if(unit(i, 83) < 0.9, -1, below(i, 84, 60000))::INTEGER",
    "HistoryLength": "zipf(i, 85, 500)::SMALLINT",
    "BrowserLanguage": "['ru', 'en', 'uk', 'tr', 'de'][least(zipf(person, 86, 9), 5)]",
    "BrowserCountry": "['RU', 'UA', 'US', 'TR', 'DE', ''][least(zipf(person, 87, 12), 6)]",
    "SocialNetwork": "''",
    "SocialAction": "''",
    "HTTPError": "seldom(i, 88, 0.001, 404)::SMALLINT",
    "SendTiming": "seldom(i, 89, 0.5, below(i, 90, 800))::INTEGER",
    "DNSTiming": "seldom(i, 89, 0.5, below(i, 91, 300))::INTEGER",
    "ConnectTiming": "seldom(i, 89, 0.5, below(i, 92, 500))::INTEGER",
    "ResponseStartTiming": "seldom(i, 89, 0.5, below(i, 93, 3000))::INTEGER",
    "ResponseEndTiming": "seldom(i, 89, 0.5, below(i, 94, 6000))::INTEGER",
    "FetchTiming": "seldom(i, 89, 0.5, below(i, 95, 9000))::INTEGER",
    "SocialSourceNetworkID": "seldom(i, 96, 0.03, 1 + below(i, 97, 9))::SMALLINT",
    "SocialSourcePage": "if(unit(i, 96) < 0.03, address(site, source), '')",
    "ParamPrice": "seldom(i, 98, 0.01, below(i, 99, 100000))::BIGINT",
    "ParamOrderID": "if(unit(i, 98) < 0.01, (drawn(i, 100) % 100000000)::VARCHAR, '')",
    "ParamCurrency": "if(unit(i, 98) < 0.01, 'RUB', '')",
    "ParamCurrencyID": "seldom(i, 98, 0.01, 643)::SMALLINT",
    "OpenstatServiceName": "if(unit(i, 101) < 0.01, 'direct.example', '')",
    "OpenstatCampaignID": "if(unit(i, 101) < 0.01, below(i, 102, 900000)::VARCHAR, '')",
    "OpenstatAdID": "if(unit(i, 101) < 0.01, below(i, 103, 9000000)::VARCHAR, '')",
    "OpenstatSourceID": "if(unit(i, 101) < 0.01, word(i, 104), '')",
    "UTMSource": "if(unit(i, 105) < 0.02, word(i, 106), '')",
    "UTMMedium": "if(unit(i, 105) < 0.02, 'cpc', '')",
    "UTMCampaign": "if(unit(i, 105) < 0.02, word(i, 107) || below(i, 108, 3000), '')",
    "UTMContent": "if(unit(i, 105) < 0.02, below(i, 109, 90000)::VARCHAR, '')",
    "UTMTerm": "if(unit(i, 105) < 0.02, word(i, 110), '')",
    "FromTag": "if(unit(i, 111) < 0.01, word(i, 112), '')",
    "HasGCLID": "(unit(i, 113) < 0.005)::SMALLINT",
    "RefererHash": "if(referer = address(62, 1), 3594120000172545465, (hash(referer) >> 1)::BIGINT)",
    "URLHash": "address_hash(site, page)",
    "CLID": "seldom(i, 114, 0.01, below(i, 115, 300000))::INTEGER",
}


def hits(rows: int) -> Path:
    """The table's Parquet file, made where the cache lacks it; the same rows each time."""
    file = cache_folder() / f"hits-{rows}.parquet"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".hits-") as folder:
            generate(rows, Path(folder) / file.name)
            (Path(folder) / file.name).rename(file)
    return file


def generate(rows: int, file: Path) -> None:
    """Write the table to `file`."""
    columns = ", ".join(f'{expression} AS "{name}"' for name, expression in COLUMNS.items())
    visits = VISITS.format(rows=rows, base=BASE.format(rows=rows))
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        connection.execute(f"COPY (SELECT {columns} FROM ({visits})) TO '{file}' (FORMAT parquet, COMPRESSION snappy)")
