from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hiveframe.connect.decode.literals import decode_literal
from hiveframe.connect.decode.types import decode_type
from hiveframe.connect.encode.literals import encode_literal
from hiveframe.connect.encode.types import encode_type
from hiveframe.plan import types as t

ATOMS = st.sampled_from(
    [
        t.NULL,
        t.BOOLEAN,
        t.BYTE,
        t.SHORT,
        t.INT,
        t.LONG,
        t.FLOAT,
        t.DOUBLE,
        t.STRING,
        t.BINARY,
        t.DATE,
        t.TIMESTAMP,
        t.TIMESTAMP_NTZ,
        t.TIME,
        t.CALENDAR_INTERVAL,
        t.VARIANT,
        t.DecimalType(38, 10),
        t.StringType("UNICODE_CI"),
        t.CharType(3),
        t.VarcharType(9),
        t.TimeType(0),
        t.YearMonthIntervalType(0, 0),
        t.DayTimeIntervalType(1, 2),
    ]
)
METADATA = st.dictionaries(
    st.text(max_size=5), st.one_of(st.text(max_size=5), st.integers(), st.booleans()), max_size=2
)


def structs(types):
    field = st.builds(t.StructField, st.text(max_size=8), types, st.booleans(), METADATA)
    return st.builds(lambda fields: t.StructType(tuple(fields)), st.lists(field, max_size=4))


TYPES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(t.ArrayType, inner, st.booleans()),
        st.builds(t.MapType, inner, inner, st.booleans()),
        structs(inner),
        st.builds(lambda storage: t.UserDefinedType(storage, {"type": "udt", "pyClass": "m.C"}), inner),
    ),
    max_leaves=12,
)


@given(TYPES)
def test_a_type_survives_the_wire(dtype):
    assert decode_type(encode_type(dtype)) == dtype


VALUES = st.one_of(
    st.tuples(st.text(), st.just(t.STRING)),
    st.tuples(st.integers(-(2**63), 2**63 - 1), st.just(t.LONG)),
    st.tuples(st.floats(allow_nan=False), st.just(t.DOUBLE)),
    st.tuples(st.binary(), st.just(t.BINARY)),
    st.tuples(st.none(), ATOMS),
    st.tuples(st.decimals(-(10**20), 10**20, places=4), st.just(t.DecimalType(38, 4))),
    st.tuples(st.lists(st.one_of(st.none(), st.integers(0, 9))).map(tuple), st.just(t.ArrayType(t.INT))),
    st.tuples(st.lists(st.tuples(st.text(), st.booleans())).map(tuple), st.just(t.MapType(t.STRING, t.BOOLEAN))),
)


@given(VALUES)
def test_a_literal_survives_the_wire(pair):
    value, dtype = pair
    literal = decode_literal(encode_literal(value, dtype))
    assert (literal.value, literal.dtype) == (value, dtype)
