"""AES, as Java's ciphers do it: GCM, CBC and ECB, with the initialisation vector in front of what it made."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

import pyarrow as pa

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.registry import Function, Param, ParamLike, always_null, optional, register
from hiveframe.functions.strings import by_kernel
from hiveframe.plan import types as t

_NAMES: Final = "`aes_encrypt`/`aes_decrypt`"
_BLOCK: Final = 16
_VECTOR_LENGTHS: Final = {"GCM": 12, "CBC": 16, "ECB": 0}
_PADDINGS: Final = {"GCM": ("DEFAULT", "NONE"), "CBC": ("DEFAULT", "PKCS"), "ECB": ("DEFAULT", "PKCS")}
_TAG: Final = 16


def _mode(key: bytes, mode: str, padding: str) -> str:
    """The mode's name in upper case, once the key, the mode and the padding are seen to fit."""
    if len(key) not in (16, 24, 32):
        raise _invalid("AES_KEY_LENGTH", "`key`", actualLength=str(len(key)))
    name = mode.upper()
    if padding.upper() not in _PADDINGS.get(name, ()):
        params = {"mode": mode, "padding": padding, "functionName": _NAMES}
        raise SparkRuntimeException("UNSUPPORTED_FEATURE.AES_MODE", params)
    return name


def _invalid(kind: str, parameter: str, **params: str) -> SparkRuntimeException:
    given = {"parameter": parameter, "functionName": _NAMES, **params}
    return SparkRuntimeException(f"INVALID_PARAMETER_VALUE.{kind}", given)


def _failed(detail: str) -> SparkRuntimeException:
    """A failure in the words of Java's provider, which users see."""
    return _invalid("AES_CRYPTO_ERROR", "`expr`, `key`", detailMessage=detail)


def _unsupported(kind: str, mode: str) -> SparkRuntimeException:
    return SparkRuntimeException(f"UNSUPPORTED_FEATURE.{kind}", {"mode": mode, "functionName": "`aes_encrypt`"})


def _encrypted(value: bytes, key: bytes, mode: str, padding: str, vector: bytes, extra: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.padding import PKCS7

    name = _mode(key, mode, padding)
    if vector and name == "ECB":
        raise _unsupported("AES_MODE_IV", name)
    if vector and len(vector) != _VECTOR_LENGTHS[name]:
        raise _invalid("AES_IV_LENGTH", "`iv`", mode=name, actualLength=str(len(vector)))
    if extra and name != "GCM":
        raise _unsupported("AES_MODE_AAD", name)
    vector = vector or os.urandom(_VECTOR_LENGTHS[name])
    if name == "GCM":
        return vector + AESGCM(key).encrypt(vector, value, extra)
    padder = PKCS7(_BLOCK * 8).padder()
    padded = padder.update(value) + padder.finalize()
    cipher = Cipher(algorithms.AES(key), modes.CBC(vector) if name == "CBC" else modes.ECB()).encryptor()
    return vector + cipher.update(padded) + cipher.finalize()


def _decrypted(value: bytes, key: bytes, mode: str, padding: str, extra: bytes) -> bytes:
    name = _mode(key, mode, padding)
    if extra and name != "GCM":
        raise _unsupported("AES_MODE_AAD", name)
    length = _VECTOR_LENGTHS[name]
    if name == "GCM":
        return _opened(value, key, extra)
    if len(value) < length:
        raise _failed("IV buffer too short for given offset/length combination")
    return _unblocked(value[length:], key, value[:length])


def _opened(value: bytes, key: bytes, extra: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    length = _VECTOR_LENGTHS["GCM"]
    if len(value) < length:
        raise _failed("Invalid buffer arguments")
    if len(value) < length + _TAG:
        raise _failed("Input data too short to contain an expected tag length of 16bytes")
    try:
        return AESGCM(key).decrypt(value[:length], value[length:], extra)
    except InvalidTag:
        raise _failed("Tag mismatch!") from None


def _unblocked(value: bytes, key: bytes, vector: bytes) -> bytes:
    """What blocks under CBC (with a vector) or ECB (without) held."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    if len(value) % _BLOCK:
        raise _failed("Input length must be multiple of 16 when decrypting with padded cipher")
    if not value:
        return b""
    cipher = Cipher(algorithms.AES(key), modes.CBC(vector) if vector else modes.ECB()).decryptor()
    unpadder = PKCS7(_BLOCK * 8).unpadder()
    try:
        return unpadder.update(cipher.update(value) + cipher.finalize()) + unpadder.finalize()
    except ValueError:
        raise _failed(
            "Given final block not properly padded. Such issues can arise if a bad key is used during decryption."
        ) from None


def _decrypted_or_none(value: bytes, key: bytes, mode: str, padding: str, extra: bytes) -> bytes | None:
    try:
        return _decrypted(value, key, mode, padding, extra)
    except SparkRuntimeException:
        return None


def encrypt_each(*columns: pa.Array) -> pa.Array:
    """Values encrypted; each has its own random vector where none is given."""
    return by_row(_encrypted, pa.binary(), columns)


def decrypt_each(*columns: pa.Array) -> pa.Array:
    """Values decrypted."""
    return by_row(_decrypted, pa.binary(), columns)


def try_decrypt_each(*columns: pa.Array) -> pa.Array:
    """Values decrypted, NULL where that fails."""
    return by_row(_decrypted_or_none, pa.binary(), columns)


_MODE: Final[tuple[Param, ...]] = (optional(t.STRING, "GCM"), optional(t.STRING, "DEFAULT"))


def _row(name: str, params: tuple[ParamLike, ...], kernel: Callable[..., pa.Array], doc: str, since: str) -> Function:
    return Function(
        name,
        params,
        t.BINARY,
        always_null,
        emit=by_kernel(kernel),
        site=name.removeprefix("try_"),
        doc=doc,
        group="misc",
        since=since,
    )


_READ: Final[tuple[ParamLike, ...]] = (t.BINARY, t.BINARY, *_MODE, optional(t.BINARY, ""))

register(
    _row(
        "aes_encrypt",
        (t.BINARY, t.BINARY, *_MODE, optional(t.BINARY, ""), optional(t.BINARY, "")),
        encrypt_each,
        "Bytes encrypted with AES.",
        "3.3.0",
    ),
    _row("aes_decrypt", _READ, decrypt_each, "What bytes encrypted with AES held.", "3.3.0"),
    _row(
        "try_aes_decrypt",
        _READ,
        try_decrypt_each,
        "What bytes encrypted with AES held, NULL where they do not decrypt.",
        "3.5.0",
    ),
)
