from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich.entities.known import known
from enrich.entities.tagger import Span
from enrich.entities.wire import Context, mended
from enrich.training.stories import passage


def desk(line: str, *, own: frozenset[str] = frozenset(), confidence: float = 0.8) -> list[str]:
    """What the desk makes of a marked line, as `LABEL name`."""
    part = passage(line)
    spans = [Span(a, b, t, confidence) for a, b, t in part.spans]  # type: ignore[arg-type]
    found = mended(part.text, spans, known(), Context("en", own))
    return [f"{s.label} {part.text[s.start : s.end]}" for s in found]


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("[PER Maj. Gen. Ezio Brambati] spoke", ["PER Ezio Brambati"]),
        ("[PER Foreign Minister Ana Kos] spoke", ["PER Ana Kos"]),
        ("[ORG the Velde Bank] rose", ["ORG Velde Bank"]),
        ("[PER Kos's] office", ["PER Kos"]),
        ("[ORG Velde-led] troops", ["ORG Velde"]),
        ('["PER" x', []),
        ("[LOC The Hague] court", ["LOC The Hague"]),
        ("[PER Hwang Hee-chan] scored", ["PER Hwang Hee-chan"]),
    ],
)
def test_what_stands_around_a_name_comes_off(marked: str, found: list[str]) -> None:
    assert desk(marked) == found


@pytest.mark.parametrize(
    "marked",
    [
        "[MISC Serbian] police",
        "[LOC the West] looks on",
        "[PER Monday]",
        "am [LOC Montag] in der Stadt",
        "[LOC Kurds] fled",
        "[ORG Pêche] : les ministres se séparent",
        "[ORG Fischerei]: Minister streiten",
    ],
)
def test_what_is_no_name_is_dropped(marked: str) -> None:
    assert desk(marked) == []


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        ("[LOC Venezuela] : la marine sort", ["LOC Venezuela"]),
        ("[ORG Velde]: a bank in trouble. [ORG Velde] fell", ["ORG Velde", "ORG Velde"]),
        ("[ORG Velde Bank]: it fell", ["ORG Velde Bank"]),
    ],
)
def test_a_name_before_a_colon_is_one_where_anything_else_says_so(
    marked: str, found: list[str]
) -> None:
    assert desk(marked) == found


@pytest.mark.parametrize(
    "line",
    [
        "BELGRADE, September 25. /TASS/. Rain fell, an official told TASS.",
        "BELGRADE (TASS) - Rain fell, an official told TASS.",
    ],
)
def test_the_credit_of_a_dateline_is_no_entity_anywhere(line: str) -> None:
    assert desk(line.replace("TASS", "[ORG TASS]")) == ["LOC BELGRADE"]


def test_the_agency_is_no_entity_of_its_own_story_and_one_of_anothers() -> None:
    line = "Kos told [ORG Velde News] on Monday."

    assert desk(line, own=frozenset({"Velde News"})) == []
    assert desk(line) == ["ORG Velde News"]


def test_a_name_tagged_once_is_tagged_throughout_with_its_surname() -> None:
    assert desk("[PER Ana Kos] said Ana Kos was out. Kos left, and so did Koster.") == [
        "PER Ana Kos",
        "PER Ana Kos",
        "PER Kos",
    ]


def test_a_surname_within_another_name_is_left_alone() -> None:
    assert desk("[PER Ana Trumpe] spoke at Trumpe Tower.") == ["PER Ana Trumpe"]


def test_one_name_has_one_label_the_likelier() -> None:
    assert desk("[ORG Velde] met [ORG Velde] in [LOC Velde].") == ["ORG Velde"] * 3


def test_the_world_outvotes_a_doubtful_tagger() -> None:
    assert desk("talks in [ORG Pristina]", confidence=0.38) == ["LOC Pristina"]


def test_a_short_form_in_brackets_is_of_its_long_forms_kind() -> None:
    assert desk("[ORG Velde Relief Force] ([LOC VRF]) left") == [
        "ORG Velde Relief Force",
        "ORG VRF",
    ]


def test_a_longer_known_name_takes_the_place_of_its_parts() -> None:
    assert desk("in [LOC Kosovo] and [LOC Metohija] today", confidence=0.5) == [
        "LOC Kosovo and Metohija"
    ]
    assert desk("the [LOC U.S.] [ORG State Department] said") == [
        "LOC U.S.",
        "ORG State Department",
    ]


def test_a_name_that_grows_over_its_hyphen_leaves_no_second_one_within() -> None:
    spans = [Span(0, 1, "PER", 0.9), Span(2, 3, "PER", 0.9)]

    assert [(s.start, s.end) for s in mended("A-A", spans, known(), Context("en"))] == [(0, 3)]


# the first example builds the tables of known names
@settings(deadline=None)
@given(st.text(alphabet="AbC .,'-()/\n\"Wй中", max_size=80), st.data())
def test_spans_stay_in_order_apart_and_within_the_text(text: str, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [Span(a, b, "PER", 0.9) for a, b in zip(edges[::2], edges[1::2], strict=False)]

    found = mended(text, spans, known(), Context("en"))

    assert all(0 <= s.start < s.end <= len(text) for s in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_people_whose_role_is_told_are_found_in_chinese_and_wherever_else_they_stand() -> None:
    text = "外长穆萨里亚说，路已修好。发言人当天表示没有异议。穆萨里亚将访问肯尼亚。"

    found = mended(text, [], known(), Context("zh"))

    assert [f"{s.label} {text[s.start : s.end]}" for s in found] == [
        "PER 穆萨里亚",
        "PER 穆萨里亚",
        "LOC 肯尼亚",
    ]


@pytest.mark.parametrize(
    ("name", "found"), [("L’Espagne", "LOC Espagne"), ("L’Aquila", "LOC L’Aquila")]
)
def test_an_article_written_as_one_with_its_name_comes_off(name: str, found: str) -> None:
    (span,) = mended(name, [Span(0, len(name), "LOC", 0.9)], known(), Context("fr"))

    assert f"{span.label} {name[span.start : span.end]}" == found
