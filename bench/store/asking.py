"""The questions of docs/queries.md on an archive, as `wire_reader`, and how long each takes warm.

The page's constants are those of the sample wire; here stand ones of the archive that touch as many
rows as an analyst's would: its second largest agency, a country, a person's dozen, a rare pair of
words.
"""

import re
import time
from statistics import median
from typing import Final

import psycopg

from bench.store.stories import NOW
from desk.freshness.queries import PAGE, statements
from store.roles import READER

# Warm: the first answer is thrown away, the median of the others counts.
_TIMES: Final = 5

# What the page names, and what the archive has in its place; its last whole week is the page's.
_INSTEAD: Final = (
    ("'reuters'", "'archive-2'"),
    ("2026-10-05", "2026-11-09"),
    ("2026-10-12", "2026-11-16"),
    ("2026-10-19", "2026-11-23"),
    ("2026-11-02", "2026-12-07"),
    ("seq > 0", "seq > (select max(seq) - 1000 from wire.changes)"),
)

# A place that some two thousand stories of two million name, as a smaller country is.
_PLACE: Final = """
SELECT name FROM wire_data.entities WHERE label = 'LOC' AND article_count <= %(most)s
ORDER BY article_count DESC, nr LIMIT 1
"""
# Two words, each of which stands in one text of some four thousand.
_WORDS: Final = """
SELECT word FROM ts_stat('SELECT tsv FROM wire_data.article_versions TABLESAMPLE SYSTEM (0.2)
  REPEATABLE (1)')
WHERE ndoc = 1 AND length(word) > 4 ORDER BY word LIMIT 2
"""
_YEAR: Final = """
SELECT date_trunc('week', published_at)::date AS week, agency, count(*) AS stories
FROM wire.articles WHERE published_at >= %(since)s
GROUP BY date_trunc('week', published_at), agency ORDER BY 1, 3 DESC
"""


def ask(url: str) -> list[tuple[str, float, int]]:
    """Ask every question; return its heading, the milliseconds it takes and its rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        instead = dict(_INSTEAD) | _chosen(connection)
        connection.execute(f"SET ROLE {READER}".encode())
        page = statements(PAGE.read_text(encoding="utf-8"))
        asked = [(heading, _put(sql, instead)) for heading, sql in page.items()]
        year = NOW.replace(year=NOW.year - 1)
        asked.append(("Every agency by week, for a year", _YEAR % {"since": f"'{year}'"}))
        return [(heading, *_timed(connection, sql)) for heading, sql in asked]


def _chosen(connection: psycopg.Connection) -> dict[str, str]:
    place = connection.execute(_PLACE, {"most": 2_500}).fetchone()
    words = [row[0] for row in connection.execute(_WORDS).fetchall()]
    assert place is not None
    assert len(words) == 2
    return {
        "'Chile'": f"'{place[0]}'",
        "'ferries or \"salt flats\" -glacier'": f"'{words[0]} or {words[1]}'",
    }


def _put(statement: str, instead: dict[str, str]) -> str:
    found = re.compile("|".join(re.escape(name) for name in instead))
    return found.sub(lambda match: instead[match[0]], statement)


def _timed(connection: psycopg.Connection, statement: str) -> tuple[float, int]:
    taken = []
    rows = 0
    for _ in range(_TIMES + 1):
        begun = time.perf_counter()
        rows = len(connection.execute(statement.encode()).fetchall())
        taken.append(1000 * (time.perf_counter() - begun))
    return median(taken[1:]), rows
