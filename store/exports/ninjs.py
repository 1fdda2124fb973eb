"""Articles as ninjs 3.0, IPTC's News in JSON: one object a line, by the mapping of our fields.

What ninjs has no place for (dateline as printed, chain, cluster, signal) is left to the other
formats; `located` gets the dateline's place. Null fields are left out, as ninjs wants it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, Final

from store.exports.cells import json_text
from store.exports.selection import Record

STANDARD: Final = {
    "name": "ninjs",
    "version": "3.0",
    "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.0.json",
}
# What an editor is told of a correction that says nothing of itself.
_CORRECTION: Final = "Correction"
_LISTS: Final = {"PER": "people", "ORG": "organisations", "LOC": "places"}


def writer(agency_name: Callable[[str], str]) -> Callable[..., int]:
    """Return the function that writes ninjs; `agency_name` gives the name of an agency's id."""

    def write(records: Iterable[Record], _columns: Iterable[str], out: BinaryIO) -> int:
        count = 0
        for record in records:
            out.write(json_text(item(record, agency_name)).encode() + b"\n")
            count += 1
        return count

    return write


def item(record: Record, agency_name: Callable[[str], str]) -> dict[str, Any]:
    """Return one article as a ninjs object."""
    agency = record["agency"]
    named = _named(record["entities"])
    fields = {
        "uri": f"urn:uuid:{record['id']}",
        "type": "text",
        "representationType": "full" if record["body_kind"] == "full" else "partial",
        "version": str(record["revision"]),
        "firstCreated": record["published_at"] or record["first_seen_at"],
        "versionCreated": record["updated_at"],
        "embargoedUntil": record["embargoed_until"],
        "pubStatus": record["pub_status"],
        "urgency": record["urgency"],
        "edNote": record["ed_note"] or (_CORRECTION if record["signal"] == "correction" else None),
        "language": record["language"],
        "headlines": _headlines(record),
        "bodies": _bodies(record),
        "by": record["byline"],
        "slugline": record["slug"],
        "located": record["dateline_name"] or record["dateline_place"],
        "usageTerms": record["rights"]["terms_url"],
        "infoSources": [{"name": agency_name(agency), "literal": agency}] if agency else None,
        "genres": [{"name": record["genre"]}] if record["genre"] else None,
        "subjects": [{"name": keyword} for keyword in record["keywords"]],
        "altIds": [{"role": "url", "value": record["url"]}],
        "standard": STANDARD,
        **named,
    }
    return {name: value for name, value in fields.items() if value not in (None, [])}


def _headlines(record: Record) -> list[dict[str, str]]:
    texts = (("main", record["headline"]), ("sub", record["subheadline"]))
    return [
        {"role": role, "contentType": "text/plain", "value": text} for role, text in texts if text
    ]


def _bodies(record: Record) -> list[dict[str, Any]]:
    body = record["body"]
    if not body:
        return []
    told = {"role": "main", "contentType": "text/plain", "charCount": len(body)}
    # the count is of the whole story, which rights may have cut
    if record["body_kind"] == "full":
        told["wordCount"] = record["word_count"]
    return [told | {"value": body}]


def _named(entities: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in _LISTS.values()}
    for entity in entities:
        if (listed := _LISTS.get(entity["label"])) is not None:
            found[listed].append(_concept(entity))
    return found


def _concept(entity: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": entity["name"], "uri": f"urn:uuid:{entity['id']}"}
    if entity["label"] == "LOC" and entity["lat"] is not None:
        told["geoJSON"] = {"type": "Point", "coordinates": [entity["lon"], entity["lat"]]}
    return told
