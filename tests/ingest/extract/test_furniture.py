import pytest

from ingest.extract.furniture import Known, Stripped, strip
from ingest.extract.phrases import load_groups, phrases
from ingest.extract.render import Line
from ingest.extract.text import key, keys
from tests.ingest.extract.pages import PARAGRAPHS

# Lines that a site prints around stories, in the languages that agencies file in.
FURNITURE = [
    "Read more on the site →",
    "Our Standards: The Thomson Reuters Trust Principles.",
    "Sign up for our newsletter to get the day's news",
    "Advertisement",
    "READ MORE: Crane is lifted",
    "Related: Another crane",
    "Photo: Jane Doe",
    "© 2026 Wire Example. All rights reserved.",
    "Share this article on Facebook",
    "14:05 GMT",
    "Читайте также: Кран подняли",
    "Поделиться",
    "Фото: Анна Иванова",
    "Подпишитесь на наш канал в Telegram",
    "Lea también: La grúa",
    "Todos los derechos reservados",
    "À lire aussi : la grue",
    "Publicité",
    "Lesen Sie auch: Der Kran",
    "Anzeige",
    "Foto: dpa",
    "Leggi anche: la gru",
    "RIPRODUZIONE RISERVATA © Copyright ANSA",
    "Leia também: o guindaste",
    "Todos os direitos reservados",
    "Tüm hakları saklıdır",
    "İlginizi çekebilir",
    "اقرأ أيضا: الرافعة",
    "جميع الحقوق محفوظة",
    "责任编辑：王某",
    "相关新闻",
    "無断転載を禁じます",
    "関連記事",
    "무단전재 및 재배포 금지",
    "기사제보 및 보도자료 desk@wire.example",
    "Baca juga: Derek diangkat",
    "Hak cipta dilindungi",
]

# Paragraphs that begin with the words of furniture, or name what it names.
ORDINARY = [
    "Read more slowly, the minister told pupils on Monday, and you will remember what you read.",
    "Shares of the company fell by four percent after it said that it would close the yard.",
    "Related companies in three countries were searched on the same day, prosecutors said.",
    "Photographs of the crane were shown in court, and the judge asked to see them again twice.",
    "Subscribe, he said, and the paper will live; that was in 1961, and it lived for forty years.",
    "Comments by the bank's governor sent the currency to its lowest level since the spring.",
    "The newsletter that first reported the merger has 212 readers, all of them in the town.",
    "More from the region was expected by the evening, when the ports were to be open again.",
    "Source of the fire was a lamp, the brigade said in a report that the council has published.",
    "Mehr als hundert Menschen sahen zu, wie der Kran am Montag aus dem Wasser gehoben wurde.",
    "Фото на паспорт теперь можно сделать в отделении банка, сообщила пресс-служба ведомства.",
    "Leggere di più: è il consiglio che il ministro ha dato lunedì agli studenti della città.",
    "Foto e video da gru foram mostrados no tribunal, e o juiz pediu para vê-los outra vez.",
    "Teilen will die Stadt den Hafen mit der Nachbargemeinde, wie der Bürgermeister mitteilte.",
]


def lines(*texts: str) -> list[Line]:
    return [Line(text) for text in texts]


def kept(found: Stripped) -> list[str]:
    return [line.text for line in found.lines]


@pytest.mark.parametrize("line", FURNITURE)
def test_what_is_printed_below_stories_comes_off(line: str) -> None:
    found = strip(lines(*PARAGRAPHS, line), Known())
    assert kept(found) == list(PARAGRAPHS)
    assert line in (*found.furniture, *found.credits)


@pytest.mark.parametrize("line", ORDINARY)
def test_a_paragraph_that_begins_with_the_same_words_stays(line: str) -> None:
    assert line in kept(strip(lines(*PARAGRAPHS, line), Known()))
    assert line in kept(strip(lines(line, *PARAGRAPHS), Known()))
    assert line in kept(strip(lines(PARAGRAPHS[0], line, *PARAGRAPHS[1:]), Known()))


def test_the_headline_and_what_stands_above_it_come_off() -> None:
    known = Known(titles=keys(["Crane falls into harbour"]))
    found = strip(lines("World", "CRANE falls into harbour", *PARAGRAPHS), known)
    assert kept(found) == list(PARAGRAPHS)


