"""What the options of XML say, as Spark names and defaults them; keys come in lower case.

Source: Spark SQL guide, "XML Files", and Spark's `XmlOptions`.
"""

from __future__ import annotations

from collections.abc import Mapping

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.functions.text_options import refused

CORRUPT = "_corrupt_record"


@dataclass(frozen=True, slots=True)
class XmlOptions:
    """The options of reading and of writing."""

    row_tag: str
    root_tag: str
    declaration: str
    array_element_name: str
    attribute_prefix: str
    value_tag: str
    null_value: str | None
    wildcard: str
    corrupt_column: str
    mode: str
    sampling_ratio: float
    excludes_attributes: bool
    trims: bool
    ignores_namespace: bool
    infers_types: bool
    prefers_decimal: bool
    prefers_date: bool
    date_format: str
    timestamp_format: str | None
    timestamp_ntz_format: str | None
    time_zone: str
    indent: str
    validates_names: bool
    case_sensitive: bool = False
    variant_column: str | None = None
    xsd_path: str | None = None

    def name(self, written: str) -> str:
        """The field's name for an element or an attribute."""
        return written.rpartition(":")[2] if self.ignores_namespace else written


def xml_options(given: Mapping[str, str], time_zone: str, *, case_sensitive: bool = False) -> XmlOptions:
    """The options, checked."""
    options = XmlOptions(
        row_tag=given.get("rowtag", "ROW"),
        root_tag=given.get("roottag", "ROWS"),
        declaration=given.get("declaration", 'version="1.0" encoding="UTF-8" standalone="yes"'),
        array_element_name=given.get("arrayelementname", "item"),
        attribute_prefix=given.get("attributeprefix", "_"),
        value_tag=given.get("valuetag", "_VALUE"),
        null_value=given.get("nullvalue"),
        wildcard=given.get("wildcardcolname", "xs_any"),
        corrupt_column=given.get("columnnameofcorruptrecord", CORRUPT),
        mode=_mode(given.get("mode", "")),
        sampling_ratio=float(given.get("samplingratio", "1")),
        excludes_attributes=_flag(given, "excludeAttribute"),
        trims=_flag(given, "ignoreSurroundingSpaces", default=True),
        ignores_namespace=_flag(given, "ignoreNamespace"),
        infers_types=_flag(given, "inferSchema", default=True),
        prefers_decimal=_flag(given, "prefersDecimal"),
        prefers_date=_flag(given, "preferDate", default=True),
        date_format=given.get("dateformat", "yyyy-MM-dd"),
        timestamp_format=given.get("timestampformat"),
        timestamp_ntz_format=given.get("timestampntzformat"),
        time_zone=given.get("timezone", time_zone),
        indent=given.get("indent", "    "),
        validates_names=_flag(given, "validateName", default=True),
        case_sensitive=case_sensitive,
        variant_column=given.get("singlevariantcolumn"),
        xsd_path=given.get("rowvalidationxsdpath"),
    )
    for name, tag in (("rowTag", options.row_tag), ("rootTag", options.root_tag), ("declaration", options.declaration)):
        _require(not tag.startswith("<") and not tag.endswith(">"), f"'{name}' should not include angle brackets")
    _require(bool(options.row_tag), "'rowTag' option should not be an empty string.")
    _require(options.sampling_ratio > 0, f"samplingRatio ({options.sampling_ratio}) should be greater than 0")
    _require(bool(options.value_tag), "'valueTag' option should not be empty string.")
    different = options.value_tag != options.attribute_prefix
    _require(different, "'valueTag' and 'attributePrefix' options should not be the same.")
    return options


def check_writing(options: XmlOptions) -> None:
    """What only a writer demands."""
    _require(bool(options.attribute_prefix), "'attributePrefix' option should not be empty string.")


def _mode(given: str) -> str:
    mode = given.upper()
    return mode if mode in ("DROPMALFORMED", "FAILFAST") else "PERMISSIVE"


def _flag(given: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    value = given.get(name.lower())
    if value is None:
        return default
    if value.lower() not in ("true", "false"):
        raise SparkException("_LEGACY_ERROR_TEMP_2147", {"paramName": name})
    return value.lower() == "true"


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise refused(f"requirement failed: {message}")
