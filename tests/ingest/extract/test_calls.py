"""Calls to the reader are known by their words, in many languages; prose and headings are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.calls import is_call
from ingest.extract.furniture import Known, strip
from ingest.extract.render import Line
from tests.ingest.extract.pages import PARAGRAPHS

CALLS = [
    "Join our Telegram channel",
    "View comments (12)",
    "Skip advertisement",
    "Purchase Licensing Rights",
    "Report a typo",
    "Add us as a preferred source on Google",
    "Get breaking news alerts in your inbox",
    "Подпишитесь на наш канал в MAX",
    "Если вы заметили ошибку, выделите текст и нажмите Ctrl+Enter",
    "Únete a nuestro canal de WhatsApp",
    "Rejoignez notre chaîne WhatsApp",
    "Jetzt kostenlosen Newsletter bestellen",
    "Folgen Sie uns auf Bluesky",
    "Seguici su Google News",
    "Ascolta l'articolo",
    "Entre no nosso canal do WhatsApp",
    "WhatsApp kanalımızı takip edin",
    "Bizi Google News'te takip edin",
    "تابعونا على تلغرام",
    "اشترك في نشرتنا البريدية",
    "Gabung di grup Telegram",
    "Volg ons op Instagram",
    "Udostępnij na Facebooku",
    "关注我们的微信公众号",
    "扫码下载客户端",
    "LINEで送る",
    "アプリで記事を読む",
    "네이버에서 구독하기",
    "카카오톡으로 공유하기",
]
# Headings, labels and sentences with the same words in them.
ORDINARY = [
    "Facebook to follow new rules",
    "The app that saved a village",
    "Newsletter wins prize",
    "Follow the money",
    "Comments on the report",
    "Download speeds fall in the valley",
    "Канал закрыт для судов",
    "Подписан договор о канале",
    "El canal de Panamá sube sus tarifas",
    "La chaîne ferme ses portes",
    "Der Kanal wird breiter",
    "Il canale di Suez riapre",
    "Kanal İstanbul projesi ertelendi",
    "قناة السويس تعلن زيادة الرسوم",
    "微信支付在日本推出新服务",
    "アプリ市場に新しい規制",
    "카카오톡 장애 두 시간 만에 복구",
    "Listen",
    "News",
    "",
]


@pytest.mark.parametrize("line", CALLS)
def test_a_call_is_furniture_wherever_it_stands(line: str) -> None:
    assert is_call(line)
    lines = [Line(PARAGRAPHS[0]), Line(line), *map(Line, PARAGRAPHS[1:])]
    stripped = strip(lines, Known())
    assert [kept.text for kept in stripped.lines] == list(PARAGRAPHS)
    assert stripped.furniture == [line]


@pytest.mark.parametrize("line", ORDINARY)
def test_other_lines_of_the_same_words_are_no_calls(line: str) -> None:
    assert not is_call(line)


def test_advice_in_a_list_of_the_storys_own_stays() -> None:
    steps = [Line(f"- {step}", "item") for step in ("Download the app", "Add your email account")]
    lines = [Line(PARAGRAPHS[0]), *steps, *(Line(text) for text in PARAGRAPHS * 4)]
    assert steps[0] in strip(lines, Known()).lines


@given(st.text(max_size=120))
def test_any_line_is_judged(line: str) -> None:
    assert is_call(line) in (True, False)
