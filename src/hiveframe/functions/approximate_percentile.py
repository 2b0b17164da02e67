"""`percentile_approx` as Spark answers it, its error included."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.quantile_summary import of_values
from hiveframe.functions.sketch_rows import gathered, spread
from hiveframe.functions.sql import Sql, case, cast, func, number, op, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall


def emit_percentile_approx(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """Exact while Spark's summary is, for fewer values than half the accuracy; over windows always.

    A frame of a window is a list of its own for each row, which is no way to hold many values.
    """
    value, share, accuracy = args
    if ctx.over is not None:
        return ctx.aggregate("quantile_disc", [value, share], call)
    listed, dtype = gathered(call, args, ctx)
    exact = func("list_aggregate", listed.copy(), text("quantile_disc"), share)
    kernel = ctx.kernel("percentile_approx", percentiles, [dtype, call.args[1].dtype, t.LONG], call.dtype)
    summed_up = func(kernel, listed.copy(), share.copy(), cast(accuracy, "BIGINT"))
    is_exact = op("<", op("*", func("len", listed), number(2)), accuracy.copy())
    return case((is_exact, exact), default=summed_up)


def percentiles(lists: pa.ListArray, shares: pa.Array, accuracies: pa.Array) -> pa.Array:
    """For each list of values the one at a share, or those at each of an array of shares; NULL for no values."""
    dtype = lists.type.value_type
    storage = pa.int32() if pa.types.is_date32(dtype) else pa.int64() if pa.types.is_timestamp(dtype) else dtype
    values = lists.values.view(storage).to_numpy(zero_copy_only=False)
    is_many = pa.types.is_list(shares.type)
    found: list[list[Any]] = []
    for place, share, accuracy in zip(spread(lists), shares, accuracies.to_pylist(), strict=True):
        if place.start == place.stop:
            found.append([] if is_many else [None])
            continue
        wanted = share.values.to_numpy(zero_copy_only=False) if is_many else np.array([share.as_py()])
        found.append(of_values(values[place], 1.0 / accuracy).quantiles(wanted))
    flat = pa.array([value for group in found for value in group], storage).view(dtype)
    if not is_many:
        return flat
    ends = np.cumsum([0, *map(len, found)])
    empty = pa.array([place.start == place.stop for place in spread(lists)])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), flat, mask=empty)
