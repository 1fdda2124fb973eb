from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.learn import MIN_REPEATS, MIN_STORIES, MOST_LINES, learn_furniture

TAIL = "You can read this story in our app as well, free of charge"


def story(number: int, *tail: str, paragraphs: int = 12) -> list[str]:
    return [
        f"Paragraph {p} of the story number {number} of this wire." for p in range(paragraphs)
    ] + [*tail]


def test_a_line_under_every_story_is_furniture() -> None:
    assert learn_furniture([story(n, TAIL) for n in range(20)]) == (TAIL,)


def test_it_is_learned_as_it_is_most_often_printed() -> None:
    stories = [story(n, TAIL if n % 3 else TAIL.upper()) for n in range(20)]
    assert learn_furniture(stories) == (TAIL,)


def test_a_few_stories_teach_nothing() -> None:
    assert learn_furniture([story(n, TAIL) for n in range(MIN_STORIES - 1)]) == ()


def test_a_line_of_three_stories_is_theirs() -> None:
    few = MIN_REPEATS - 1
    assert learn_furniture([story(n, *([TAIL] if n < few else [])) for n in range(40)]) == ()


def test_among_many_stories_a_share_of_them_is_needed() -> None:
    stories = [story(n, *([TAIL] if n < 8 else [])) for n in range(400)]
    assert learn_furniture(stories) == ()


def test_background_in_the_middle_of_stories_is_not_furniture() -> None:
    background = "The war began in 1961, when a crane fell on a fence that both sides claimed."
    stories = [story(n) for n in range(30)]
    for lines in stories:
        lines.insert(5, background)
    assert learn_furniture(stories) == ()


def test_updates_of_one_story_count_once() -> None:
    updates = [[*story(1)[:9], f"A sentence that only update {n} has.", TAIL] for n in range(10)]
    others = [story(n) for n in range(2, 30)]
    assert learn_furniture([*updates, *others]) == ()


def test_headings_are_too_short_to_be_learned() -> None:
    assert learn_furniture([["Conclusion", *story(n)] for n in range(30)]) == ()


def test_lines_without_spaces_between_words_need_fewer_signs() -> None:
    assert learn_furniture([story(n, "扫描二维码下载客户端") for n in range(20)]) == (
        "扫描二维码下载客户端",
    )


def test_what_was_learned_stays_though_it_is_seen_no_more() -> None:
    assert learn_furniture([story(n) for n in range(20)], before=(TAIL,)) == (TAIL,)


@given(st.lists(st.lists(st.text(max_size=30), max_size=8), max_size=30))
def test_any_stories_teach_only_lines_they_have(stories: list[list[str]]) -> None:
    found = learn_furniture(stories)
    assert len(found) <= MOST_LINES
    assert set(found) <= {line for lines in stories for line in lines}
