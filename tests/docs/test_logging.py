"""docs/logging.md says what the code can say: no word less, no word more."""

import re

from tests.docs.pages import ROOT
from tests.operations.metrics import metric_names
from wire.telemetry import FIELDS, OUTCOMES

PAGE = (ROOT / "docs" / "logging.md").read_text(encoding="utf-8")


def first_cells(heading: str) -> list[str]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE)
    return [row for row in rows if row != "---"][1:]


def test_fields_in_their_order() -> None:
    assert first_cells("Fields") == list(FIELDS)


def test_outcomes_in_their_order() -> None:
    assert first_cells("Outcomes") == list(OUTCOMES)


def test_every_metric_is_listed() -> None:
    assert first_cells("Metrics") == metric_names()
