"""Datelines of the Chinese, Japanese and Korean press, whose words no spaces part.

    新华社北京6月14日电（记者王伟）   （中央社記者王小明台北7日電）   【ワシントン共同】
    [東京 7日 ロイター] -            吉隆坡7日讯（马新社）           (평양 7월 14일발 조선중앙통신)

The same items as in grammar.py, found letter by letter: the longest known credit, the longest known
place, a date, and the words for "filed" that end them. Pure; looks at the line's first letters.
"""

import re
from dataclasses import replace
from functools import cache
from typing import Final

from atlas.agencies import agencies
from atlas.gazetteer import gazetteer
from ingest.extract.dateline.credits import Credit, named_by
from ingest.extract.dateline.opening import Opening, Spot
from ingest.extract.dateline.words import words
from ingest.extract.dateline.years import Printed

# Han, kana and hangul.
SCRIPT: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# The longest form known, a reporter's name in it, has some forty letters.
_WINDOW: Final = 80
# The longest names: 俄罗斯卫星通讯社, サンクトペテルブルク.
_NAME: Final = 12
_CREDIT: Final = 14
_DATE: Final = re.compile(
    r"(?:(?P<year>\d{4})\s*[年년]\s*)?(?:(?P<month>\d{1,2})\s*[月월]\s*)?(?P<day>\d{1,2})\s*[日일]"
)
_OPENS: Final = "【［[（("
_CLOSES: Final = dict(zip(_OPENS, "】］]）)", strict=True))
_BETWEEN: Final = " \u3000=＝,，、・:：/"
# "Filed", "report", "despatch": what ends a dateline of this kind.
_FILED: Final = re.compile(
    r"(?:综合外电报道|綜合外電報導|专电|專電|综合电|電|电|讯|訊|発|發|발|消息|报道)(?:题：|題：|题:|題)?"
)
# "According to", "this paper": what stands before the dateline and is nobody's credit.
_PREFIX: Final = re.compile(r"据|據|本报|本報|本社|本网|本網|本台|本刊")
_REPORTER: Final = re.compile(r"(?:记者|記者|特派员|特派員)\s*")
_REPORTER_BRACKET: Final = re.compile(r"\s*[（(]\s*(?:记者|記者)[^）)\n]{1,30}[）)]")
_REPORTER_TAIL: Final = re.compile(r"\s*[가-힣 ·]{2,24}(?:기자|특파원)\s*=")
_LATIN: Final = re.compile(r"[A-Z][A-Za-z]+(?![^\W\d_])")
_DASH: Final = re.compile(r"\s*(?:[-—–=]+)(?=\s|$)")


def parse_east_asian(line: str) -> Opening | None:
    """Return what the opening reads, or None where it is no dateline of this kind."""
    head = line[:_WINDOW]
    start = len(head) - len(head.lstrip())
    closing = _CLOSES.get(head[start : start + 1], "")
    prefix = _PREFIX.match(head, start + bool(closing))
    first = prefix.end() if prefix else start + bool(closing)
    found, at, filed = _items(head, first, closing)
    if closing:
        if head[at : at + 1] != closing:
            return None
        at += 1
    at, found = _tail(head, at, found)
    if not _enough(found, filed=filed, bracketed=bool(closing)):
        return None
    dash = _DASH.match(head, at)
    if not (closing or filed or dash):
        return None
    end = dash.end() if dash else at
    return replace(found, start=start, end=end, bracketed=True, sign="dash")


def _enough(found: Opening, *, filed: bool, bracketed: bool) -> bool:
    """A known credit with a place or date; without it a place, and date or credit as printed."""
    if found.agencies:
        return bool(found.spots or (found.date and (filed or bracketed)))
    return bool(found.spots and ((found.date and filed) or (found.credits and bracketed)))


