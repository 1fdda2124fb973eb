"""Exports of what the writer stored: each format holds the same articles, and nothing withdrawn."""

import csv
import datetime as dt
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from store.exports.formats import Format, write
from store.exports.selection import Filters, Record, UnknownEntityError, select
from store.writer import Writer
from tests.store.exports.ninjs_rules import violations
from tests.store.stories import NOW, at, entity, mention, rows, story_id, tagged
from wire.messages import Dateline

NAMES = {"tass": "TASS", "afp": "Agence France-Presse"}
EVERY: tuple[Format, ...] = ("jsonl", "csv", "parquet", "ninjs")


def exported(engine: sa.Engine, format_: Format = "jsonl", **filters: Any) -> bytes:
    out = io.BytesIO()
    with select(engine, Filters(**filters)) as selection:
        write(selection, format_, out, lambda agency: NAMES[agency])
    return out.getvalue()


def lines(exported: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported.splitlines()]


def ids(engine: sa.Engine, **filters: Any) -> list[str]:
    return [line["id"] for line in lines(exported(engine, **filters))]


def of(*names: str) -> list[str]:
    return [str(story_id(name)) for name in names]


@pytest.fixture
def archive(writer: Writer) -> None:
    """Three stories of two agencies, and one that was killed."""
    paris = Dateline(raw="PARIS, Nov 22 (AFP)", place="PARIS", name="Paris", country="FR")
    kosovo = entity("Kosovo", "LOC", country="XK", lat=42.6, lon=20.9, aliases=("Kosova",))
    writer.write(
        [
            tagged("one", keywords=("talks",), byline="Ana", slug="talks", section="World"),
            tagged(
                "two",
                agency="afp",
                language="fr",
                dateline=paris,
                published_at=at(-1440),
                headline='=HYPERLINK("x")',
                mentions=(mention("Kosovo", 3, label="LOC"), mention("Ana Kos", 22)),
                entities=(kosovo, entity("Ana Kos")),
                signals={"kind": "correction", "urgency": 3, "genre": "analysis"},
            ),
            tagged("three", published_at=None, published_precision="received"),
            tagged("killed", text="secret"),
        ]
    )
    kill = {"kind": "kill", "pub_status": "canceled"}
    writer.write([tagged("killed", text="secret kill", minutes=5, signals=kill)])


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("format_", EVERY)
def test_what_was_killed_is_in_no_export(engine: sa.Engine, format_: Format) -> None:
    told = exported(engine, format_)
    if format_ == "parquet":
        assert pq.read_table(io.BytesIO(told)).num_rows == 3
    else:
        assert b"secret" not in told
        assert str(story_id("killed")).encode() not in told


@pytest.mark.usefixtures("archive")
def test_json_lines_have_the_columns_of_the_view_and_the_entities(engine: sa.Engine) -> None:
    (line,) = lines(exported(engine, agencies=("afp",)))
    (row,) = rows(engine, "SELECT * FROM wire.articles WHERE agency = 'afp'")
    assert set(line) == set(row) - {"tsv"} | {"entities"}
    assert line["published_at"] == "2026-11-22T12:00:00+00:00"
    assert [(e["name"], e["label"], e["mentions"]) for e in line["entities"]] == [
        ("Ana Kos", "PER", 1),
        ("Kosovo", "LOC", 1),
    ]


@pytest.mark.usefixtures("archive")
def test_csv_says_the_same_with_cells_that_are_no_formulas(engine: sa.Engine) -> None:
    told = csv.DictReader(io.StringIO(exported(engine, "csv").decode(), newline=""))
    found = {row["id"]: row for row in told}
    assert sorted(found) == sorted(of("one", "two", "three"))
    two = found[str(story_id("two"))]
    assert two["headline"] == '\'=HYPERLINK("x")'
    assert json.loads(two["entities"])[1]["country"] == "XK"
    assert two["body"].count("\n") == 3


@pytest.mark.usefixtures("archive")
def test_parquet_has_types(engine: sa.Engine) -> None:
    table = pq.read_table(io.BytesIO(exported(engine, "parquet")))
    types = {field.name: str(field.type) for field in table.schema}
    assert types["published_at"] == "timestamp[us, tz=UTC]"
    assert (types["urgency"], types["is_latest"], types["dateline_lat"]) == (
        "int32",
        "bool",
        "double",
    )
    found = {row["id"]: row for row in table.to_pylist()}
    assert found[str(story_id("one"))]["keywords"] == ["talks"]
    assert found[str(story_id("two"))]["entities"][1]["lat"] == 42.6
    assert json.loads(found[str(story_id("one"))]["rights"]) == {
        "store": "full",
        "keep_days": None,
        "terms_url": None,
    }