def test_stamp_byline_and_sub_headline_are_kept_apart() -> None:
    known = Known(subheadlines=keys(["Nobody was hurt"]))
    head = lines("World September 25, 2023, 19:19", "By Jane Doe", "Nobody was hurt")
    found = strip([*head, *lines(*PARAGRAPHS)], known)
    assert [stamp.rest for stamp in found.stamps] == ["World"]
    assert found.bylines == ["By Jane Doe"]
    assert found.subheadline == "Nobody was hurt"
    assert kept(found) == list(PARAGRAPHS)


def test_what_the_page_shows_above_the_body_is_used_and_never_added_to_it() -> None:
    head = lines("By Jane Doe", "Text Size", "October 12, 2026 6:12 AM UTC")
    found = strip(lines(*PARAGRAPHS), Known(), head)
    assert found.bylines == ["By Jane Doe"]
    assert len(found.stamps) == 1
    assert kept(found) == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "credit",
    [
        "(Reporting by Jane Doe; Editing by John Roe)",
        "Reporting by Jane Doe in Port Elsewhere; additional reporting by A. N. Other",
        "(Reporte de Juan Pérez. Editado en español por Ana Roa)",
        "(Reportage de Jeanne Dupont, édité par Jean Roux)",
        "Pewarta: Budi Santoso",
    ],
)
def test_who_reported_and_edited_is_kept_as_credits(credit: str) -> None:
    found = strip(lines(*PARAGRAPHS, credit), Known())
    assert (kept(found), found.credits) == (list(PARAGRAPHS), [credit])


def test_related_titles_go_with_their_heading_up_to_the_next_paragraph() -> None:
    page = lines(PARAGRAPHS[0], "Related stories", "Crane lifted", "Port open", *PARAGRAPHS[1:])
    assert kept(strip(page, Known())) == list(PARAGRAPHS)


def test_a_long_list_under_such_a_heading_is_the_storys_own() -> None:
    items = [Line(f"- Crane number {n}", "item") for n in range(40)]
    page = [*lines(*PARAGRAPHS, "See also"), *items]
    assert [line for line in strip(page, Known()).lines if line.kind == "item"] == items


def test_comments_are_cut_off_with_all_below_them() -> None:
    page = lines(*PARAGRAPHS, "Comments", "A reader writes that cranes fall every year, he says.")
    assert kept(strip(page, Known())) == list(PARAGRAPHS)


def test_the_desks_initials_come_off_the_last_sentence() -> None:
    found = strip(lines(*PARAGRAPHS[:2], "The port will open, she said. PTI KVR SMP"), Known())
    assert kept(found)[-1] == "The port will open, she said."
    assert found.credits == ["PTI KVR SMP"]


def test_an_acronym_that_ends_a_sentence_stays() -> None:
    last = "The port belongs to the EU and is guarded by NATO"
    assert kept(strip(lines(*PARAGRAPHS, last), Known()))[-1] == last


def test_a_story_of_one_line_is_never_taken_whole() -> None:
    assert kept(strip(lines("Share"), Known())) == ["Share"]


def test_clocks_of_a_live_blog_come_off_and_its_entries_stay() -> None:
    page = lines("14:05 GMT", PARAGRAPHS[0], "13:40 GMT", PARAGRAPHS[1])
    assert kept(strip(page, Known())) == list(PARAGRAPHS[:2])


def test_figures_and_quotations_are_the_storys() -> None:
    page = lines(
        PARAGRAPHS[0], "3-2", "“We will.”", "Port Elsewhere 2, Port Nowhere 1", PARAGRAPHS[1]
    )
    assert kept(strip(page, Known())) == [line.text for line in page]


def test_every_phrase_of_the_seeds_is_found_by_itself() -> None:
    for group in load_groups():
        for language, given in group.phrases.items():
            for phrase in given:
                line = phrase.replace("*", " x ").strip()
                found = phrases().find(line)
                assert found is not None, (group.kind, language, phrase)


def test_keys_are_what_lines_are_known_by() -> None:
    assert key("Crane falls!") in keys(["CRANE, falls", None, ""])
