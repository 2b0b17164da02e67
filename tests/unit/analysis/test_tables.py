"""Every class of the unresolved tree has its handler."""

from hiveframe.analysis.expressions.stars import Bound
from hiveframe.analysis.expressions.table import HANDLERS as EXPRESSIONS
from hiveframe.analysis.relations.table import HANDLERS as RELATIONS
from hiveframe.plan import spec

# What the session answers itself: the text that `show` prints is made of rows, not of a plan.
OF_THE_SESSION = {spec.ShowString, spec.HtmlString}


def subclasses(base: type) -> set[type]:
    return {getattr(spec, name) for name in vars(spec) if isinstance(getattr(spec, name), type)} & set(
        base.__subclasses__()
    )


def test_every_relation_has_a_handler() -> None:
    assert subclasses(spec.Relation) - set(RELATIONS) == OF_THE_SESSION


def test_every_expression_has_a_handler() -> None:
    assert subclasses(spec.Expr) - set(EXPRESSIONS) == set()
    assert set(EXPRESSIONS) - subclasses(spec.Expr) == {Bound}
