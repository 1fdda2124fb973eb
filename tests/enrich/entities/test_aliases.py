import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.entities import othernames
from enrich.entities.aliases import Name, entities
from enrich.entities.othernames import abbreviates
from enrich.training.stories import passage


def grouped(*lines: str) -> list[list[str]]:
    """The names of a marked text, entity by entity."""
    text, names = "", []
    for line in lines:
        part = passage(line)
        names += [
            Name(part.text[a:b], label, a + len(text), b + len(text))  # type: ignore[arg-type]
            for a, b, label in part.spans
        ]
        text += part.text + "\n"
    found: dict[int, list[str]] = {}
    for name, number in zip(names, entities(names, text), strict=True):
        found.setdefault(number, []).append(name.text)
    return list(found.values())


def test_a_surname_goes_to_its_only_bearer() -> None:
    assert grouped("[PER Albin Kurti] met [PER Vucic].", "[PER Kurti] left.") == [
        ["Albin Kurti", "Kurti"],
        ["Vucic"],
    ]


def test_a_headline_surname_goes_to_the_full_name_that_follows() -> None:
    assert grouped("[PER Kurti] stays", "[PER Albin Kurti] said so.") == [["Kurti", "Albin Kurti"]]


def test_two_who_share_a_surname_stay_apart() -> None:
    assert grouped(
        "[PER Darnell Whitaker] pleaded guilty. [PER Whitaker] is 59.",
        "His cousin [PER Alvin Whitaker] was not charged. [PER Whitaker] runs a garage.",
        "[PER Whitaker] will be sentenced in May.",
    ) == [
        ["Darnell Whitaker", "Whitaker", "Whitaker"],
        ["Alvin Whitaker", "Whitaker"],
    ]


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("[PER Kim Jae-won]", "[PER Kim]"),
        ("[PER Vladimir Ilyich Petrov]", "[PER Vladimir Petrov]"),
        ("[PER Albin Kurti]", "[PER A. Kurti]"),
        ("[PER Ichiyo Higuchi]", "[PER Higuchi Ichiyo]"),
        ("[ORG Kosovo Force], also known as", "[ORG KFOR]"),
        ("[ORG Organization of American States]", "[ORG OAS]"),
        ("[ORG National Disaster Agency] (", "[ORG BNPB])"),
        ("[ORG UN Security Council]", "[ORG Security Council]"),
        ("[ORG Daehan Motor Co.]", "[ORG Daehan]"),
        ("[LOC New York City]", "[LOC New York]"),
        ("[ORG МЧС России]", "[ORG МЧС]"),
        ("[PER Айгуль Токтогулова]", "[PER Токтогуловой]"),
    ],
)
def test_a_shorter_form_is_the_same_entity(full: str, short: str) -> None:
    assert len(grouped(f"{full} {short}")) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[LOC Guatemala]", "[LOC Guatemala City]"),
        ("[ORG UN]", "[ORG UN Security Council]"),
        ("[ORG Navy]", "[ORG Royal Navy]"),
        ("[PER Joan Petrov]", "[PER John Petrov]"),
        ("[PER Paris]", "[LOC Paris]"),
        ("[ORG Civic Party]", "[ORG Civic Passion]"),
        ("[PER Carola Ehlers] (", "[ORG CDU])"),
    ],
)
def test_names_that_look_alike_are_two(one: str, other: str) -> None:
    assert len(grouped(f"{one} {other}")) == 2


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("KFOR", "Kosovo Force"),
        ("WHO", "World Health Organization"),
        ("MoFA", "Ministry of Foreign Affairs"),
        ("UNIFIL", "UN Interim Force in Lebanon"),
    ],
)
def test_letters_of_a_short_form_stand_in_the_long_one(short: str, long: str) -> None:
    assert abbreviates(short, long)


@pytest.mark.parametrize(
    ("short", "long"),
    [("NATO", "Kosovo Force"), ("KFOR", "Force"), ("", "Kosovo Force"), ("KF", "")],
)
def test_letters_that_do_not_stand_there(short: str, long: str) -> None:
    assert not abbreviates(short, long)


