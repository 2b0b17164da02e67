"""Sixty questions of dashboards, with places for what their viewers choose."""

from random import Random

from benchmarks.dashboard.star import CATEGORIES, CHANNELS, LAST_DAY, REGIONS, SEGMENTS

JOINS = {
    "region": "JOIN stores USING (store_id)",
    "store": "JOIN stores USING (store_id)",
    "category": "JOIN products USING (product_id)",
    "brand": "JOIN products USING (product_id)",
    "segment": "JOIN customers USING (customer_id)",
    "kind": "JOIN promotions USING (promotion_id)",
    "channel": "",
}
GROUPS = ("category", "region", "segment", "channel", "kind", "brand")
FILTERS = ("region", "category", "segment", "channel")
SINCE = f"day > date_sub(DATE'{LAST_DAY}', {{days}})"
WEEKDAY = "datediff(day, DATE'2023-01-01') % 7"  # 0 for Sundays; Spark and DuckDB count weekdays differently
CHOICES: dict[str, tuple[object, ...]] = {
    "days": (30, 7, 90, 365, 14, 180),
    "year": (2025, 2024, 2023),
    "month": (12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1),
    "region": REGIONS,
    "category": CATEGORIES,
    "segment": SEGMENTS,
    "channel": CHANNELS,
}


def chosen(name: str) -> str:
    """The condition that a viewer's choice makes."""
    return f"{name} = '{{{name}}}'"


def named(name: str) -> str:
    """The joins that tell each sale's product, and the column of that name."""
    return f"{JOINS['category']} {JOINS[name] if name != 'category' else ''}"


def by_group() -> dict[str, str]:
    """What is asked for each value of a column."""
    made = {}
    for group in GROUPS:
        sales = f"FROM sales {JOINS[group]}"
        made |= {
            f"sales by {group}": f"SELECT {group}, sum(amount) AS total, count(*) AS sales, sum(quantity) AS pieces "
            f"{sales} WHERE {SINCE} GROUP BY {group} ORDER BY total DESC, {group}",
            f"months by {group}": f"SELECT month(day) AS month, {group}, sum(amount) AS total {sales} "
            f"WHERE year(day) = {{year}} GROUP BY month(day), {group} ORDER BY month, {group}",
            f"year over year by {group}": f"SELECT {group}, "
            "sum(CASE WHEN year(day) = {year} THEN amount END) AS now, "
            f"sum(CASE WHEN year(day) = {{year}} - 1 THEN amount END) AS then {sales} WHERE month(day) = {{month}} "
            f"AND year(day) IN ({{year}}, {{year}} - 1) GROUP BY {group} ORDER BY {group}",
            f"shares by {group}": f"SELECT {group}, total, round(100 * total / sum(total) OVER (), 2) AS share FROM "
            f"(SELECT {group}, sum(amount) AS total {sales} WHERE {SINCE} GROUP BY {group}) AS t "
            f"ORDER BY total DESC, {group}",
            f"customers by {group}": f"SELECT {group}, count(DISTINCT sales.customer_id) AS buyers {sales} "
            f"WHERE {SINCE} GROUP BY {group} ORDER BY buyers DESC, {group}",
        }
    return made


def by_filter() -> dict[str, str]:
    """What is asked of the rows that a viewer chooses."""
    made = {}
    for name in FILTERS:
        sales = f"FROM sales {JOINS[name]}"
        where = f"WHERE {SINCE} AND {chosen(name)}"
        top = "sum(amount) AS total, count(*) AS sales"
        stores = f"{JOINS['region']} {JOINS[name] if name != 'region' else ''}"
        days = f"SELECT day, sum(amount) AS total {sales} {where} GROUP BY day"
        made |= {
            f"figures of a {name}": f"SELECT sum(amount) AS total, count(*) AS sales, avg(amount) AS mean, "
            f"max(amount) AS largest {sales} {where}",
            f"days of a {name}": f"{days} ORDER BY day",
            f"products of a {name}": f"SELECT product, {top} FROM sales {named(name)} {where} "
            "GROUP BY product ORDER BY total DESC, product LIMIT 10",
            f"stores of a {name}": f"SELECT store, {top} FROM sales {stores} {where} "
            "GROUP BY store ORDER BY total DESC, store LIMIT 10",
            f"customers of a {name}": f"SELECT sales.customer_id, {top} {sales} {where} "
            "GROUP BY sales.customer_id ORDER BY total DESC, customer_id LIMIT 20",
            f"weekly mean of a {name}": "SELECT day, total, sum(total) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND "
            f"CURRENT ROW) / 7 AS mean FROM ({days}) AS t ORDER BY day",
        }
    return made


def others() -> dict[str, str]:
    """Ranks within groups, weekdays and what promotions are worth."""
    made = {}
    for group in ("category", "region"):
        totals = (
            f"SELECT {group}, product, sum(amount) AS total FROM sales {named(group)} WHERE {SINCE} "
            f"GROUP BY {group}, product"
        )
        ranked = (
            f"SELECT {group}, product, total, row_number() OVER (PARTITION BY {group} ORDER BY total DESC, product) "
            f"AS place FROM ({totals}) AS t"
        )
        made[f"best of each {group}"] = (
            f"SELECT {group}, product, total FROM ({ranked}) AS r WHERE place <= 3 ORDER BY {group}, place"
        )
    for group in ("channel", "region", "segment"):
        made[f"weekdays by {group}"] = (
            f"SELECT {WEEKDAY} AS weekday, {group}, sum(amount) AS total FROM sales {JOINS[group]} "
            f"WHERE {SINCE} GROUP BY {WEEKDAY}, {group} ORDER BY weekday, {group}"
        )
    made["promotions"] = (
        "SELECT category, sum(CASE WHEN promotion_id > 0 THEN amount END) AS promoted, sum(amount) AS total, "
        f"sum(CASE WHEN promotion_id > 0 THEN 1 ELSE 0 END) AS sales FROM sales {JOINS['category']} WHERE {SINCE} "
        "GROUP BY category ORDER BY total DESC, category"
    )
    return made


TEMPLATES = {**by_group(), **by_filter(), **others()}


def traffic(count: int, skew: float, seed: int) -> list[str]:
    """So many questions: templates, in an order of popularity that is drawn first, and each choice by Zipf's law."""
    draw = Random(seed)
    popular = draw.sample(sorted(TEMPLATES), len(TEMPLATES))

    def ranked(values: tuple[object, ...]) -> object:
        return draw.choices(values, [1 / rank**skew for rank in range(1, len(values) + 1)])[0]

    return [
        TEMPLATES[str(ranked(tuple(popular)))].format(**{name: ranked(values) for name, values in CHOICES.items()})
        for _ in range(count)
    ]
