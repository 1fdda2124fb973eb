import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.entities.features import LABELS
from enrich.entities.trained import MODEL, TrainedTagger, best_path
from wire.errors import Fatal

NUMBERS = st.floats(-5, 5, allow_nan=False, width=32)


@pytest.fixture(scope="module")
def shipped() -> TrainedTagger:
    return TrainedTagger()


def tagged(shipped: TrainedTagger, text: str) -> list[str]:
    return [f"{s.label} {text[s.start : s.end]}" for s in shipped.tag([text], ["en"])[0]]


def test_a_plain_sentence_is_read(shipped: TrainedTagger) -> None:
    text = "Prime Minister Ilinca Dobrescu flew to Bucharest, the European Commission said."

    assert tagged(shipped, text) == [
        "PER Ilinca Dobrescu",
        "LOC Bucharest",
        "ORG European Commission",
    ]


def test_a_batch_gives_what_its_texts_give_alone(shipped: TrainedTagger) -> None:
    texts = [
        "Ana Kos left Lima on Monday.",
        "",
        "He said nothing.",
        "The High Court in Nairobi ruled. Justice Wanjiru Kamau wrote it. " * 8,
        "пресс-секретарь Ирина Воронцова прилетела в Багдад",
    ]

    alone = [shipped.tag([text], [None])[0] for text in texts]

    for together, single in zip(shipped.tag(texts, [None] * len(texts)), alone, strict=True):
        assert [(s.start, s.end, s.label) for s in together] == [
            (s.start, s.end, s.label) for s in single
        ]


def test_a_sentence_longer_than_the_models_reach_is_read_to_its_end(
    shipped: TrainedTagger,
) -> None:
    text = "they said that " * 400 + "Prime Minister Ilinca Dobrescu flew to Bucharest."

    assert tagged(shipped, text)[-2:] == ["PER Ilinca Dobrescu", "LOC Bucharest"]


def test_text_without_a_name_costs_nothing_and_gives_nothing(shipped: TrainedTagger) -> None:
    assert shipped.tag(["The rain fell.", "“He left,” police said. 3.5 percent."], ["en"] * 2) == [
        [],
        [],
    ]


@pytest.mark.parametrize(
    "text", ["\u200d", "￼", "é" * 50, "a\u0301" * 30, "\n\n", "🌊" * 40, "科" * 700]
)
def test_odd_texts_are_no_error(shipped: TrainedTagger, text: str) -> None:
    for span in shipped.tag([text + " X"], [None])[0]:
        assert 0 <= span.start < span.end <= len(text) + 2


def test_a_missing_model_and_one_of_other_features_are_fatal(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="make train"):
        TrainedTagger(tmp_path)
    card = json.loads((MODEL / "model.json").read_text("utf-8"))
    shutil.copy(MODEL / "tokenizer.json", tmp_path)
    (tmp_path / "model.json").write_text(json.dumps({**card, "features": -1}), "utf-8")
    with pytest.raises(Fatal, match="other features"):
        TrainedTagger(tmp_path)


def test_the_model_is_the_one_its_card_speaks_of_and_small_enough() -> None:
    card = json.loads((MODEL / "model.json").read_text("utf-8"))
    data = (MODEL / "tagger.onnx").read_bytes()

    assert hashlib.sha256(data).hexdigest() == card["sha256"]
    assert sum(file.stat().st_size for file in MODEL.glob("t*")) < 30 * 10**6


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.lists(
            st.lists(NUMBERS, min_size=len(LABELS), max_size=len(LABELS)), min_size=n, max_size=n
        )
    )
)
def test_the_best_path_obeys_b_and_i_and_none_is_better(rows: list[list[float]]) -> None:
    logs = np.array(rows, np.float32)
    path = best_path(logs)

    for before, label in zip([0, *path], path, strict=False):
        if LABELS[label].startswith("I-"):
            assert LABELS[before][2:] == LABELS[label][2:]
    if not any(LABELS[label].startswith("I-") for label in logs.argmax(-1)):
        assert path == logs.argmax(-1).tolist()
