"""docs/logging.md says what the code can say: no word less, no word more."""

import re

from prometheus_client import REGISTRY

from tests.docs.pages import ROOT
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


def test_every_metric_of_the_stages_is_listed() -> None:
    names = {
        metric.name for metric in REGISTRY.collect() if metric.name.startswith("wiredesk_stage")
    }

    assert {name.removesuffix("_total") for name in first_cells("Metrics")} == names
