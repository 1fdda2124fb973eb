"""People introduced by a role, in the languages that the shipped tagger read less of."""

import pytest

from enrich.entities.known import known
from enrich.entities.roles import people
from enrich.entities.tagger import Span
from enrich.entities.wire import Context, mended


def found(text: str) -> list[str]:
    return [text[s.start : s.end] for s in people(text, known())]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('"Нет", - сказал начальник порта Ефим Дальнозерский.', ["Ефим Дальнозерский"]),
        ("Министр обороны Анна Кос прибыла в Багдад.", ["Анна Кос"]),
        ("заявила Мария Петровна Озерская.", ["Мария Петровна Озерская"]),
        ("declaró la alcaldesa, Remedios Valdeolmos.", ["Remedios Valdeolmos"]),
        ("Un buzo de la Guardia Civil, Íñigo Larrazpe, la halló.", ["Íñigo Larrazpe"]),
        ("La ministre portugaise, Filomena Vasconçal, a quitté", ["Filomena Vasconçal"]),
        ("a indiqué son porte-parole Joris Vanderheyde.", ["Joris Vanderheyde"]),
        ("sagte Bahnsprecher Gisbert Ohlendorff.", ["Gisbert Ohlendorff"]),
        ("Bürgermeisterin Anna von der Heide trat zurück", ["Anna von der Heide"]),
        ("El ministro viajó ayer a Nueva Esperanza", []),
        ("presidente de Nueva Alianza", []),
        ("El ministro. Ana Kos llegó tarde.", []),
        ("El ministro de Nueva Zelanda llegó", []),
        ("Der Minister sprach mit Neuen Kräften", []),
    ],
)
def test_a_role_introduces_who_bears_it(text: str, named: list[str]) -> None:
    assert found(text) == named


def test_a_role_overrules_a_doubtful_guess_and_no_sure_one() -> None:
    text = "sagte Bahnsprecher Gisbert Ohlendorff"
    at = text.index("Gisbert")
    for confidence, label in ((0.3, "PER"), (0.9, "LOC")):
        spans = [Span(at, len(text), "LOC", confidence)]
        assert [s.label for s in mended(text, spans, known(), Context("de"))] == [label]


def test_english_is_left_to_the_tagger() -> None:
    text = "the director Ana Kos said"
    assert mended(text, [], known(), Context("en")) == []
