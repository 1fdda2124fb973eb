"""docs/architecture.md names the topics as they are made."""

import re

from tests.docs.pages import ROOT
from wire.topics import Topics

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| (wire\.[^|]+) \|[^|]+\|[^|]+\| (\d+) \| ([^|]+) \|$", re.MULTILINE)
DAY_MS = 86_400_000


def test_topics_with_their_partitions_and_how_long_they_keep() -> None:
    told = {
        name: (int(partitions), kept)
        for names, partitions, kept in _ROW.findall(PAGE)
        for name in names.split(", ")
    }

    made = {topic.name: (topic.partitions, kept(dict(topic.configs))) for topic in Topics().specs()}
    assert told == made


def kept(configs: dict[str, str]) -> str:
    if configs["cleanup.policy"] == "compact":
        return "compacted"
    return f"{int(configs['retention.ms']) // DAY_MS} days"
