"""The rules that IPTC documents for a ninjs 3.0 object of type text, as a validator of our own.

Only what an export can hold: every property it may have, of which type, and nothing else. Whoever
reads ninjs strictly refuses an unknown property, so does this.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

Check = Callable[[Any], str | None]


def violations(item: Mapping[str, Any]) -> list[str]:
    """Return every rule that an object breaks, with the property that breaks it."""
    missing = [] if "uri" in item else ["uri: is required"]
    found: list[str] = _object(ITEM)(item)
    return missing + found


def _object(properties: Mapping[str, Check], required: tuple[str, ...] = ()) -> Any:
    def check(value: Any, path: str = "") -> list[str]:
        if not isinstance(value, Mapping):
            return [f"{path}: is no object"]
        found = [f"{path}{name}: is required" for name in required if name not in value]
        for name, inner in value.items():
            if name not in properties:
                found.append(f"{path}{name}: is no property of ninjs 3.0")
                continue
            problem = properties[name](inner)
            problems = problem if isinstance(problem, list) else [problem] if problem else []
            found += [f"{path}{name}: {each}" for each in problems]
        return found

    return check


def _list(of: Any) -> Any:
    def check(value: Any) -> list[str]:
        if not isinstance(value, list):
            return ["is no array"]
        return [f"{n} {problem}" for n, each in enumerate(value) for problem in of(each)]

    return check


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) else "is no string"


def _uri(value: Any) -> str | None:
    if not isinstance(value, str) or re.search(r"\s", value):
        return "is no URI"
    parts = urlsplit(value)
    return None if parts.scheme and (parts.netloc or parts.path) else "is no URI"


def _moment(value: Any) -> str | None:
    if not isinstance(value, str) or "T" not in value:
        return "is no date-time"
    try:
        parsed = dt.datetime.fromisoformat(value)
    except ValueError:
        return "is no date-time"
    return None if parsed.tzinfo else "has no zone"


def _one_of(*values: str) -> Check:
    return lambda value: None if value in values else f"is none of {', '.join(values)}"


def _whole(least: int, most: int | None = None) -> Check:
    def check(value: Any) -> str | None:
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= least
        return None if fits and (most is None or value <= most) else "is out of range"

    return check


def _language(value: Any) -> str | None:
    fits = isinstance(value, str) and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value)
    return None if fits else "is no BCP 47 tag"


def _point(value: Any) -> str | None:
    if not isinstance(value, Mapping) or value.get("type") != "Point" or len(value) != 2:
        return "is no GeoJSON point"
    lon, lat = value["coordinates"]
    return None if -180 <= lon <= 180 and -90 <= lat <= 90 else "lies nowhere"


_CONCEPT: dict[str, Check] = {"name": _text, "rel": _text, "uri": _uri, "literal": _text}
_WORDED = {"role": _text, "contentType": _text, "value": _text}
_COUNTED = {"charCount": _whole(0), "wordCount": _whole(0)}

ITEM: dict[str, Any] = {
    "uri": _uri,
    "type": _one_of("text"),
    "representationType": _one_of("full", "partial"),
    "profile": _text,
    "version": _text,
    "firstCreated": _moment,
    "versionCreated": _moment,
    "contentCreated": _moment,
    "embargoedUntil": _moment,
    "pubStatus": _one_of("usable", "withheld", "canceled"),
    "urgency": _whole(1, 9),
    "copyrightHolder": _text,
    "copyrightNotice": _text,
    "usageTerms": _text,
    "edNote": _text,
    "language": _language,
    "descriptions": _list(_object(_WORDED, ("value",))),
    "bodies": _list(_object(_WORDED | _COUNTED, ("value",))),
    "headlines": _list(_object(_WORDED, ("value",))),
    "people": _list(_object(_CONCEPT)),
    "organisations": _list(_object(_CONCEPT)),
    "places": _list(_object(_CONCEPT | {"geoJSON": _point})),
    "subjects": _list(_object(_CONCEPT | {"creator": _text, "relevance": _whole(0, 100)})),
    "infoSources": _list(_object({"name": _text, "role": _text, "uri": _uri, "literal": _text})),
    "title": _text,
    "by": _text,
    "slugline": _text,
    "located": _text,
    "altIds": _list(_object({"role": _text, "value": _text})),
    "standard": _object({"name": _text, "version": _text, "schema": _uri}),
    "genres": _list(_object({"name": _text, "uri": _uri, "literal": _text})),
}
