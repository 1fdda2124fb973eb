"""Whose site a story stands on, who originated the copy, and how that is known.

Pure. A republisher's Reuters copy is Reuters' by its dateline or its credit; a story that names
Reuters, shows a Reuters picture, or was written with its help is not. A credit counts only where a
line is nothing but a credit, in words that introduce one, or where markup says so.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from atlas.agencies import Agency, agencies
from wire.messages import AgencyBasis

# A credit is a line of a few words.
_LONGEST: Final = 140
# A reservation of rights goes on behind whose they are.
_LONGEST_RIGHTS: Final = 500
# Where a bare credit stands: on the first lines, or on the last.
_EDGE: Final = 4

_BY: Final = (
    "by", "from", "via", "por", "par", "von", "di", "da", "de", "od", "автор", "текст", "haber",
    "oleh", "penulis", "作者", "文", "記者", "记者", "기자", "بقلم", "av", "af", "door",
    "autor", "auteur", "theo",
)  # fmt: skip
_SOURCE: Final = (
    "source", "sources", "credit", "fuente", "fuentes", "fonte", "fonti", "fontes", "quelle",
    "quellen", "bron", "źródło", "izvor", "kilde", "källa", "lähde", "источник",
    "источники", "джерело", "извор", "kaynak", "sumber", "المصدر", "مصدر", "来源", "來源", "稿源",
    "出典", "提供", "配信", "출처", "제공", "agency", "agencia", "agence", "agentur", "agenzia",
    "agência", "agencia de noticias", "distributed by", "provided by", "published by",
    "originally published by", "first published by", "copy by", "text by", "text", "texto", "testo",
    "syndicated from", "forrás", "sursa", "vir", "burimi", "nguồn", "πηγή", "mənbə", "allikas",
    "avots", "šaltinis", "منبع", "स्रोत", "ที่มา", "дереккөз", "крыніца", "manba", "zdroj", "källor",
)  # fmt: skip
_RIGHTS: Final = r"(?:©|\(c\)|copyright|авторские права|todos los derechos)"
# Pictures are credited in the same words.
_PICTURE: Final = re.compile(
    r"\b(?:photos?|photographs?|pictures?|images?|pics?|file|video|footage|graphics?|illustration"
    r"|fotos?|fotografía|imagen|imágenes|bild(?:er)?|foto(?:grafia)?|immagin[ei]|vidéo|infographie"
    r"|fotoğraf|görsel|gambar|getty|shutterstock|handout|epa|via reuters|screenshot|caption)\b"
    r"|фото|изображение|видео|صورة|图片|圖片|图源|摄|攝|写真|사진|画像",
    re.IGNORECASE,
)
# Help is no origin: the text is the site's own.
_HELP: Final = re.compile(
    r"\b(?:with|additional|contributed|contributing|inputs?|mit|avec|con|com|met|med|material"
    r"|contributo|ergänzt|según|selon|secondo|segundo|laut|according|cited|citing|told|reported"
    r"|reports|said|says)\b|по данным|сообщает|сообщил|по материалам|передает|передаёт|ссылкой",
    re.IGNORECASE,
)
_PARTS: Final = re.compile(r"\s*(?:[,/|;&+·•–—]|\s-\s|\band\b|\bund\b|\by\b|\bet\b|\be\b|、|，)\s*")
_ROLE: Final = re.compile(
    r"\s+(?:staff|sports?|business|political|national|science|medical|entertainment|military|legal"
    r"|education|food|music|technology|foreign|special|racing|football|basketball|baseball|economics)?"
    r"\s*(?:writers?|reporters?|correspondents?|staff|newsroom|editors?|team|desk|factcheck)$",
    re.IGNORECASE,
)
_AFFILIATED: Final = re.compile(
    r"^(.{3,60}?)(?:,|\s+\(|\s+\||\s+/|\s+of|\s+for|\s+-)\s*(.{2,50}?)\)?$"
)
_CLOSING: Final = re.compile(
    r"(?:^|[.!?…。”\"»’'])\s{0,3}(?:[(（/]|--?|—|–)\s{0,2}([^()（）/\n]{2,40}?)\s{0,2}[)）/]?$"
)
# `This report by The Canadian Press was first published …`, `… was originally published by AP.`
_PUBLISHED: Final = re.compile(
    r"^this (?:report|story|article|content) (?:by|(?:is|was) (?:first |originally )?"
    r"(?:published|produced|provided) by) (.{2,50}?)(?: (?:was|and) .*)?[.]?$",
    re.IGNORECASE,
)
# `PTI KVR SMP`: the house before its desks' initials.
_INITIALLED: Final = re.compile(r"^([A-Z]{2,5})(?: [A-Z]{2,4}){1,5}$")
_TRUST: Final = "thomson reuters trust principles"
_NUMBERED: Final = re.compile(r",?\s*(?:dpa|sid|afp):\S+$", re.IGNORECASE)
_YEARS: Final = re.compile(r"^[\s,]*(?:\d{4}(?:\s?[-–]\s?\d{2,4})?)?[\s,:]*(?:by\s+)?")
_RESERVED: Final = re.compile(
    r"[.,\s]*(?:all rights reserved|tous droits réservés|alle rechte vorbehalten|todos los derechos"
    r"|tutti i diritti riservati|todos os direitos|riproduzione riservata|this material may not"
    r"|все права|版权所有|無断転載|무단).*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a story's page and feed say of its origin, as other readers took it off the page.

    `host` is the page's own; `feed_agency` the feed's agency id; `dateline_agency` the dateline's.
    `lines` are credit lines, bylines and copyright lines taken off the body; `authors` and
    `organisations` (sourceOrganization, copyrightHolder, creditText) are the markup's.
    """

    host: str
    feed_agency: str | None = None
    dateline_agency: str | None = None
    lines: Sequence[str] = ()
    authors: Sequence[str] = ()
    organisations: Sequence[str] = ()
    body: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Publisher (an agency's id where the site is an agency's, else its host), agency id, basis."""

    publisher: str
    agency: str | None
    agency_basis: AgencyBasis | None


def attribute(claims: Claims) -> Attribution:
    """Return whose site it is and who originated the copy.

    An agency's own feed and site carry its copy, unless the dateline credits another; a site that
    also prints others' copy (a broadcaster's, a public body's) yields to a credit as well.
    """
    site = agencies().by_host(claims.host)
    publisher = site.id if site else _bare_host(claims.host)
    feed = agencies().get(claims.feed_agency)
    home = feed or site
    dateline = agencies().get(claims.dateline_agency)
    if dateline and dateline is not home:
        return Attribution(publisher, dateline.id, "dateline")
    if home and home.kind in {"agency", "press-release"}:
        return Attribution(publisher, home.id, "feed" if feed else "host")
    credited = credited_agency(claims)
    if credited and credited is not home:
        return Attribution(publisher, credited.id, "credit")
    if home:
        return Attribution(publisher, home.id, "feed" if feed else "host")
    return Attribution(publisher, None, None)


def _bare_host(host: str) -> str:
    return host.lower().rstrip(".").partition(":")[0].removeprefix("www.")


def credited_agency(claims: Claims) -> Agency | None:
    """Return whom the story credits by itself, in its lines, its markup or its last words."""
    for organisation in claims.organisations:
        if found := _exact(organisation, claims):
            return found
    body = [line for line in claims.body.split("\n") if line.strip()]
    edges = body if len(body) <= 2 * _EDGE else [*body[:_EDGE], *body[-_EDGE:]]
    for line in (*claims.lines, *edges):
        if found := _read_line(line, claims):
            return found
    for author in claims.authors:
        if found := _read_author(author, claims):
            return found
    return _closing(body[-1], claims) if body else None


def _read_line(line: str, claims: Claims) -> Agency | None:
    """Return whom a line credits that is nothing but a credit."""
    text = line.strip()
    if not text or len(text) > _LONGEST:
        return _after_rights(text[:_LONGEST], claims) if len(text) < _LONGEST_RIGHTS else None
    if _TRUST in text.lower():
        return agencies().get("reuters")
    if _PICTURE.search(text):
        return None
    if published := _PUBLISHED.match(text):
        return _exact(published[1], claims)
    if owner := _after_rights(text, claims):
        return owner
    if _HELP.search(text):
        return None
    return (
        _after_word(text, _SOURCE, claims, colon=True)
        or _after_word(text, _BY, claims, colon=False)
        or _bare(text, claims)
    )


def _after_rights(text: str, claims: Claims) -> Agency | None:
    """Read `© 2026 AFP`, `Copyright 2026 The Associated Press. All rights reserved.`."""
    opened = re.match(rf"{_RIGHTS}\s*(?:{_RIGHTS})?", text, re.IGNORECASE)
    if not opened:
        return None
    rest = _YEARS.sub("", text[opened.end() :], count=1)
    return _exact(_NUMBERED.sub("", _RESERVED.sub("", rest)), claims)


def _after_word(text: str, openers: Iterable[str], claims: Claims, *, colon: bool) -> Agency | None:
    """Read `Source: AFP`, `By Reuters`, `By JANE DOE, Associated Press`."""
    lower = text.lstrip("(（[*-–— ").lower()
    for word in openers:
        if not lower.startswith(word):
            continue
        rest = text.lstrip("(（[*-–— ")[len(word) :]
        wordless = not word.isascii()
        if colon and not rest.lstrip().startswith((":", "：")) and " " not in word:
            continue
        if not colon and not wordless and rest[:1] not in {" ", ":"}:
            continue
        return _names(rest.strip(" :：)）]"), claims)
    return None


def _names(text: str, claims: Claims) -> Agency | None:
    """Read an agency, several, or a name with its agency."""
    found = _exact(text, claims) or _exact(_ROLE.sub("", text), claims)
    if found:
        return found
    parts = [part for part in _PARTS.split(text) if part]
    first = _exact(parts[0], claims) if parts else None
    return first if first and all(_exact(p, claims) for p in parts) else _affiliated(text, claims)


def _affiliated(text: str, claims: Claims) -> Agency | None:
    """Read `Jane Doe, Associated Press`, `Jane Doe (AFP)`, `JANE DOE, AP Sports Writer`."""
    found = _AFFILIATED.match(text)
    if not found or not _is_name(found[1]):
        return None
    house = found[2].strip()
    return _exact(house, claims) or _exact(_ROLE.sub("", house), claims)


def _is_name(text: str) -> bool:
    words = text.replace(".", " ").split()
    return 1 < len(words) <= 8 and all(w[0].isupper() or len(w) < 4 for w in words)


def _bare(text: str, claims: Claims) -> Agency | None:
    """Read a line that is a credit alone: `(Reuters)`, `AFP`, `dpa/AFP`, `— AP`, `Jane Doe, AP`."""
    found = _exact(text, claims)
    if found:
        # a word of the dictionary needs brackets or a slash to be a credit
        return None if found.plain_word and text.strip()[0].isalnum() else found
    if initialled := _INITIALLED.match(text):
        return _exact(initialled[1], claims)
    before, bar, stamp = text.partition("|")
    if bar and any(character.isdigit() for character in stamp):
        return _exact(before, claims)
    inside = text.strip("()（）[]/–—- ")
    parts = [part for part in inside.split("/") if part.strip()]
    owners = [_exact(part, claims) for part in parts]
    if len(owners) > 1 and all(owners):
        return owners[0]
    return _affiliated(text, claims) if len(text) <= 60 and not text.endswith(".") else None


def _read_author(author: str, claims: Claims) -> Agency | None:
    text = author.strip()
    if not text or len(text) > _LONGEST or _PICTURE.search(text):
        return None
    found = _names(text, claims) or _after_word(text, _BY, claims, colon=False)
    return None if found and found.plain_word else found


def _closing(last: str, claims: Claims) -> Agency | None:
    """Read the credit that closes the last paragraph: `… he said. (Reuters)`, `… Monday. /dpa`."""
    tail = last.rstrip()[-60:]
    found = _CLOSING.search(tail)
    return _exact(found[1], claims) if found else None


def _exact(text: str, claims: Claims) -> Agency | None:
    """Return whose credit `text` is: short ones only as they are printed, or in capitals."""
    bare = text.strip(" \t()（）[]/\\–—-.,:;©*\"'“”«»")
    if not bare or len(bare) > 60:
        return None
    found = agencies().by_credit(bare, language=claims.language, host=claims.host)
    if found is None or not bare.isascii() or len(bare) > 5 or bare.isupper():
        return found
    return found if bare in (*found.credits, *found.also_credits, *found.all_names) else None