@pytest.mark.usefixtures("archive")
def test_ninjs_keeps_its_rules(engine: sa.Engine) -> None:
    items = lines(exported(engine, "ninjs"))
    assert [violations(item) for item in items] == [[], [], []]
    (two,) = [item for item in items if item["uri"] == f"urn:uuid:{story_id('two')}"]
    assert two["headlines"] == [
        {"role": "main", "contentType": "text/plain", "value": '=HYPERLINK("x")'}
    ]
    assert two["infoSources"] == [{"name": "Agence France-Presse", "literal": "afp"}]
    assert [person["name"] for person in two["people"]] == ["Ana Kos"]
    assert two["places"][0]["geoJSON"] == {"type": "Point", "coordinates": [20.9, 42.6]}
    assert (two["located"], two["urgency"], two["edNote"]) == ("Paris", 3, "Correction")
    assert two["genres"] == [{"name": "analysis"}]
    assert two["bodies"][0]["charCount"] == len(two["bodies"][0]["value"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"uri": "no uri"}, "uri: is no URI"),
        ({"urgency": 0}, "urgency: is out of range"),
        ({"versionCreated": "2026-11-23T12:00:00"}, "versionCreated: has no zone"),
        ({"dateline": "BELGRADE"}, "dateline: is no property of ninjs 3.0"),
        ({"people": [{"id": "1"}]}, "people: 0 id: is no property of ninjs 3.0"),
        ({"bodies": [{"role": "main"}]}, "bodies: 0 value: is required"),
        ({"pubStatus": "killed"}, "pubStatus: is none of usable, withheld, canceled"),
    ],
)
def test_the_rules_refuse_what_breaks_them(change: dict[str, Any], problem: str) -> None:
    assert violations({"uri": "urn:x:1"} | change) == [problem]


# --- filters


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["one", "three", "two"]),
        ({"agencies": ("afp",)}, ["two"]),
        ({"agencies": ("afp", "tass"), "languages": ("en",)}, ["one", "three"]),
        ({"countries": ("FR", "DE")}, ["two"]),
        ({"focus_countries": ("RS",), "languages": ("fr",)}, ["two"]),
        ({"entities": ("Kosovo",)}, ["two"]),
        ({"entities": ("Kosova", "Ana Kos")}, ["one", "three", "two"]),
        ({"since": at(0)}, ["one", "three"]),
        ({"until": at(0)}, ["two"]),
        ({"since": NOW + dt.timedelta(days=1)}, []),
    ],
)
def test_filters_choose(engine: sa.Engine, filters: dict[str, Any], expected: list[str]) -> None:
    assert sorted(ids(engine, **filters)) == sorted(of(*expected))


@pytest.mark.usefixtures("archive")
def test_an_entity_may_be_given_by_its_id(engine: sa.Engine) -> None:
    assert ids(engine, entities=(str(entity("Kosovo", "LOC").id),)) == of("two")


@pytest.mark.usefixtures("archive")
def test_a_merged_entity_is_the_one_it_became(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE wire_data.entities SET merged_into = :into WHERE name = 'Kosovo'"),
            {"into": entity("Ana Kos").id},
        )
    assert sorted(ids(engine, entities=("Kosovo",))) == sorted(of("one", "two", "three"))


@pytest.mark.usefixtures("archive")
def test_a_name_that_means_nobody_or_several_is_refused(engine: sa.Engine, writer: Writer) -> None:
    with pytest.raises(UnknownEntityError, match="no entity is Nobody"):
        exported(engine, entities=("Nobody",))
    namesake = entity("Ana Kos", "ORG")
    writer.write(
        [tagged("four", mentions=(mention("Ana Kos", 22, label="ORG"),), entities=(namesake,))]
    )
    with pytest.raises(UnknownEntityError, match="2 entities are called Ana Kos"):
        exported(engine, entities=("Ana Kos",))


# --- as it stands


def test_what_is_killed_while_an_export_runs_is_not_in_it(
    engine: sa.Engine, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.exports.selection._BATCH", 2)
    writer.write([tagged(str(number)) for number in range(6)])
    kill = {"kind": "kill", "pub_status": "canceled"}
    last = max(rows(engine, "SELECT id FROM wire.articles"), key=lambda row: row["id"])["id"]
    name = next(str(number) for number in range(6) if story_id(str(number)) == last)
    found: list[Record] = []
    with select(engine, Filters()) as selection:
        for record in selection.records():
            if not found:
                writer.write([tagged(name, text="K", minutes=5, signals=kill)])
            found.append(record)
    assert len(found) == 5
    assert last not in {record["id"] for record in found}


def test_an_export_reads_as_the_reader_alone_may(engine: sa.Engine, writer: Writer) -> None:
    with select(engine, Filters()) as selection:
        connection = selection._connection
        assert connection.scalar(sa.text("SELECT current_user")) == "wire_reader"
        assert connection.scalar(sa.text("SHOW transaction_read_only")) == "on"
