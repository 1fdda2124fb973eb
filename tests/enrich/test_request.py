import pytest
from pydantic import ValidationError

from enrich.request import try_entities
from enrich.worker import tagger

RULES = tagger("rules")


def test_offsets_count_code_points_of_the_text_given() -> None:
    text = "🌊 Flood in Peru\nPeru's 🌊 president went to Lima."

    found = try_entities({"text": text}, RULES)["entities"]

    assert [text[e["start"] : e["end"]] for e in found] == ["Peru", "Peru", "Lima"]
    assert [e["text"] for e in found] == ["Peru", "Peru", "Lima"]
    assert found[0]["entity_id"] == found[1]["entity_id"]
    assert (found[2]["key"], found[2]["country"]) == ("geoname:3936456", "PE")


def test_the_datelines_country_helps_and_its_agency_is_no_entity() -> None:
    request = {"text": "San Jose police told TASS.", "language": "en"}

    plain = try_entities(request, RULES)["entities"]
    told = try_entities({**request, "dateline": {"country": "CR", "agency": "tass"}}, RULES)

    assert "TASS" in {e["text"] for e in plain}
    assert [(e["text"], e["country"]) for e in told["entities"]] == [("San Jose", "CR")]


def test_an_empty_text_has_no_entities() -> None:
    assert try_entities({"text": ""}, RULES)["entities"] == []


@pytest.mark.parametrize("request_", [{}, {"text": 1}, {"text": "x", "dateline": "PARIS"}])
def test_a_bad_request_is_refused(request_: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        try_entities(request_, RULES)
