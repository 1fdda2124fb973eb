"""Scores of entities: names on the development news, aliases, places and focus.

    python -m tests.quality.entities_scores [--misses] [--baseline] [--tagger NAME]

`names`: F1 over PER, ORG and LOC, exact span and type, each document of the development news read
whole; `names_ru` and the like, of stories of our own in that language that the training never saw.
`aliases`: over pairs of mentions, gold mentions given, on the development documents and on
our own stories. `places`: country right, of all toponyms of LGL and of our own stories. `focus`:
country right, of our own stories with one.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from atlas.gazetteer import gazetteer
from enrich.analysis import Reading, Setting, resolve
from enrich.entities.tagger import Span, Tagger
from enrich.request import try_entities
from enrich.training.stories import MarkedStory, load, read
from enrich.worker import joined, tagger
from wire.settings import Settings

HERE = Path(__file__).parent
BASELINE = HERE / "baselines" / "entities.json"
OWN = HERE / "data" / "own_stories.txt"
LANGUAGES = HERE / "data" / "language_stories.txt"
COUNTED = ("PER", "ORG", "LOC")

Mark = tuple[int, int, str]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Score:
    """Right, given and wanted."""

    right: int
    given: int
    wanted: int

    @property
    def f1(self) -> float:
        return round(2 * self.right / max(1, self.given + self.wanted), 4)

    @property
    def share(self) -> float:
        return round(self.right / max(1, self.wanted), 4)

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.given + other.given, self.wanted + other.wanted)


NOTHING = Score(0, 0, 0)


def rows(path: str) -> list[Row]:
    """Return the rows of a file of the corpus."""
    # not splitlines: the texts hold line separators of other kinds
    lines = (Settings().corpus / path).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


# --- names


def documents() -> Iterator[tuple[str, set[Mark]]]:
    """Yield each document of the development news, its sentences joined by newlines."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows("ner/dev_gum_news.jsonl"):
        grouped[row["doc"]].append(row)
    for sentences in grouped.values():
        text, gold = "", set[Mark]()
        for row in sentences:
            gold |= {(a + len(text), b + len(text), label) for a, b, label in row["spans"]}
            text += row["text"] + "\n"
        yield text, gold


def found_names(text: str, with_tagger: Tagger, language: str = "en") -> set[Mark]:
    """Return what is found in a text that is given whole."""
    answer = try_entities({"text": text, "language": language}, with_tagger)
    marks = {(e["start"], e["end"], e["label"]) for e in answer["entities"]}
    return {mark for mark in marks if mark[2] in COUNTED}


def names(with_tagger: Tagger) -> dict[str, Score]:
    """Score the names of the development news, all together and by label."""
    scores = dict.fromkeys(("all", *COUNTED), NOTHING)
    for text, gold in documents():
        given = found_names(text, with_tagger)
        scores["all"] += Score(len(gold & given), len(given), len(gold))
        for label in COUNTED:
            wanted, got = ({m for m in marks if m[2] == label} for marks in (gold, given))
            scores[label] += Score(len(wanted & got), len(got), len(wanted))
    return scores


def names_by_language(with_tagger: Tagger) -> dict[str, Score]:
    """Score the names of our own stories in other languages, held out of the training."""
    scores: dict[str, Score] = defaultdict(lambda: NOTHING)
    for story in read(LANGUAGES.read_text(encoding="utf-8")):
        text, gold = "", set[Mark]()
        for part in story.passages:
            gold |= {(a + len(text), b + len(text), t) for a, b, t in part.spans if t in COUNTED}
            text += part.text + "\n"
        given = found_names(text, with_tagger, story.language)
        scores[story.language] += Score(len(gold & given), len(given), len(gold))
    return dict(scores)


def misses(with_tagger: Tagger) -> Iterator[str]:
    """Yield the names that were missed and those that are none, the most frequent first."""
    told: Counter[tuple[str, str, str]] = Counter()
    for text, gold in documents():
        given = found_names(text, with_tagger)
        told.update(("missed", label, text[a:b]) for a, b, label in gold - given)
        told.update(("wrong", label, text[a:b]) for a, b, label in given - gold)
    for (kind, label, name), times in told.most_common(200):
        yield f"{times:4} {kind:6} {label:4} {name}"


# --- aliases


def pairs(identities: Iterable[object]) -> set[tuple[int, int]]:
    """Return the pairs of mentions that are one entity."""
    listed = list(identities)
    return {(a, b) for a, b in combinations(range(len(listed)), 2) if listed[a] == listed[b]}


def entity_of_each(reading: Reading) -> list[int]:
    return [mention.entity for mention in reading.mentions]


