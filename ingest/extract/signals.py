"""What a story says about itself: markers in headline, slug and first lines, read and taken off.

Pure: text in, `SignalsRead` out. Markers stack (`RPT-UPDATE 3-…`) and are read from the left until
none is left; then those at the end. All forms are data (seeds/signals.toml): here is only how they
are applied and how they add up. A kill counts only in its own agency's form; in another's mouth it
is doubtful, which `warnings` say.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from atlas.agencies import agencies
from ingest.extract.dates import zone_of
from ingest.extract.embargo import read_embargo
from ingest.extract.signal_markers import Tally, strip_end, strip_start
from ingest.extract.signal_notes import read_head_notes, read_notes
from wire.messages import PubStatus, SignalKind, Signals

# More markers than this are a forgery, and reading them would only cost time.
_MARKERS: Final = 12
_SEVERITY: Final[tuple[SignalKind, ...]] = (
    "kill", "removal", "hold", "embargo", "correction", "refile", "repeat", "update",
)  # fmt: skip
_SLUGGED = re.compile(
    r"(?:slugged|slug(?:line)?:?|Slug|под слагом)\s{1,2}[\"“„]?"
    # AP's slugs end in words: BC-EU--Ferry Grounding
    r"([A-Z]\w{0,40}(?:[-/]{1,2}\w{1,40}){1,6}(?: [A-Z]\w{0,40}){0,5})"
)
_HEADLINED = re.compile(
    r"(?:head(?:lined?|ed)|titled|entitled|Überschrift|Titel|Meldung|Artikel|titulad[oa]|titular"
    r"|titrée?|intitulée?|intitolat[oa]|dal titolo|под заголовком|озаглавлен\w{0,4}|başlıklı"
    r"|標題|标题|제목)[^\"“„«「\n]{0,40}[\"“„«「]([^\"”“»」\n]{3,200})[\"”“»」]"
)
# `BC-EU--Ferry Grounding`: AP prints the slug where others print a headline.
_SLUG_LIKE = re.compile(r"[A-Z]{2,3}(?:-[A-Z]{1,4})?--\S")
_AP_STORY = re.compile(r"^(.{2,60}?)[ ,]+(?:story|stories)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SignalsRead:
    """What was read, and the texts without it.

    `headline` is empty where there was nothing but markers. `lifts_hold`: the story that `signals`
    names may be used again. `warnings`: `embargo-unreadable`, `kill-doubtful`.
    """

    signals: Signals
    headline: str
    body: str
    slug: str | None
    lifts_hold: bool = False
    warnings: tuple[str, ...] = ()


def read_signals(
    headline: str,
    body: str,
    *,
    agency: str | None,
    slug: str | None,
    language: str | None,
    published_at: dt.datetime | None,
    received_at: dt.datetime,
    head: Sequence[str] = (),
) -> SignalsRead:
    """Read and take off all that a story says about itself.

    `agency` is the id of who originated the copy, None where that is not known; `language` of the
    copy; times aware. The clock of embargoes is `received_at`: what is past then is usable. `head`
    are lines of the page's head: sites print notes there, each by itself.
    """
    tally = Tally()
    clean_headline = _read_headline(headline.strip(), agency, tally)
    read_head_notes(head, agency, tally)
    clean_body = read_notes(body, agency, tally)
    clean_slug = _read_slug(slug, agency, tally)
    _add_house_style(clean_headline, agency, tally)
    until, warnings = _embargo(tally, agency, language, published_at or received_at)
    # an embargo that is over is no longer a signal; one that can't be read holds for ever
    if tally.whens and until is not None and until <= received_at:
        tally.kinds.discard("embargo")
    if tally.doubtful:
        warnings = (*warnings, "kill-doubtful")
    return SignalsRead(
        signals=_signals(tally, clean_headline, body, until),
        headline=clean_headline,
        body=clean_body,
        slug=clean_slug,
        lifts_hold=tally.lifts,
        warnings=warnings,
    )


def _signals(tally: Tally, headline: str, body: str, until: dt.datetime | None) -> Signals:
    kind = next((kind for kind in _SEVERITY if kind in tally.kinds), None)
    names_slug, names_headline = _named(tally, headline, body, kind)
    return Signals(
        kind=kind,
        update_number=tally.number,
        genre=tally.genre,
        urgency=tally.urgency,
        pub_status=_status(tally.kinds),
        embargoed_until=until,
        ed_note="\n".join(dict.fromkeys(tally.notes)) or None,
        names_slug=names_slug,
        names_headline=names_headline,
        markers=tuple(tally.markers),
    )


def _status(kinds: set[SignalKind]) -> PubStatus:
    if kinds & {"kill", "removal"}:
        return "canceled"
    return "withheld" if kinds & {"hold", "embargo"} else "usable"


def _read_headline(headline: str, agency: str | None, tally: Tally) -> str:
    for _ in range(_MARKERS):
        step = strip_start(headline, agency, tally)
        if step is None:
            step = strip_end(headline, agency, tally, "end")
        if step is None:
            break
        headline = step
    return headline


def _read_slug(slug: str | None, agency: str | None, tally: Tally) -> str | None:
    for _ in range(_MARKERS):
        step = strip_end(slug, agency, tally, "slug") if slug else None
        if not step:
            break
        slug = step
        if tally.kinds & {"kill", "hold", "correction"}:
            tally.names_slug = slug
    return slug


def _add_house_style(headline: str, agency: str | None, tally: Tally) -> None:
    """Add what the agency's own style says: capitals that alert, a wire of paid copy."""
    house = agencies().get(agency)
    if house is None:
        return
    tally.genre = tally.genre or house.genre
    plain = tally.urgency is None and tally.genre is None
    # three words at least, so that a name in capitals is not an alert
    if plain and house.all_caps_alert and headline.isupper() and len(headline.split()) > 2:
        tally.urgency = 2
    tally.urgency = tally.urgency or house.urgency


def _embargo(
    tally: Tally, agency: str | None, language: str | None, filed_at: dt.datetime
) -> tuple[dt.datetime | None, tuple[str, ...]]:
    """Return when the last of the embargoes ends, and a warning where one can't be read."""
    if not tally.whens:
        return None, ()
    said = [when for when in tally.whens if any(c.isalnum() for c in when)]
    ends = [
        read_embargo(
            when,
            tz=zone_of(agencies().get(agency)),
            language=language,
            abbreviations=agencies().zones(agency),
            filed_at=filed_at,
        )
        for when in said
    ]
    known = [end for end in ends if end is not None]
    # a bare `***EMBARGOED***` beside a line that says until when is no second embargo
    return (max(known), ()) if known else (None, ("embargo-unreadable",))


def _named(
    tally: Tally, headline: str, body: str, kind: SignalKind | None
) -> tuple[str | None, str | None]:
    """Return the slug and the headline of the story that a kill, hold or correction is about."""
    if kind not in {"kill", "hold", "correction"} and not tally.lifts:
        return None, None
    head = body[:2000]
    slugged, headlined = _SLUGGED.search(head), _HEADLINED.search(head)
    slug = slugged[1] if slugged else tally.names_slug
    story = _AP_STORY.match(headline) if tally.names_story else None
    if story:
        return slug or story[1], headlined[1].strip() if headlined else None
    if headlined:
        return slug, headlined[1].strip()
    if slug is None and _SLUG_LIKE.match(headline):
        return headline, None
    # its own headline names the story where nothing better does
    return slug, None if slug else headline or None
