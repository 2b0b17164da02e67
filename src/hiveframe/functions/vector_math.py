"""Arithmetic of vectors of FLOAT, in the very order of Spark's loops: eight products at a time, then one by one.

Rows of one length are computed together, as a matrix whose rows are the elements. Source: `VectorFunctionImplUtils`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions.java_numbers import float_text

_UNROLLED: Final = 8
_MOVED_MOST: Final = 10_000

# Elements (rows) of vectors (columns) on both sides to one FLOAT a vector, and whether it is a value at all.
Pairwise = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def pairwise(function: str, rule: Pairwise, left: pa.ListArray, right: pa.ListArray) -> pa.Array:
    """`rule` for each row; NULL for a vector that is NULL or holds one. Their lengths must be equal."""
    first, second = _lengths(left), _lengths(right)
    present = _present(left) & _present(right)
    for row in np.nonzero(present & (first != second))[0][:1]:
        raise _mismatch(function, first[row], second[row])
    counts = present & _without_nulls(left, first) & _without_nulls(right, second)
    found = np.zeros(len(left), dtype=np.float32)
    valid = np.zeros(len(left), dtype=bool)
    with np.errstate(all="ignore"):
        for rows in _of_one_length(first, counts):
            length = int(first[rows[0]])
            found[rows], valid[rows] = rule(_matrix(left, rows, length), _matrix(right, rows, length))
    return pa.array(found, pa.float32(), mask=~valid)


def inner_product(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sum of the products."""
    return _total(left * right), np.ones(left.shape[1], dtype=bool)


def l2_distance(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The root of the sum of the squared differences."""
    apart = left - right
    return _root(_total(apart * apart)), np.ones(left.shape[1], dtype=bool)


def cosine_similarity(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The inner product over the product of the lengths; no value when that is zero."""
    norm = _root(_total(left * left) * _total(right * right))
    return _total(left * right) / norm, norm != 0


def norms(function: str, vectors: pa.ListArray, degrees: pa.Array) -> pa.Array:
    """The norm of each vector: degree 1, 2 or infinity."""
    found, valid, _ = _norms(function, vectors, degrees)
    return pa.array(found, pa.float32(), mask=~valid)


def normalized(function: str, vectors: pa.ListArray, degrees: pa.Array) -> pa.Array:
    """Each vector over its norm; NULL when that is zero, an empty vector as it is."""
    found, valid, lengths = _norms(function, vectors, degrees)
    valid &= (found != 0) | (lengths == 0)
    starts = vectors.offsets.to_numpy()[:-1].astype(np.int64)
    kept = np.where(valid, lengths, 0)
    ends = np.concatenate([[0], np.cumsum(kept)])
    at = np.arange(ends[-1]) - np.repeat(ends[:-1] - starts, kept)
    with np.errstate(all="ignore"):
        elements = _elements(vectors)[at] / np.repeat(found, kept)
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(elements), mask=pa.array(~valid))


def sums(function: str, lists: pa.ListArray) -> pa.Array:
    """For each list of vectors their sum; NULL for none. Vectors that hold a NULL do not count."""
    return _combined(function, lists, lambda vectors: np.add.accumulate(vectors, axis=0)[-1])


def means(function: str, lists: pa.ListArray) -> pa.Array:
    """For each list of vectors their mean, kept as Spark keeps it: each vector moves it by its share.

    Of very many vectors it is the plain mean: their partitions would decide about Spark's last digits.
    """
    return _combined(function, lists, _mean)


def _mean(vectors: np.ndarray) -> np.ndarray:
    if len(vectors) > _MOVED_MOST:
        plain: np.ndarray = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        return plain
    mean = np.zeros(vectors.shape[1:], dtype=np.float32)
    for count, moving in enumerate(vectors, 1):
        mean = mean + (moving - mean) * (np.float32(1) / np.float32(count))
    return mean


