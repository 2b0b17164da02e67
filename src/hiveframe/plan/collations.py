"""The collations that Spark has: UTF8_BINARY and UTF8_LCASE, and ICU's for each language, with their variants.

Source: `CollationFactory`; languages and countries as ICU 78.3 calls them in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

Row = tuple[str, str, str, str | None, str | None, str, str, str, str | None]

COLUMNS: Final = (
    "CATALOG",
    "SCHEMA",
    "NAME",
    "LANGUAGE",
    "COUNTRY",
    "ACCENT_SENSITIVITY",
    "CASE_SENSITIVITY",
    "PAD_ATTRIBUTE",
    "ICU_VERSION",
)
"""What `collations()` tells of each."""
NULLABLE: Final = frozenset({"LANGUAGE", "COUNTRY", "ICU_VERSION"})

_ICU: Final = "78.3.0.0"
_VARIANTS: Final = ("", "_AI", "_AI_RTRIM", "_CI", "_CI_AI", "_CI_AI_RTRIM", "_CI_RTRIM", "_RTRIM")


def collations() -> Iterator[Row]:
    """Catalog, schema, name, language, country, accent and case sensitivity, padding, and the version of ICU."""
    for name in ("UTF8_BINARY", "UTF8_LCASE", "UTF8_BINARY_RTRIM", "UTF8_LCASE_RTRIM"):
        yield _row(name, None, None, None, is_lower="LCASE" in name)
    for locale, language, country in (("UNICODE", None, None), *_locales()):
        for variant in _VARIANTS:
            yield _row(locale + variant, language, country, _ICU)


def _locales() -> Iterator[tuple[str, str, str | None]]:
    for entry in " ".join(_LOCALES.split()).split(" / "):
        locale, language, *country = entry.split(":")
        yield locale, language, country[0] if country else None


def _row(name: str, language: str | None, country: str | None, icu: str | None, *, is_lower: bool = False) -> Row:
    parts = name.split("_")
    accent = "ACCENT_INSENSITIVE" if "AI" in parts else "ACCENT_SENSITIVE"
    case = "CASE_INSENSITIVE" if is_lower or "CI" in parts else "CASE_SENSITIVE"
    return "SYSTEM", "BUILTIN", name, language, country, accent, case, "RTRIM" if "RTRIM" in parts else "NO_PAD", icu


@dataclass(frozen=True, slots=True)
class Collation:
    """A collation in its parts: `root` is UTF8_BINARY, UTF8_LCASE, UNICODE or a locale."""

    root: str
    ignores_case: bool = False
    ignores_accents: bool = False
    trims: bool = False

    @property
    def name(self) -> str:
        """The name as Spark writes it."""
        flags = ((self.ignores_case, "_CI"), (self.ignores_accents, "_AI"), (self.trims, "_RTRIM"))
        return self.root + "".join(text for is_set, text in flags if is_set)


class UnknownCollation(ValueError):
    """A name that is no collation's, and up to three that are near it."""

    def __init__(self, name: str, proposals: Sequence[str]) -> None:
        super().__init__(name)
        self.name = name
        self.proposals = tuple(proposals)


@cache
def collation(name: str) -> Collation:
    """The collation of a name in any case, its specifiers in any order; UnknownCollation when there is none."""
    found = _parsed(name)
    if found is None:
        raise UnknownCollation(name, _proposals(name))
    return found


def _parsed(name: str) -> Collation | None:
    upper = name.upper()
    for root in sorted(_roots(), key=len, reverse=True):
        if upper == root.upper() or upper.startswith(root.upper() + "_"):
            return _with_specifiers(root, upper[len(root) + 1 :].split("_") if len(upper) > len(root) else [])
    return None


def _with_specifiers(root: str, specifiers: list[str]) -> Collation | None:
    allowed = ("RTRIM",) if root.startswith("UTF8_") else ("CI", "CS", "AI", "AS", "RTRIM")
    kinds = [specifier[0] for specifier in specifiers if specifier in allowed]
    if len(kinds) != len(specifiers) or len(set(kinds)) != len(kinds):
        return None
    return Collation(root, "CI" in specifiers, "AI" in specifiers, "RTRIM" in specifiers)


@cache
def _roots() -> tuple[str, ...]:
    return ("UTF8_BINARY", "UTF8_LCASE", "UNICODE", *(locale for locale, _, _ in _locales()))


_NEAR: Final = 3


