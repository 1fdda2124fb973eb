import pytest

from enrich.entities.features import LABELS, words
from enrich.training.data import own_set, tags_of
from enrich.training.stories import faults, load, passage, read

HEAD = "# id: a-1 | form: reuters | language: en | topic: war\n"


def test_marks_come_out_and_other_brackets_stay() -> None:
    part = passage("[PER Ana Kos] [sic] told [ORG Velde].")

    assert part.text == "Ana Kos [sic] told Velde."
    assert part.spans == ((0, 7, "PER"), (19, 24, "ORG"))


def test_stories_are_parted_by_blank_lines() -> None:
    text = (
        f"{HEAD}Headline\nBody [LOC Peru]\n\n{HEAD.replace('a-1', 'a-2')}Other\n[LOC Lima] x\ny\n"
    )

    assert [(s.id, len(s.passages)) for s in read(text)] == [("a-1", 2), ("a-2", 3)]


@pytest.mark.parametrize(
    "text", ["no header\nx\ny", f"{HEAD}headline alone", "# id: a | form: ap\nh\nb"]
)
def test_a_story_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"header"):
        list(read(text))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("[ORG the Velde] x", "its article"),
        ("[PER Kos's] x", "possessive"),
        ("[PER President Ana Kos] x", "title"),
        ("[PER Ana [ORG Velde] x", "not closed, or nested"),
        ("[LOC Peru]vian x", "within a word"),
        ("о [PER Гончар]е", "within a word"),
        ("chez [ORG l'Union africaine] x", "its article"),
        ("bei [ORG der Velde AG] x", "its article"),
        ("[PER 王小明总理]说", "title"),
        ("[PER Ana Kos] x Ana Kos y", "bare here"),
    ],
)
def test_faults_that_a_machine_can_see_are_told(line: str, fault: str) -> None:
    assert any(fault in found for found in faults(read(f"{HEAD}[LOC Peru]\n{line}\n")))


def test_a_mark_may_end_within_a_text_that_writes_no_blanks() -> None:
    assert faults(read(f"{HEAD}[ORG NATO]秘书长[PER 王小明]说\n[LOC 北京市]长 x\n")) == []


def test_unknown_forms_topics_and_ids_used_twice_are_told() -> None:
    story = HEAD.replace("reuters", "nobody").replace("war", "gossip") + "[LOC Peru]\nx\n"
    found = faults([*read(story), *read(story)])

    assert any("form 'nobody'" in fault for fault in found)
    assert any("topic 'gossip'" in fault for fault in found)
    assert any("used twice" in fault for fault in found)


def test_our_stories_keep_their_marks_when_cut_into_sentences() -> None:
    stories = load()
    marks = sum(len(p.spans) for s in stories for p in s.passages)

    assert sum(len(s.spans) for d in own_set(stories) for s in d.sentences) == marks


def test_a_mark_becomes_a_b_and_is() -> None:
    text = "Ana de la Kos told U.N."
    spans = [(0, 13, "PER"), (19, 23, "ORG")]

    told = [LABELS[tag] for tag in tags_of(words(text), spans)]

    assert told == ["B-PER", "I-PER", "I-PER", "I-PER", "O", "B-ORG", "I-ORG", "I-ORG", "I-ORG"]
