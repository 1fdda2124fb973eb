"""Stamps and published times: every language of the wires, zones by agency, what is refused."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from atlas.agencies import Agency, agencies
from ingest.extract.dates import DateCandidate, DateSource, parse_stamp, published
from ingest.extract.datewords import LANGUAGES, fold
from ingest.extract.solar import gregorian
from wire.messages import Precision

MOSCOW = ZoneInfo("Europe/Moscow")
RECEIVED = dt.datetime(2026, 3, 8, 6, tzinfo=dt.UTC)


def agency(agency_id: str) -> Agency:
    found = agencies().get(agency_id)
    assert found is not None
    return found


def read(text: str, language: str | None = None) -> tuple[str, Precision, bool] | None:
    stamp = parse_stamp(text, tz=MOSCOW, language=language, reference=RECEIVED)
    return stamp and (stamp.at.strftime("%Y-%m-%d %H:%M:%S"), stamp.precision, stamp.has_zone)


@pytest.mark.parametrize(
    "text",
    [
        "March 7, 2026, 19:19",
        "Russian Politics & Diplomacy March 7, 2026, 19:19",
        "7 March 2026 19.19",
        "7th March, 2026 7:19 pm",
        "7th of March 2026 7:19 PM",
        "Mar 7, 2026 / 07:19 pm",
        "07-Mar-2026 19:19",
        "March 7, 2026 7:19 p.m.",
        "Saturday, March 7, 2026 19:19",
        "7 марта 2026, 19:19",
        "7 мар 2026 в 19:19",
        "07.03.2026 19:19",
        "7 березня 2026, 19:19",
        "7 de marzo de 2026, 19:19",
        "7 mar. 2026 19:19 h",
        "07/03/2026 19:19h",
        "Publié le 07/03/2026 à 19:19",
        "7 mars 2026 à 19h19",
        "7 mars 2026 à 19 h 19",
        "samedi 7 mars 2026 à 19:19",
        "Stand: 07.03.2026, 19:19 Uhr",
        "7. März 2026, 19.19 Uhr",
        "Sa, 7. Mär. 2026 19:19",
        "7 marzo 2026 ore 19:19",
        "7 mar 2026 alle 19.19",
        "7 de março de 2026 às 19h19",
        "07 mar. 2026 19:19",
        "7 Mart 2026 Cumartesi 19:19",
        "7 Mar 2026 - 19:19",
        "٧ مارس ٢٠٢٦ ١٩:١٩",
        "7 آذار 2026 الساعة 7:19 مساء",
        "السبت 7 مارس 2026 الساعة 19:19",
        "2026年3月7日19时19分",
        "2026年03月07日 19:19",
        "２０２６年３月７日１９時１９分",
        "2026年3月7日 午後7時19分",
        "令和8年3月7日 午後7時19分",
        "2026/03/07 19:19",
        "2026년 3월 7일 오후 7:19",
        "송고 2026-03-07 19:19",
        "2026.03.07 19:19",
        "Sabtu, 7 Maret 2026 pukul 19:19",
        "Sabtu, 7 Mar 2026 19.19",
        "7 ožujka 2026. 19:19",
        "7. března 2026 19:19",
        "2026. március 7. 19:19",
        "7 มี.ค. 2569 19:19",
        "2026-03-07 19:19",
        "19:19, 7 March 2026",
    ],
)
def test_a_stamp_of_any_house_is_read_in_the_agencys_zone(text: str) -> None:
    assert read(text) == ("2026-03-07 16:19:00", "minute", False)


@pytest.mark.parametrize(
    "text",
    [
        "19:19 07.03.2026 (обновлено: 19:30 07.03.2026)",
        "March 7 2026 - 7:19PM",
        "令和8年3月7日 19時19分",
        "中華民國115年3月7日 19:19",
        "السبت ٠٧ مارس ٢٠٢٦ ٧:١٩ م",
        "۱۶ اسفند ۱۴۰۴، ۱۹:۱۹",
        "۱۴۰۴/۱۲/۱۶ - ۱۹:۱۹",
        "16 حوت 1404، 19:19",
        "7 มี.ค. 2569 19:19 น.",
    ],
)
def test_calendars_digits_and_orders_of_other_houses_are_read(text: str) -> None:
    assert read(text) == ("2026-03-07 16:19:00", "minute", False)


@given(st.dates(dt.date(1921, 3, 21), dt.date(2050, 3, 20)))
def test_solar_years_begin_in_march_and_days_follow_each_other(day: dt.date) -> None:
    days = {gregorian(year, 1, 1) for year in range(1300, 1430)}
    assert all(first.month == 3 and first.day in (20, 21, 22) for first in days)
    year = day.year - 621 - (day < gregorian(day.year - 621, 1, 1))
    offset = (day - gregorian(year, 1, 1)).days
    month, rest = (offset // 31, offset % 31) if offset < 186 else divmod(offset - 186, 30)
    assert gregorian(year, month + 1 if offset < 186 else month + 7, rest + 1) == day


@pytest.mark.parametrize(
    ("text", "utc", "precision"),
    [
        ("7 марта 2026, 19:19 МСК", "2026-03-07 16:19:00", "minute"),
        ("March 7, 2026 3:25 p.m. EST", "2026-03-07 20:25:00", "minute"),
        ("Updated 10:15 AM ET, Sat March 7, 2026", "2026-03-07 15:15:00", "minute"),
        ("Updated 10:15 AM ET, Tue July 7, 2026", "2026-07-07 14:15:00", "minute"),
        ("0930 GMT 7 March 2026", "2026-03-07 09:30:00", "minute"),
        ("7 March 2026, 9:30 UTC+3", "2026-03-07 06:30:00", "minute"),
        ("7 March 2026 09:30 +05:45", "2026-03-07 03:45:00", "minute"),
        ("7 March 2026 12 noon GMT", "2026-03-07 12:00:00", "minute"),
        ("7 Maret 2026 15:30 WIB", "2026-03-07 08:30:00", "minute"),
        ("2026年3月7日15时30分（北京时间）", "2026-03-07 07:30:00", "minute"),
        ("Sat, 07 Mar 2026 15:25:10 +0300", "2026-03-07 12:25:10", "second"),
        ("Sat, 07 Mar 2026 15:25:10 GMT", "2026-03-07 15:25:10", "second"),
        ("07 Mar 2026 15:25 -0500", "2026-03-07 20:25:00", "minute"),
        ("2026-03-07T15:25:10Z", "2026-03-07 15:25:10", "second"),
        ("2026-03-07T15:25:10.123+00:00", "2026-03-07 15:25:10", "second"),
        ("2026-03-07T15:25+05:30", "2026-03-07 09:55:00", "minute"),
        ("2026-03-07T15:25:10-0500", "2026-03-07 20:25:10", "second"),
        ("20260307T152510Z", "2026-03-07 15:25:10", "second"),
        ("Sat, 07 Mar 2026 15:25:00 +0300", "2026-03-07 12:25:00", "minute"),
        ("2026-03-07T15:25:00Z", "2026-03-07 15:25:00", "minute"),
        ("2026-03-07T15:25:00.000+00:00", "2026-03-07 15:25:00", "minute"),
        ("2026-03-07T15:25:00.250+00:00", "2026-03-07 15:25:00", "second"),
        ("7 марта 2026, 19:19:00 МСК", "2026-03-07 16:19:00", "minute"),
    ],
)
def test_a_stamp_that_names_its_zone_keeps_it(text: str, utc: str, precision: str) -> None:
    assert read(text) == (utc, precision, True)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-07", "2026-03-06 21:00:00"),
        ("8th August, 2025", "2025-08-07 21:00:00"),
        ("7 марта 2026 года", "2026-03-06 21:00:00"),
        ("March 7", "2026-03-06 21:00:00"),
        ("31 декабря", "2025-12-30 21:00:00"),
        ("令和元年5月1日", "2019-04-30 21:00:00"),
        ("February 26, 1987", "1987-02-25 21:00:00"),
        ("17 MAG 2025", "2025-05-16 20:00:00"),
    ],
)
def test_a_day_alone_is_a_day(text: str, utc: str) -> None:
    found = read(text)
    assert found is not None
    assert found[1:] == ("day", False)
    # Moscow kept other hours in some of these years: the day is what counts
    assert abs(dt.datetime.fromisoformat(found[0]) - dt.datetime.fromisoformat(utc)) <= (
        dt.timedelta(hours=1)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Politics",
        "30000-03-07",
        "7 March 30000 is no year",
        "2026-13-45",
        "32 March 2026",
        "31 April 2026",
        "March 7, 2026 25:61",
        "99/99/9999",
        "0000-00-00T00:00:00",
        "19:19",
        "4-3",
        "1,234.56",
        "\x00\ud800",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    assert parse_stamp(text, tz=MOSCOW) is None


def test_a_day_without_a_year_needs_something_to_be_near_to() -> None:
    assert parse_stamp("7 March 19:19", tz=MOSCOW) is None
    january = dt.datetime(2027, 1, 1, 3, tzinfo=dt.UTC)
    stamp = parse_stamp("31 December 23:50", tz=dt.UTC, reference=january)
    assert stamp is not None
    assert stamp.at == dt.datetime(2026, 12, 31, 23, 50, tzinfo=dt.UTC)


def test_month_first_is_an_american_custom() -> None:
    us = parse_stamp("03/07/2026", tz=dt.UTC, month_first=True)
    uk = parse_stamp("03/07/2026", tz=dt.UTC)
    odd = parse_stamp("25/07/2026", tz=dt.UTC, month_first=True)
    assert us is not None
    assert uk is not None
    assert odd is not None
    assert [d.at.strftime("%m-%d") for d in (us, uk, odd)] == ["03-07", "07-03", "07-25"]


def test_a_short_name_means_what_it_means_in_its_language() -> None:
    # lip is July in Polish, lipanj is June in Croatian
    polish = parse_stamp("7 lip 2026", tz=dt.UTC, language="pl")
    croatian = parse_stamp("7. lip 2026.", tz=dt.UTC, language="hr")
    assert polish is not None
    assert croatian is not None
    assert (polish.at.month, croatian.at.month) == (7, 6)


def test_copy_in_one_language_on_a_site_in_another_is_read() -> None:
    assert read("March 7, 2026, 19:19", language="ru") == ("2026-03-07 16:19:00", "minute", False)
    assert read("7 марта 2026, 19:19", language="zh") == ("2026-03-07 16:19:00", "minute", False)


def test_the_wide_months_of_every_language_are_read_in_their_language() -> None:
    for code in LANGUAGES:
        names = Locale.parse(code).months["format"]["wide"]
        for number, name in names.items():
            if fold(str(name))[:1].isdigit() or "_" in code:
                continue
            stamp = parse_stamp(f"5 {name} 2026", tz=dt.UTC, language=code)
            assert stamp is not None, (code, name)
            assert (stamp.at.month, stamp.at.day) == (number, 5), (code, name)


@pytest.mark.parametrize(("agency_id", "hours"), [("pti", 5.5), ("tps", 2), ("pa", 1), (None, 5.5)])
def test_ist_is_the_agencys(agency_id: str | None, hours: float) -> None:
    found = published(
        [DateCandidate("stamp", "7 Mar 2026 09:00 IST")],
        agency=agency(agency_id) if agency_id else None,
        received_at=RECEIVED,
    )
    assert found.at == dt.datetime(2026, 3, 7, 9, tzinfo=dt.UTC) - dt.timedelta(hours=hours)


@pytest.mark.parametrize(("agency_id", "hours"), [("bss", 6), ("pa", 1)])
def test_bst_is_the_agencys(agency_id: str, hours: int) -> None:
    found = published(
        [DateCandidate("stamp", "7 Mar 2026 09:00 BST")],
        agency=agency(agency_id),
        received_at=RECEIVED,
    )
    assert found.at == dt.datetime(2026, 3, 7, 9 - hours, tzinfo=dt.UTC)


def test_cst_is_china_for_xinhua_and_chicago_for_others() -> None:
    stamp = [DateCandidate("stamp", "March 7, 2026 21:00 CST")]
    china = published(stamp, agency=agency("xinhua"), received_at=RECEIVED)
    us = published(stamp, agency=None, received_at=RECEIVED)
    assert china.at == dt.datetime(2026, 3, 7, 13, tzinfo=dt.UTC)
    assert us.at == dt.datetime(2026, 3, 8, 3, tzinfo=dt.UTC)


def take(
    *candidates: tuple[DateSource, str], agency_id: str = "tass"
) -> tuple[str, str, list[str]]:
    found = published(
        [DateCandidate(source, raw) for source, raw in candidates],
        agency=agency(agency_id),
        received_at=RECEIVED,
    )
    at = found.at.strftime("%d %H:%M") if found.at else ""
    return at, found.precision, list(found.warnings)


def test_the_feed_comes_first_where_they_agree() -> None:
    assert take(
        ("stamp", "March 7, 2026, 12:00"),
        ("jsonld", "2026-03-07T11:00:00Z"),
        ("feed", "Sat, 07 Mar 2026 10:00:00 GMT"),
    ) == ("07 10:00", "minute", [])


def test_a_feed_that_dates_everything_anew_is_outvoted() -> None:
    assert take(
        ("feed", "Sun, 08 Mar 2026 05:59:00 GMT"),
        ("jsonld", "2026-03-01T10:00:00Z"),
        ("meta", "2026-03-01T10:00:05Z"),
    ) == ("01 10:00", "minute", [])


def test_sources_that_all_differ_leave_the_first_and_a_warning() -> None:
    assert take(("feed", "Sun, 08 Mar 2026 05:59:00 GMT"), ("jsonld", "2026-03-01T10:00:00Z")) == (
        "08 05:59",
        "minute",
        ["dates-disagree"],
    )


def test_a_day_is_made_finer_by_a_stamp_of_that_day() -> None:
    assert take(("jsonld", "2026-03-07"), ("stamp", "7 марта 2026, 19:19")) == (
        "07 16:19",
        "minute",
        [],
    )


def test_the_url_only_tells_the_day() -> None:
    assert take(("url", "2026/03/07")) == ("06 21:00", "inferred", [])
    assert take(("url", "2026/03/07"), ("stamp", "7 марта 2026, 19:19"))[:2] == (
        "07 16:19",
        "minute",
    )


@pytest.mark.parametrize(
    ("raw", "warning"),
    [
        ("30000-01-01T00:00:00Z", "date-unreadable: feed"),
        ("Sat, 07 Mar 30000 10:00:00 GMT", "date-unreadable: feed"),
        ("Thu, 99 Foo 2026", "date-unreadable: feed"),
        ("2036-01-01T00:00:00Z", "date-future: feed"),
        ("1970-01-01T00:00:00Z", "date-epoch: feed"),
        ("0001-01-01T00:00:00Z", "date-too-old: feed"),
        ("0001-01-01T00:00:00+14:00", "date-unreadable: feed"),
        ("9999-12-31T23:59:59-12:00", "date-unreadable: feed"),
    ],
)
def test_a_time_that_cannot_be_is_refused_and_the_next_is_asked(raw: str, warning: str) -> None:
    assert take(("feed", raw)) == ("", "received", [warning])
    assert take(("feed", raw), ("meta", "2026-03-07T10:00:00Z")) == (
        "07 10:00",
        "minute",
        [warning],
    )


@pytest.mark.parametrize(("second", "precision"), [(5, "second"), (0, "minute")])
def test_a_moment_already_parsed_is_taken_as_it_is(second: int, precision: str) -> None:
    at = dt.datetime(2026, 3, 7, 10, 0, second, tzinfo=dt.UTC)
    found = published([DateCandidate("feed", at=at)], agency=None, received_at=RECEIVED)
    assert (found.at, found.precision) == (at, precision)


def test_nothing_said_is_received_without_a_warning() -> None:
    assert take(("feed", " "), ("stamp", "")) == ("", "received", [])


def test_a_feed_whose_clock_is_wrong_is_put_right_by_the_agencys_setting() -> None:
    shifted = agency("tass").model_copy(update={"feed_shift_hours": -3})
    found = published(
        [DateCandidate("feed", "Sat, 07 Mar 2026 10:00:00 GMT")],
        agency=shifted,
        received_at=RECEIVED,
    )
    assert found.at == dt.datetime(2026, 3, 7, 7, tzinfo=dt.UTC)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    stamp = parse_stamp(text, tz=MOSCOW, reference=RECEIVED)
    assert stamp is None or stamp.at.tzinfo is dt.UTC


@given(
    st.integers(min_value=7305 * 1440, max_value=23000 * 1440),
    st.sampled_from(["%d %B %Y %H:%M", "%B %d, %Y, %H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"]),
)
def test_what_was_printed_is_read_back(minutes: int, form: str) -> None:
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    stamp = parse_stamp(moment.strftime(form), tz=dt.UTC)
    assert stamp is not None
    assert stamp.at == moment