def _proposals(name: str) -> list[str]:
    """The nearest roots with the name's own specifiers (CollationFactory.getClosestSuggestionsOnInvalidName)."""
    is_utf8 = name.startswith("UTF8_")
    roots = _roots()[:2] if is_utf8 else _roots()[2:]
    locale, met = name.upper(), []
    while True:
        found = next((m for m in (("_RTRIM",) if is_utf8 else _MODIFIERS) if locale.endswith(m)), None)
        if found is None:
            break
        locale = locale.removesuffix(found)
        met.append(found)
    modifiers = list(dict.fromkeys(reversed(met)))
    for dropped, kept in (("_CI", "_CS"), ("_AI", "_AS")):
        if dropped in modifiers and kept in modifiers:
            modifiers.remove(dropped)
    near = sorted(roots, key=lambda root: _distance(root.upper(), locale))[:3]
    if near and near[0].upper() == locale:
        near = near[:1]
    return [
        root + "".join(modifiers) for i, root in enumerate(near) if i == 0 or _distance(root.upper(), locale) < _NEAR
    ]


_MODIFIERS: Final = ("_CI", "_AI", "_CS", "_AS", "_RTRIM")


def _distance(left: str, right: str) -> int:
    """Levenshtein's."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


# locale:language[:country]
_LOCALES: Final = """
af:Afrikaans / am:Amharic / ar:Arabic / ar_SAU:Arabic:Saudi Arabia / as:Assamese / az:Azerbaijani / be:Belarusian /
bg:Bulgarian / blo:Anii / bn:Bangla / bo:Tibetan / br:Breton / bs:Bosnian / bs_Cyrl:Bosnian / ca:Catalan /
ceb:Cebuano / chr:Cherokee / cs:Czech / cy:Welsh / da:Danish / de:German / de_AUT:German:Austria / dsb:Lower Sorbian
/ dz:Dzongkha / ee:Ewe / el:Greek / en:English / en_USA:English:United States / eo:Esperanto / es:Spanish /
et:Estonian / fa:Persian / fa_AFG:Persian:Afghanistan / ff:Fula / ff_Adlm:Fula / fi:Finnish / fil:Filipino /
fo:Faroese / fr:French / fr_CAN:French:Canada / fy:Western Frisian / ga:Irish / gl:Galician / gu:Gujarati / ha:Hausa
/ haw:Hawaiian / he:Hebrew / he_ISR:Hebrew:Israel / hi:Hindi / hr:Croatian / hsb:Upper Sorbian / hu:Hungarian /
hy:Armenian / id:Indonesian / id_IDN:Indonesian:Indonesia / ig:Igbo / is:Icelandic / it:Italian / ja:Japanese /
ka:Georgian / kk:Kazakh / kk_Arab:Kazakh / kl:Kalaallisut / km:Khmer / kn:Kannada / ko:Korean / kok:Konkani /
ku:Kurdish / ky:Kyrgyz / lb:Luxembourgish / lij:Ligurian / lkt:Lakota / ln:Lingala / lo:Lao / lt:Lithuanian /
lv:Latvian / mk:Macedonian / ml:Malayalam / mn:Mongolian / mr:Marathi / ms:Malay / mt:Maltese / my:Burmese /
nb:Norwegian Bokmål / nb_NOR:Norwegian Bokmål:Norway / ne:Nepali / nl:Dutch / nn:Norwegian Nynorsk / no:Norwegian /
nso:Northern Sotho / om:Oromo / or:Odia / pa:Punjabi / pa_Guru:Punjabi / pa_Guru_IND:Punjabi:India / pl:Polish /
ps:Pashto / pt:Portuguese / ro:Romanian / ru:Russian / sa:Sanskrit / se:Northern Sami / si:Sinhala / sk:Slovak /
sl:Slovenian / smn:Inari Sami / sq:Albanian / sr:Serbian / sr_Cyrl:Serbian / sr_Cyrl_BIH:Serbian:Bosnia &
Herzegovina / sr_Cyrl_MNE:Serbian:Montenegro / sr_Cyrl_SRB:Serbian:Serbia / sr_Latn:Serbian /
sr_Latn_BIH:Serbian:Bosnia & Herzegovina / sr_Latn_SRB:Serbian:Serbia / st:Southern Sotho / sv:Swedish / sw:Swahili
/ ta:Tamil / te:Telugu / th:Thai / tk:Turkmen / tn:Tswana / to:Tongan / tr:Turkish / ug:Uyghur / uk:Ukrainian /
ur:Urdu / uz:Uzbek / vi:Vietnamese / wae:Walser / wo:Wolof / xh:Xhosa / yi:Yiddish / yo:Yoruba / zh:Chinese /
zh_Hans:Chinese / zh_Hans_CHN:Chinese:China / zh_Hans_SGP:Chinese:Singapore / zh_Hant:Chinese /
zh_Hant_HKG:Chinese:Hong Kong SAR China / zh_Hant_MAC:Chinese:Macao SAR China / zh_Hant_TWN:Chinese:Taiwan / zu:Zulu
"""