def _items(head: str, at: int, closing: str) -> tuple[Opening, int, bool]:
    """Read items until none fits; return them, where they end, and whether they are `filed`."""
    found, filed = Opening(), False
    while at < len(head) and head[at] != closing:
        if head[at] in _BETWEEN:
            at += 1
        elif step := _place(found, head, at) or _credit(found, head, at) or _date(found, head, at):
            found, at = step
        elif closing and found.spots and not found.credits and head[at - 1] in "=＝":
            # the credit of a house that nobody knows: `[서울=뉴스핌]`
            end = head.find(closing, at)
            if end < 0:
                break
            found, at = replace(found, credits=(Credit(head[at:end], ()),)), end
        elif (filing := _FILED.match(head, at)) and (found.date or found.agencies):
            filed, at = True, filing.end()
            if not closing:
                break
        elif (reporter := _REPORTER.match(head, at)) and found.credits:
            at = _after_reporter(head, reporter.end())
        else:
            break
    return found, at, filed


@cache
def _credits() -> dict[str, str]:
    """Return the credits in East Asian letters."""
    return {c.form: c.agency for c in agencies().credit_forms() if SCRIPT.search(c.form)}


def _credit(found: Opening, head: str, at: int) -> tuple[Opening, int] | None:
    if found.credits:
        return None
    for length in range(_CREDIT, 1, -1):
        text = head[at : at + length]
        agency = _credits().get(text)
        if agency:
            return replace(found, credits=(Credit(text, (agency,)),)), at + length
    return _latin_credit(found, head, at)


def _latin_credit(found: Opening, head: str, at: int) -> tuple[Opening, int] | None:
    """Read a credit in Latin letters: `【3月7日 AFP】`."""
    latin = _LATIN.match(head, at)
    known = named_by(latin[0]) if latin else ()
    if latin is None or not known:
        return None
    return replace(found, credits=(Credit(latin[0], known),)), latin.end()


def _date(found: Opening, head: str, at: int) -> tuple[Opening, int] | None:
    match = _DATE.match(head, at)
    if match is None or found.date is not None:
        return None
    day, month = int(match["day"]), int(match["month"] or 0)
    months = (month,) if 1 <= month <= 12 else ()
    printed = Printed(
        months, day if 1 <= day <= 31 else None, int(match["year"]) if match["year"] else None
    )
    return replace(found, date=printed), match.end()


def _place(found: Opening, head: str, at: int) -> tuple[Opening, int] | None:
    """Read the longest known place that a date, a credit or a sign follows."""
    if found.spots:
        return None
    for length in range(min(_NAME, len(head) - at), 1, -1):
        name = head[at : at + length]
        if name[-1].isalnum() and _goes_on(head, at + length) and _is_place(name):
            return replace(found, spots=(Spot(name),), place=name), at + length
    return None


def _is_place(name: str) -> bool:
    return name in words().vessels or bool(gazetteer().find(name))


def _goes_on(head: str, at: int) -> bool:
    following = head[at : at + 1]
    return (
        following.isdigit()
        or following in _BETWEEN
        or following in _CLOSES.values()
        or _FILED.match(head, at) is not None
        or _credit(Opening(), head, at) is not None
    )


def _after_reporter(head: str, at: int) -> int:
    """Pass a reporter's name of two to four letters: up to where a place begins."""
    for length in (3, 2, 4):
        if _place(Opening(), head, at + length):
            return at + length
    return at


def _tail(head: str, at: int, found: Opening) -> tuple[int, Opening]:
    """Pass a reporter behind the dateline, and a credit in brackets: `讯（马新社）`."""
    for pattern in (_REPORTER_BRACKET, _REPORTER_TAIL):
        if match := pattern.match(head, at):
            return match.end(), found
    opening = head[at : at + 1]
    if not found.credits and opening in _CLOSES:
        close = head.find(_CLOSES[opening], at)
        inside = head[at + 1 : close] if close > 0 else ""
        if known := named_by(inside):
            return close + 1, replace(found, credits=(Credit(inside, known),))
    return at, found