def development_aliases(genre: str | None = None) -> Score:
    """Score pairs of gold mentions on the development documents."""
    total = NOTHING
    for row in rows("ner/dev_gum_docs_coref.jsonl"):
        if genre not in (None, row["genre"]):
            continue
        mentions = sorted(row["mentions"], key=lambda m: m["start"])
        spans = [Span(m["start"], m["end"], m["label"]) for m in mentions]
        gold = pairs(m["chain"] for m in mentions)
        given = pairs(entity_of_each(resolve(row["text"], spans, Setting("en"))))
        total += Score(len(gold & given), len(given), len(gold))
    return total


@dataclass(frozen=True, slots=True)
class Own:
    """One of our stories with what data/own_stories.txt says of it."""

    story: MarkedStory
    focus: str
    group_of: dict[str, str]
    country_of: dict[str, str]

    def read(self) -> tuple[Reading, list[str]]:
        """Read the story by its own marks; returns the names as printed too."""
        lines = [part.text for part in self.story.passages]
        marks = [[Span(a, b, t) for a, b, t in p.spans] for p in self.story.passages]  # type: ignore[arg-type]
        spans = joined(lines, marks)
        text = "\n".join(lines)
        body = len(lines[0]) + 1
        setting = Setting(self.story.language, body=body, lead=body + len(lines[1]))
        return resolve(text, spans, setting), [text[s.start : s.end] for s in spans]


def own_stories() -> list[Own]:
    """Return our own stories that were read by hand."""
    stories = {story.id: story for story in load()}
    found = []
    for line in OWN.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, focus, aliases, places = (part.strip() for part in f"{line} ".split(" | "))
        groups = [group.split(" = ") for group in aliases.split(" ; ") if group]
        countries = [part.split(" ", 1) for part in places.split(" / ") if part]
        found.append(
            Own(
                stories[name],
                focus,
                {form.strip(): group[0].strip() for group in groups for form in group},
                {town.strip(): c for c, towns in countries for town in towns.split(",")},
            )
        )
    return found


def own_aliases() -> Score:
    """Score pairs of marked mentions on our own stories."""
    total = NOTHING
    for own in own_stories():
        reading, printed = own.read()
        gold = pairs(own.group_of.get(name, name) for name in printed)
        given = pairs(entity_of_each(reading))
        total += Score(len(gold & given), len(given), len(gold))
    return total


# --- places


def lgl_places() -> Score:
    """Count the toponyms of LGL, as marked, whose country is right."""
    right = wanted = 0
    for row in rows("geo/lgl.jsonl"):
        spans = [Span(t["start"], t["end"], "LOC") for t in row["toponyms"]]
        reading = resolve(row["text"], spans, Setting("en"))
        for toponym, mention in zip(row["toponyms"], reading.mentions, strict=True):
            country = gazetteer().country(toponym["country_name"] or "")
            wanted += 1
            given = reading.entities[mention.entity].country
            right += country is not None and given == country.code
    return Score(right, wanted, wanted)


def own_places() -> Score:
    """Count the toponyms of our own stories whose country is right."""
    right = wanted = 0
    for own in own_stories():
        reading, printed = own.read()
        for name, mention in zip(printed, reading.mentions, strict=True):
            if mention.span.label == "LOC" and name in own.country_of:
                wanted += 1
                right += reading.entities[mention.entity].country == own.country_of[name]
    return Score(right, wanted, wanted)


def own_focus() -> Score:
    """Count our own stories with one focus whose country is right."""
    told = [own for own in own_stories() if own.focus != "-"]
    right = sum(own.read()[0].focus.country == own.focus for own in told)
    return Score(right, len(told), len(told))


def scores(with_tagger: Tagger) -> dict[str, float]:
    """Return all scores, between 0 and 1."""
    by_label = names(with_tagger)
    return {
        "names": by_label["all"].f1,
        **{f"names_{label}": by_label[label].f1 for label in COUNTED},
        **{f"names_{code}": score.f1 for code, score in names_by_language(with_tagger).items()},
        "aliases_news": development_aliases("news").f1,
        "aliases_all": development_aliases().f1,
        "aliases_own": own_aliases().f1,
        "places_lgl": lgl_places().share,
        "places_own": own_places().share,
        "focus_own": own_focus().share,
    }


def main() -> None:
    chosen = tagger(
        sys.argv[sys.argv.index("--tagger") + 1] if "--tagger" in sys.argv else "default"
    )
    if "--misses" in sys.argv:
        print("\n".join(misses(chosen)))
    told = scores(chosen)
    print(json.dumps(told, indent=2))
    if "--baseline" in sys.argv:
        BASELINE.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