WORDS = st.sampled_from(["Ana", "Ana Kos", "Kos", "Ivan Kos", "UN", "Council", "A. Kos", "", "."])
NAMES = st.lists(st.tuples(WORDS, st.sampled_from(["PER", "ORG", "LOC"])), max_size=12)


@given(NAMES)
def test_every_mention_ends_in_one_entity_of_its_own_kind(
    listed: list[tuple[str, str]],
) -> None:
    names, text = [], ""
    for word, label in listed:
        names.append(Name(word, label, len(text), len(text) + len(word)))  # type: ignore[arg-type]
        text += word + " "
    numbers = entities(names, text)

    assert len(numbers) == len(names)
    kinds: dict[int, set[str]] = {}
    for number, name in zip(numbers, names, strict=True):
        kinds.setdefault(number, set()).add(name.label)
    # a bracketed short form may join kinds that a tagger took apart; nothing else may
    assert all(len(found) == 1 for found in kinds.values())
    first_seen = list(dict.fromkeys(numbers))
    assert first_seen == sorted(first_seen)


@pytest.mark.parametrize(
    ("between", "introduced"),
    [
        (", also known as ", True),
        (" (born September 15, 1986), better known by her pseudonym ", True),
        (" (born ", True),
        (" was born in ", False),
        (" (/ dʒəˈroʊm /; Latin: ", True),
        (" (Latin America: ", False),
        (", a friend of ", False),
        (", self-identified as ", True),
        (", alias ", True),
        (" and ", False),
    ],
)
def test_words_between_two_names_say_that_they_are_one(between: str, introduced: bool) -> None:
    assert othernames.introduces(between) is introduced


def numbers(text: str, *names: tuple[str, str]) -> list[int]:
    """Return the entity of each name, named in this order in the text."""
    found, at = [], 0
    for label, name in names:
        start = text.index(name, at)
        at = start + len(name)
        found.append(Name(name, label, start, at))  # type: ignore[arg-type]
    return entities(found, text)


def test_a_role_is_who_was_named_last_in_its_paragraph() -> None:
    text = "Otto Kos spoke. The Rector smiled.\nThe Rector left the Sheriff's office."
    names = [("PER", "Otto Kos"), ("PER", "Rector"), ("PER", "Rector"), ("PER", "Sheriff")]
    assert numbers(text, *names) == [0, 0, 1, 2]


def test_a_short_form_is_not_of_the_house_within_the_name() -> None:
    text = "the Red Sox of Major League Baseball (MLB), and the Red Sox"
    names = [("ORG", "Red Sox of Major League Baseball"), ("ORG", "MLB"), ("ORG", "Red Sox")]
    assert numbers(text, *names) == [0, 1, 0]


def test_states_are_one_by_their_letters() -> None:
    text = (
        "United States Congress. U.S. Congress. San Francisco. S. F. in the U. S. and United States"
    )
    names = [
        ("ORG", "United States Congress"),
        ("ORG", "U.S. Congress"),
        ("LOC", "San Francisco"),
        ("LOC", "S. F."),
        ("LOC", "U. S."),
        ("LOC", "United States"),
    ]
    assert numbers(text, *names) == [0, 0, 1, 1, 2, 2]


def test_of_two_longer_names_the_one_named_by_far_most_is_meant() -> None:
    text = "Boston Red Sox. Boston Red Sox. Boston Red Sox. Pawtucket Red Sox. Red Sox"
    names = [("ORG", "Boston Red Sox")] * 3 + [("ORG", "Pawtucket Red Sox"), ("ORG", "Red Sox")]
    assert numbers(text, *names) == [0, 0, 0, 1, 0]
    assert numbers(text[16:], *names[1:]) == [0, 0, 1, 2]


def test_a_middle_name_may_be_the_one_used() -> None:
    text = "Jens Otto Harry Kos wrote. Otto Kos taught."
    assert numbers(text, ("PER", "Jens Otto Harry Kos"), ("PER", "Otto Kos")) == [0, 0]
