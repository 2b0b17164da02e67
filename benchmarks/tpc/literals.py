"""The suites' queries with other literals: what a dashboard or a report asks when it is opened again.

A number, or a date, that a condition compares a column with is moved a little; texts, limits and whatever computes
stay. So nearly every repetition is a new text with a new result, of the same shape.
"""

import datetime as dt
from random import Random

import sqlglot
from sqlglot import exp

COMPARISONS = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)
YEARS = range(1998, 2003)  # in which the sales of TPC-DS lie


def redrawn(statement: str, seed: int) -> str:
    """The statement with its literals moved by what `seed` draws; equal literals stay equal."""
    draw = Random(seed)
    tree = sqlglot.parse_one(statement, read="spark")
    moved: dict[str, str] = {}
    for comparison in tree.find_all(*COMPARISONS):
        if not isinstance(comparison.this, exp.Column):
            continue
        for literal in comparison.find_all(exp.Literal):
            if literal.parent is comparison or is_date(literal):
                text = moved.setdefault(literal.name, other(literal, draw))
                literal.set("this", text)
    return tree.sql("spark")


def is_date(literal: exp.Literal) -> bool:
    """Whether it is the text of a cast to DATE."""
    return isinstance(literal.parent, exp.Cast) and literal.parent.is_type("date")


def other(literal: exp.Literal, draw: Random) -> str:
    """What stands in for a literal; texts that are no dates stand for themselves."""
    text = literal.name
    if is_date(literal):
        day = dt.date(*map(int, text.split("-"))) + dt.timedelta(days=draw.randint(-20, 20))
        return day.isoformat()
    if literal.is_string or not text.isdecimal():
        return text
    number = int(text)
    if number in YEARS:
        return str(draw.choice([year for year in YEARS if abs(year - number) <= 1]))
    step = max(1, number // 20)
    return str(max(1, number + draw.randint(-step, step))) if number > 12 else text
