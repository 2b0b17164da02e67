"""`IN` with a long list of constants of one type: the list is one constant, so that no later step looks at each value.

Spark has two operators for this as well, `In` and `InSet`; its optimiser turns one into the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.functions.coercion import common_type
from hiveframe.functions.predicates import IN_SET
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_LEAST: Final = 64
_AS_THEY_ARE: Final = (t.DATE, t.TIMESTAMP, t.TIMESTAMP_NTZ)


def bind_long_list(binder: Binder, node: spec.Function) -> lg.Expr | None:
    """`value IN (constant, …)` as `inset(value, ARRAY(constant, …))`.

    None for anything but a long list of whole numbers, texts or times that compare with the value as they are; NULL is
    no such constant.
    """
    given, *listed = node.args
    if len(listed) < _LEAST or isinstance(given, (spec.Star, spec.Regex)):
        return None
    values = [e.value for e in listed if type(e) is spec.Literal]
    if len(values) < len(listed) or None in values:
        return None
    kinds = list({id(e.dtype): e.dtype for e in listed if type(e) is spec.Literal}.values())
    value = binder.bind(given)
    target = _compared_as(binder, value.dtype, kinds)
    if target is None:
        return None
    compared = call_binder(binder.context, node).cast(value, target)
    constants = lg.Literal(tuple(values), t.ArrayType(target, False))
    return lg.Call(IN_SET, (compared, constants), t.BOOLEAN, value.nullable)


def _compared_as(binder: Binder, dtype: DataType, kinds: Sequence[DataType]) -> DataType | None:
    """The type in which the value and the constants are compared, where no constant changes on the way there."""
    if all(isinstance(kind, t.IntegralType) for kind in (dtype, *kinds)):
        return common_type([dtype, *kinds], ansi=True)
    if any(kind != dtype for kind in kinds):
        return None
    if dtype == t.STRING:
        return dtype if binder.context.collation == t.STRING.collation else None
    return dtype if dtype in _AS_THEY_ARE else None
