import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.charset import decode

RUSSIAN = "<p>Москва: сегодня прошла встреча министров иностранных дел России и Сербии</p>"
CHINESE = "<p>日内瓦湖上首次举行无人帆船赛，来自瑞士、法国和意大利的大学生队伍参加。</p>" * 3
JAPANESE = "<p>函館から青森へ、九百の提灯を灯した木造船が土曜日に出航する。</p>" * 3


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (CHINESE, "gb18030"),
        (CHINESE.replace("举", "舉"), "utf-8"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc-jp"),
        ("<p>Größere Flüsse führen höhere Pegel, heißt es</p>", "cp1252"),
        ("<p>Dün akşam İstanbul’da büyük bir şenlik yapıldı</p>", "cp1254"),
    ],
)
def test_what_the_header_says_is_believed_where_it_can_be(text: str, codec: str) -> None:
    assert decode(text.encode(codec), codec).text == text


@pytest.mark.parametrize("false", ["iso-8859-1", "utf-8", "us-ascii", "nonsense", ""])
def test_a_false_header_makes_no_mojibake_of_russian(false: str) -> None:
    found = decode((RUSSIAN * 5).encode("cp1251"), false)
    assert found.text == RUSSIAN * 5


def test_the_pages_own_declaration_counts_where_the_header_says_nothing() -> None:
    page = ("<html><head><meta charset='gb2312'></head>" + CHINESE).encode("gb2312")
    found = decode(page, None)
    assert (found.charset, found.warnings) == ("gb18030", ())
    assert CHINESE in found.text


def test_a_header_that_a_server_adds_to_every_page_loses_to_the_page() -> None:
    page = ("<meta charset=windows-1251>" + RUSSIAN).encode("cp1251")
    found = decode(page, "ISO-8859-1")
    assert RUSSIAN in found.text
    assert found.warnings == ("charset-header-wrong",)


def test_utf_8_is_utf_8_whatever_is_said_of_it() -> None:
    assert decode(RUSSIAN.encode(), "windows-1252").text == RUSSIAN


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_wide_encodings_and_byte_order_marks_are_seen(codec: str) -> None:
    page = "<html><body>" + "Harbour closed after crane falls. " * 10
    assert decode(page.encode(codec), "iso-8859-1").text == page


def test_iso_2022_is_known_by_its_escapes() -> None:
    assert decode(JAPANESE.encode("iso2022_jp"), "utf-8").text == JAPANESE


def test_a_broken_sequence_in_utf_8_costs_one_character() -> None:
    raw = (RUSSIAN * 3).encode()
    found = decode(raw[:40] + b"\xff" + raw[40:], "utf-8")
    assert found.charset == "utf-8"
    assert found.warnings == ("charset-repaired",)
    assert "встреча министров" in found.text


def test_a_codec_that_is_no_text_encoding_is_not_used() -> None:
    assert "crane" in decode("crane über".encode("cp1252"), "hex").text


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "gbk", "cp1251", "utf-7", "hex"]))
def test_any_bytes_give_some_text(content: bytes, declared: str | None) -> None:
    assert isinstance(decode(content, declared).text, str)
