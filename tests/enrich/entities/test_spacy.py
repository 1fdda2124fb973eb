"""Real spaCy pipelines, installed as packages, behind the tagger's protocol."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import spacy

from enrich.entities.spacy import SpacyTagger
from enrich.entities.tagger import Span
from enrich.request import try_entities
from enrich.worker import tagger
from wire.errors import Fatal

ENGLISH = {"Ana Kos": "PERSON", "Kosovo Force": "ORG", "Belgrade": "GPE", "Tuesday": "DATE"}
GERMAN = {"Ana Kos": "PER", "Belgrad": "LOC", "Weserfähre": "MISC"}


def install(folder: Path, language: str, names: Mapping[str, str]) -> str:
    """Make a package of a pipeline that knows these names, as `spacy package` does."""
    pipeline = spacy.blank(language, meta={"name": "wire_names", "version": "1.2"})
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": name} for name, label in names.items()])  # type: ignore[attr-defined]
    name = f"{language}_wire_names"
    (folder / name).mkdir()
    pipeline.to_disk(folder / name / f"{name}-1.2")
    (folder / name / "meta.json").write_text((folder / name / f"{name}-1.2/meta.json").read_text())
    (folder / name / "__init__.py").write_text(
        "from pathlib import Path\n"
        "from spacy.util import load_model_from_init_py\n"
        "def load(**overrides):\n"
        "    return load_model_from_init_py(__file__, **overrides)\n"
    )
    (folder / f"{name}-1.2.dist-info").mkdir()
    (folder / f"{name}-1.2.dist-info" / "METADATA").write_text(f"Name: {name}\nVersion: 1.2\n")
    return name


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two pipelines on the path, by their names."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return ",".join(install(tmp_path, *one) for one in (("en", ENGLISH), ("de", GERMAN)))


def test_each_text_is_read_by_the_pipeline_of_its_language(installed: str) -> None:
    texts = ["Ana Kos left Belgrade on Tuesday.", "Ana Kos kam nach Belgrad.", "Ana Kos, Belgrade"]
    english, german, unknown = SpacyTagger(installed).tag(texts, ["en", "de", None])

    # a date is no name
    assert english == [Span(0, 7, "PER", 0.9), Span(13, 21, "LOC", 0.9)]
    assert german == [Span(0, 7, "PER", 0.9), Span(17, 24, "LOC", 0.9)]
    assert [span.label for span in unknown] == ["PER", "LOC"], "the first one takes the rest"


def test_the_setting_names_it_and_the_desks_rules_lie_over_it(installed: str) -> None:
    chosen = tagger(installed)
    assert chosen.version == "spacy:en_wire_names-1.2+spacy:de_wire_names-1.2"

    text = "BELGRADE - Ana Kos met the Kosovo Force (KFOR). Kos thanked KFOR."
    told = try_entities({"text": text, "language": "en"}, chosen)["entities"]
    assert {(e["text"], e["label"]) for e in told} >= {("Kos", "PER"), ("KFOR", "ORG")}
    assert len({e["entity_id"] for e in told if e["label"] == "PER"}) == 1


def test_a_pipeline_that_is_not_installed_is_said() -> None:
    with pytest.raises(Fatal, match="'xx_nobody' can't be loaded"):
        tagger("xx_nobody")
