"""`wiredesk try entities`: one text in, its mentions out, without Kafka or PostgreSQL. Pure.

    {"text", "language"?, "dateline"?}
    → {"entities": [{"text", "label", "start", "end", "entity_id", "name", "key", "country",
       "geoname_id", "lat", "lon", "confidence"}, …], "focus": {"country", "place", "confidence"}}

Offsets count Unicode code points of the text given. `dateline` is an object as `try dateline` gives
it: its country helps to place names, its agency is no entity.
"""

from collections.abc import Mapping
from typing import Any

import py3langid
from pydantic import BaseModel, ConfigDict

from enrich.analysis import Found, Reading, Setting, read
from enrich.entities.tagger import Tagger
from enrich.worker import joined, own_names, tagger
from store.rows import EntityDraft
from wire.messages import Country
from wire.text import CleanStr


class _Dateline(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    country: Country | None = None
    agency: str | None = None


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    language: CleanStr | None = None
    dateline: _Dateline | None = None


def try_entities(request: Mapping[str, Any], with_tagger: Tagger | None = None) -> dict[str, Any]:
    """Answer one request.

    Raises:
        ValidationError: the request has no text, or a field of the wrong type (a ValueError).
    """
    asked = _Request.model_validate(request)
    chosen = with_tagger or tagger()
    language = asked.language or _language(asked.text)
    lines = asked.text.split("\n")
    spans = joined(lines, chosen.tag(lines, [language] * len(lines)))
    reading = read(asked.text, spans, _setting(asked, language, lines))
    return {
        "entities": [_mention(reading, found) for found in reading.mentions],
        "focus": {
            "country": reading.focus.country,
            "place": reading.focus.place,
            "confidence": reading.focus.confidence,
        },
    }


def _language(text: str) -> str | None:
    return str(py3langid.classify(text)[0]) if text.strip() else None


def _setting(asked: _Request, language: str | None, lines: list[str]) -> Setting:
    dateline = asked.dateline
    # the first line is a headline where more follow
    body = len(lines[0]) + 1 if len(lines) > 1 else 0
    return Setting(
        language=language,
        own_names=own_names({dateline.agency} if dateline else set()),
        filed_from=dateline.country if dateline else None,
        body=body,
        lead=body + len(lines[min(1, len(lines) - 1)]),
    )


def _mention(reading: Reading, found: Found) -> dict[str, Any]:
    entity: EntityDraft = reading.entities[found.entity]
    span = found.span
    return {
        "text": reading.text[span.start : span.end],
        "label": entity.label,
        "start": span.start,
        "end": span.end,
        "entity_id": str(entity.id),
        "name": entity.name,
        "key": entity.key,
        "country": entity.country,
        "geoname_id": entity.geoname_id,
        "lat": entity.lat,
        "lon": entity.lon,
        "confidence": round(span.confidence, 3),
    }
