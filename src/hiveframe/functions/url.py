"""Parts of URLs as `java.net.URI` sees them, percent encoding as in HTML forms."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_plus

import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.java_regex import compiled
from hiveframe.functions.regex_kernels import pattern_of
from hiveframe.functions.registry import TYPED_STRING, Function, ParamLike, always_null, optional, register
from hiveframe.functions.strings import by_kernel
from hiveframe.functions.text_buffers import Texts, single_value
from hiveframe.functions.text_kernels import encode_percent
from hiveframe.plan import types as t

_UNRESERVED: Final = r"A-Za-z0-9\-_.!~*'()"
_OTHER: Final = (
    r"[^\x00-\x7f\x80-\x9f\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"  # letters of the world
)
_ESCAPED: Final = r"%[0-9A-Fa-f]{2}"


def _texts(extra: str) -> re.Pattern[str]:
    return re.compile(rf"(?:[{_UNRESERVED}{extra}]|{_ESCAPED}|{_OTHER})*\Z")


_PATH: Final = _texts(r":@&=+$,;/")
_QUERY: Final = _texts(r";/?:@&=+$,\[\]")
_AUTHORITY: Final = _texts(r"$,;:@&=+")
_USER: Final = _texts(r";:&=+$,")
_SHAPE: Final = re.compile(
    r"(?:(?P<scheme>[^:/?#]+):)?(?://(?P<authority>[^/?#]*))?(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<ref>.*))?\Z",
    re.DOTALL,
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+\-.]*\Z")
_SERVER: Final = re.compile(r"(?:(?P<user>[^@]*)@)?(?P<host>\[[^\]]*\]|[^:]*)(?::[0-9]*)?\Z")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?"
_HOST: Final = re.compile(rf"(?:{_LABEL}\.)*[A-Za-z](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.?\Z")
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Url:
    """The parts, as they are written."""

    scheme: str | None
    authority: str | None
    user: str | None
    host: str | None
    path: str | None
    query: str | None
    ref: str | None

    @property
    def file(self) -> str | None:
        """The path with the query."""
        return self.path if self.query is None else f"{self.path}?{self.query}"


_PARTS: Final[dict[str, Callable[[Url], str | None]]] = {
    "HOST": lambda url: url.host,
    "PATH": lambda url: url.path,
    "QUERY": lambda url: url.query,
    "REF": lambda url: url.ref,
    "PROTOCOL": lambda url: url.scheme,
    "FILE": lambda url: url.file,
    "AUTHORITY": lambda url: url.authority,
    "USERINFO": lambda url: url.user,
}


@lru_cache(maxsize=4096)
def parse(text: str) -> Url | None:
    """The parts of a URL; None for a text that is none."""
    shape = _SHAPE.match(text)
    assert shape is not None  # the pattern takes every text
    scheme, authority, path = shape["scheme"], shape["authority"], shape["path"]
    query, ref = shape["query"], shape["ref"]
    if scheme is not None and not _SCHEME.match(scheme):
        return None
    if not all(_QUERY.match(part) for part in (query, ref) if part is not None):
        return None
    if scheme is not None and authority is None and not path.startswith("/"):
        whole = path if query is None else f"{path}?{query}"
        is_opaque = bool(path) and _QUERY.match(whole) is not None
        return Url(scheme, None, None, None, None, None, ref) if is_opaque else None
    if not _PATH.match(path):
        return None
    if authority is None:
        return Url(scheme, None, None, None, path, query, ref)
    if not authority:
        is_complete = bool(path) or query is not None or ref is not None
        return Url(scheme, None, None, None, path, query, ref) if is_complete else None
    user, host = _server(authority)
    if host is None and not _AUTHORITY.match(authority):
        return None
    return Url(scheme, authority, user, host, path, query, ref)


def _server(authority: str) -> tuple[str | None, str | None]:
    """The user and host of an authority that names a server; None and None for any other."""
    server = _SERVER.match(authority)
    if server is None or (server["user"] is not None and not _USER.match(server["user"])):
        return None, None
    host = server["host"]
    if not (_HOST.match(host) or _is_address(host)):
        return None, None
    return server["user"], host


def _is_address(host: str) -> bool:
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
        else:
            ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def part(text: str, name: str, key: str | None = None) -> str | None:
    """A part of a URL, or the value of a key of its query; INVALID_URL for a text that is no URL."""
    url = parse(text)
    if url is None:
        raise IllegalArgumentException("INVALID_URL", {"url": text})
    return _part(url, name, key)


def try_part(text: str, name: str, key: str | None = None) -> str | None:
    """`part`, None for a text that is no URL."""
    url = parse(text)
    return None if url is None else _part(url, name, key)


def _part(url: Url, name: str, key: str | None) -> str | None:
    if name not in _PARTS:
        return None
    found = _PARTS[name](url)
    if key is None:
        return found
    if found is None or name != "QUERY":
        return None
    pattern = f"(&|^){key}=([^&]*)"
    pattern_of(pattern, "parse_url")
    value = compiled(pattern).search(found)
    return value.group(2) if value else None


def decoded(text: str) -> str:
    """What a form sent; CANNOT_DECODE_URL for a `%` without two digits."""
    found = try_decoded(text)
    if found is None:
        raise IllegalArgumentException("CANNOT_DECODE_URL", {"url": text})
    return found


def try_decoded(text: str) -> str | None:
    """What a form sent; None for a `%` without two digits."""
    return None if _BAD_ESCAPE.search(text) else unquote_plus(text, errors="replace")


def part_each(*columns: pa.Array) -> pa.Array:
    """`part` of each row."""
    return _parts(part, columns)


def try_part_each(*columns: pa.Array) -> pa.Array:
    """`try_part` of each row."""
    return _parts(try_part, columns)


# What nearly all URLs are: a scheme, a host by name, perhaps a port, path, query and reference, all in plain ASCII.
_CHARACTERS: Final = rf"(?:[{_UNRESERVED}:@&=+$,;/]|{_ESCAPED})*"
_QUERY_CHARACTERS: Final = rf"(?:[{_UNRESERVED};/?:@&=+$,\[\]]|{_ESCAPED})*"
_COMMON: Final = (
    r"\A(?P<scheme>[A-Za-z][A-Za-z0-9+\-.]*)://"
    rf"(?P<authority>(?P<host>(?:{_LABEL}\.)*[A-Za-z](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.?)(?::[0-9]*)?)"
    rf"(?P<path>(?:/{_CHARACTERS})?)(?P<query>(?:\?{_QUERY_CHARACTERS})?)(?P<ref>(?:#{_QUERY_CHARACTERS})?)\z"
)
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_\-]+\Z")


def _parts(function: Callable[..., str | None], columns: Sequence[pa.Array]) -> pa.Array:
    """One part of every URL: those of the common form all at once, the others one by one."""
    constants = [single_value(column) for column in columns[1:]]
    name, key = constants[0][1], constants[1][1] if len(constants) > 1 else None
    is_plain = all(is_constant and value is not None for is_constant, value in constants)
    if not is_plain or name not in _PARTS or (key is not None and not _PLAIN_KEY.match(key)):
        return by_row(function, pa.string(), columns)
    found = pc.extract_regex(columns[0], _COMMON)
    others = pc.and_(found.is_null(), columns[0].is_valid())
    made = _common_part(found, name, key)
    if not pc.any(others).as_py():
        return made
    return pc.replace_with_mask(made, others, by_row(function, pa.string(), [c.filter(others) for c in columns]))


def _common_part(found: pa.StructArray, name: str, key: str | None) -> pa.Array:
    """The named part of URLs in the common form, or the value of a key of their queries."""
    scheme, authority, host, path, query, ref = found.flatten()
    if key is not None:
        if name != "QUERY":
            return pa.nulls(len(found), pa.string())
        return pc.struct_field(pc.extract_regex(query, f"[?&]{key}=(?P<value>[^&]*)"), 0)
    match name:
        case "HOST":
            return host
        case "PATH":
            return path
        case "QUERY":
            return _behind_mark(query)
        case "REF":
            return _behind_mark(ref)
        case "PROTOCOL":
            return scheme
        case "FILE":
            return pc.binary_join_element_wise(path, query, "")
        case "AUTHORITY":
            return authority
    return pa.nulls(len(found), pa.string())  # a user is in none of them


def _behind_mark(texts: pa.Array) -> pa.Array:
    """What follows `?` or `#`; NULL where there is none."""
    return pc.if_else(pc.equal(texts, ""), None, pc.utf8_slice_codeunits(texts, 1))


def encode_each(values: pa.Array) -> pa.Array:
    """Each text as a form sends it: letters, digits and `*-._` as they are, `+` for a space."""
    return encode_percent(Texts.of(values))


def decode_each(values: pa.Array) -> pa.Array:
    """`decoded` of each row."""
    return by_row(decoded, pa.string(), [values])


def try_decode_each(values: pa.Array) -> pa.Array:
    """`try_decoded` of each row."""
    return by_row(try_decoded, pa.string(), [values])


def _row(
    name: str,
    params: tuple[ParamLike, ...],
    kernel: Callable[..., pa.Array],
    doc: str,
    *,
    since: str,
    counted_as: str = "",
) -> Function:
    return Function(
        name,
        params,
        t.STRING,
        always_null,
        emit=by_kernel(kernel),
        site=name.removeprefix("try_"),
        counted_as=counted_as,
        doc=doc,
        group="url",
        since=since,
    )


_URL_PART = (TYPED_STRING, TYPED_STRING, optional(TYPED_STRING))

register(
    _row("parse_url", _URL_PART, part_each, "A part of a URL: HOST, PATH, QUERY (of a key), …", since="2.0.0"),
    _row(
        "try_parse_url",
        _URL_PART,
        try_part_each,
        "A part of a URL, NULL for what is no URL.",
        since="4.0.0",
        counted_as="parse_url",
    ),
    _row("url_encode", (t.STRING,), encode_each, "A text in percent encoding, as forms send it.", since="3.4.0"),
    _row("url_decode", (t.STRING,), decode_each, "The text of a percent encoding.", since="3.4.0"),
    _row(
        "try_url_decode",
        (t.STRING,),
        try_decode_each,
        "The text of a percent encoding, NULL for what is none.",
        since="4.0.0",
    ),
)