def _norms(function: str, vectors: pa.ListArray, degrees: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lengths = _lengths(vectors)
    wanted = degrees.fill_null(0).to_numpy(zero_copy_only=False)
    present = _present(vectors) & _present(degrees)
    known = (wanted == 1) | (wanted == 2) | (wanted == np.inf)
    for row in np.nonzero(present & ~known)[0][:1]:
        params = {"functionName": f"`{function}`", "degree": float_text(float(wanted[row]), single=True)}
        raise SparkRuntimeException("INVALID_VECTOR_NORM_DEGREE", params)
    valid = present & _without_nulls(vectors, lengths)
    found = np.zeros(len(vectors), dtype=np.float32)
    with np.errstate(all="ignore"):
        for degree in (1, 2, np.inf):
            for rows in _of_one_length(lengths, valid & (wanted == degree)):
                found[rows] = _norm(_matrix(vectors, rows, int(lengths[rows[0]])), degree)
    return found, valid, lengths


def _norm(elements: np.ndarray, degree: float) -> np.ndarray:
    if degree == 1:
        return _total(np.abs(elements))
    if degree == 2:
        return _root(_total(elements * elements))
    found: np.ndarray = np.fmax.reduce(np.abs(elements), axis=0, initial=np.float32(0))
    return found


def _total(terms: np.ndarray) -> np.ndarray:
    """The sum over the rows, single precision all the way."""
    total = np.zeros(terms.shape[1], dtype=np.float32)
    unrolled = len(terms) // _UNROLLED * _UNROLLED
    for start in range(0, unrolled, _UNROLLED):
        some = terms[start]
        for row in terms[start + 1 : start + _UNROLLED]:
            some = some + row
        total = total + some
    for row in terms[unrolled:]:
        total = total + row
    return total


def _root(squares: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.sqrt(squares.astype(np.float64)).astype(np.float32)
    return found


def _combined(function: str, lists: pa.ListArray, combine: Callable[[np.ndarray], np.ndarray]) -> pa.Array:
    """`combine` for each list: over arrays of vectors by groups of one shape by elements, in that order of axes."""
    vectors = lists.values
    lengths = _lengths(vectors)
    members = _members(lists, _present(vectors) & _without_nulls(vectors, lengths))
    result: list[np.ndarray | None] = [None] * len(lists)
    shapes: dict[tuple[int, int], list[int]] = {}
    for i, rows in enumerate(members):
        if not len(rows):
            continue
        odd = rows[lengths[rows] != lengths[rows[0]]]
        if len(odd):
            raise _mismatch(function, lengths[rows[0]], lengths[odd[0]])
        shapes.setdefault((len(rows), int(lengths[rows[0]])), []).append(i)
    starts = vectors.offsets.to_numpy().astype(np.int64)
    elements = _elements(vectors)
    with np.errstate(all="ignore"):
        for (_, length), alike in shapes.items():
            together = np.stack([members[i] for i in alike], axis=1)
            combined = combine(elements[starts[together][:, :, None] + np.arange(length)])
            for i, row in zip(alike, combined, strict=True):
                result[i] = row
    return pa.array(result, pa.list_(pa.float32()))


def _members(lists: pa.ListArray, counts: np.ndarray) -> list[np.ndarray]:
    """The places in `lists.values` of the vectors that count, for each list."""
    offsets = lists.offsets.to_pylist()
    valid = lists.is_valid().to_pylist()
    bounds = zip(valid, offsets[:-1], offsets[1:], strict=True)
    return [start + np.nonzero(counts[start:stop])[0] if ok else np.zeros(0, np.int64) for ok, start, stop in bounds]


def _of_one_length(lengths: np.ndarray, among: np.ndarray) -> Iterator[np.ndarray]:
    """The rows of each length, among those asked for."""
    rows = np.nonzero(among)[0]
    for length in np.unique(lengths[rows]):
        yield rows[lengths[rows] == length]


def _matrix(vectors: pa.ListArray, rows: np.ndarray, length: int) -> np.ndarray:
    starts = vectors.offsets.to_numpy()[rows].astype(np.int64)
    found: np.ndarray = _elements(vectors)[np.arange(length)[:, None] + starts[None, :]]
    return found


def _elements(vectors: pa.ListArray) -> np.ndarray:
    found: np.ndarray = vectors.values.fill_null(0).to_numpy(zero_copy_only=False)
    return found


def _lengths(vectors: pa.ListArray) -> np.ndarray:
    lengths: np.ndarray = np.diff(vectors.offsets.to_numpy()).astype(np.int64)
    return lengths


def _present(column: pa.Array) -> np.ndarray:
    found: np.ndarray = column.is_valid().to_numpy(zero_copy_only=False)
    return found


def _without_nulls(vectors: pa.ListArray, lengths: np.ndarray) -> np.ndarray:
    if not vectors.values.null_count:
        return np.ones(len(vectors), dtype=bool)
    nulls = np.concatenate([[0], np.cumsum(~_present(vectors.values))])
    starts = vectors.offsets.to_numpy()[:-1].astype(np.int64)
    found: np.ndarray = np.asarray(nulls[starts + lengths] == nulls[starts])
    return found


def _mismatch(function: str, left: int, right: int) -> SparkRuntimeException:
    params = {"functionName": f"`{function}`", "leftDim": str(left), "rightDim": str(right)}
    return SparkRuntimeException("VECTOR_DIMENSION_MISMATCH", params)
