"""What Iceberg adds to ALTER TABLE: partition fields, the order of writes, branches and tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.catalog.entities import Ordering, Table, Term
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error, unsupported
from hiveframe.lake.tables.table import Definition, Reference
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.opened import Opened

Args = Mapping[str, Any]
_DISTRIBUTION: Final = "write.distribution-mode"


def _terms(target: Opened) -> tuple[Term, ...]:
    if target.provider != "iceberg":
        raise unsupported(f"partition fields of {target.provider} tables")
    return target.definition.terms


def _one(args: Args, key: str = "term") -> Term:
    from hiveframe.sessions.commands.tables import partition_terms

    (term,) = partition_terms((args[key],))
    return term


def _new(args: Args) -> Term:
    """A field that is added; without a name of its own it is called after all of its transform."""
    term = _one(args)
    argument = "" if term.argument is None else f"_{term.argument}"
    kind = {"identity": "", "truncate": "_trunc"}.get(term.function, f"_{term.function}")
    return replace(term, name=args.get("name") or f"{term.column}{kind}{argument}")


def _place(table: Table, terms: Sequence[Term], wanted: Term) -> int:
    """The field that is the term, or is called so."""
    for i, term in enumerate(terms):
        if term.is_same(wanted) or (wanted.function == "identity" and term.name == wanted.column):
            return i
    raise analysis_error("ICEBERG_NO_PARTITION_FIELD", field=str(wanted), tableName=quoted(*table.parts))


def _commit(target: Opened, definition: Definition, operation: str) -> None:
    write = target.begin()
    write.define(definition)
    write.commit(operation, {}, reads=False)


def _partitioned(target: Opened, terms: Sequence[Term]) -> Definition:
    columns = tuple(x.column for x in terms if x.function == "identity")
    return replace(target.definition, terms=tuple(terms), partition_columns=columns)


def add_partition_field(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    """New rows are divided by one value more."""
    terms, new = _terms(target), _new(args)
    if any(term.is_same(new) or term.name == new.name for term in terms):
        raise analysis_error("ICEBERG_PARTITION_FIELD_EXISTS", field=str(new), tableName=quoted(*table.parts))
    _commit(target, _partitioned(target, (*terms, new)), "ADD PARTITION FIELD")


def drop_partition_field(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    """New rows are divided by one value less."""
    terms = list(_terms(target))
    del terms[_place(table, terms, _one(args))]
    _commit(target, _partitioned(target, terms), "DROP PARTITION FIELD")


def replace_partition_field(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    """New rows are divided by another value."""
    terms = list(_terms(target))
    terms[_place(table, terms, _one(args, "old"))] = _new(args)
    _commit(target, _partitioned(target, terms), "REPLACE PARTITION FIELD")


def write_order(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    """New rows are sorted so."""
    _terms(target)
    orderings = []
    for key in args["keys"]:
        first = key.nulls_first if key.nulls_first is not None else key.ascending
        orderings.append(Ordering(_one({"term": key.child}), key.ascending, first))
    held = target.definition
    properties = {**held.properties, _DISTRIBUTION: args["distribution"]}
    _commit(target, replace(held, orderings=tuple(orderings), properties=properties), "WRITE ORDERED BY")


def make_reference(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    """A branch or tag: a name for a snapshot, that of the table unless another is given."""
    target.table.refer(
        Reference(
            args["name"],
            args["kind"],
            args.get("version"),
            args["creates"],
            args["replaces"],
            args["if_not_exists"],
            args.get("retain_ms"),
            args.get("keeps"),
            args.get("snapshots_ms"),
        )
    )


def drop_reference(session: CommandSession, table: Table, target: Opened, args: Args) -> None:
    """The name goes; snapshots that no other name leads to go when they expire."""
    target.table.unrefer(args["name"], args["kind"], if_exists=args["if_exists"])
