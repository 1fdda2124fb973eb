"""The training itself: batches by length, two rates, warm-up and decay. Seeded, on the CPU.

The same data, seed and thread count give the same weights on the same machine.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from enrich.entities.features import LABELS
from enrich.training.data import Piece, windows
from enrich.training.model import Network

# Labels that a set without MISC can't speak against.
_OPEN: Final = [0, LABELS.index("B-MISC"), LABELS.index("I-MISC")]
# Shapes (doubled): a lower-case word, a capitalised one, one in capitals.
_LOWER, _TITLE, _UPPER = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a training run is: everything that its outcome depends on beside the data."""

    epochs: int = 3
    batch: int = 24
    encoder_rate: float = 6e-5
    fresh_rate: float = 1e-3
    warm_up: float = 0.1
    # windows printed all in capitals, and in title case: headlines
    capitals: float = 0.04
    titles: float = 0.06
    seed: int = 20_26


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one step, (batch, pieces) each; `misc` is (batch,)."""

    ids: Tensor
    shapes: Tensor
    mask: Tensor
    tags: Tensor
    misc: Tensor


def fit(
    network: Network,
    documents: Sequence[Sequence[Piece]],
    marks: tuple[int, int],
    recipe: Recipe,
    say: Callable[[str], None],
) -> Iterator[int]:
    """Train `network` in place on the documents; `marks` are the ids of [CLS] and [SEP].

    Yields the number of each epoch, counted from 1, when it is through and the weights can be kept.
    """
    chance = random.Random(recipe.seed)
    torch.manual_seed(recipe.seed)
    optimiser = torch.optim.AdamW(
        [
            {"params": network.encoder_parameters(), "lr": recipe.encoder_rate},
            {"params": network.fresh_parameters(), "lr": recipe.fresh_rate},
        ],
        weight_decay=0.01,
        # one pass over the weights where the plain one makes ten
        fused=True,
    )
    epochs = [list(_batches(documents, marks, recipe, chance)) for _ in range(recipe.epochs)]
    steps = sum(len(epoch) for epoch in epochs)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: _rate(step, steps, recipe.warm_up)
    )
    network.train()
    started, done = time.monotonic(), 0
    for number, epoch in enumerate(epochs, 1):
        total = 0.0
        for batch in epoch:
            # halves the time on a CPU that multiplies such numbers, costs nothing measurable
            with torch.autocast("cpu", torch.bfloat16):
                scores = network(batch.ids, batch.shapes, batch.mask)
            loss = _loss(scores.float(), batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own stub lacks it
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
            done += 1
            if done % 50 == 0:
                say(f"step {done} of {steps}, {time.monotonic() - started:.0f} s")
        say(f"epoch {number}: loss {total / len(epoch):.4f}")
        yield number
    network.eval()


def _rate(step: int, steps: int, warm_up: float) -> float:
    begin = steps * warm_up
    return (step + 1) / begin if step < begin else max(0.0, (steps - step) / (steps - begin))


def _loss(scores: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy; where a set knows no MISC, a plain word may be plain or MISC."""
    logs = functional.log_softmax(scores, dim=-1)
    wanted = batch.tags.clamp(min=0)
    taken = logs.gather(-1, wanted.unsqueeze(-1)).squeeze(-1)
    either = torch.logsumexp(logs[..., _OPEN], dim=-1)
    open_ended = (wanted == 0) & ~batch.misc[:, None]
    told = torch.where(open_ended, either, taken)
    known = batch.tags >= 0
    return -(told * known).sum() / known.sum()


def _batches(
    documents: Sequence[Sequence[Piece]],
    marks: tuple[int, int],
    recipe: Recipe,
    chance: random.Random,
) -> Iterator[Batch]:
    """Windows of like length together, the batches in an order of chance."""
    made = windows(documents, chance)
    chance.shuffle(made)
    made.sort(key=lambda window: sum(len(p.ids) for p in window) // 8)
    groups = [made[n : n + recipe.batch] for n in range(0, len(made), recipe.batch)]
    chance.shuffle(groups)
    for group in groups:
        yield _tensors(group, marks, recipe, chance)


def _tensors(
    group: Sequence[Sequence[Piece]],
    marks: tuple[int, int],
    recipe: Recipe,
    chance: random.Random,
) -> Batch:
    # the encoder has 512 positions; two are the marks'
    rows = [_row(window, recipe, chance) for window in group]
    length = min(510, max(len(ids) for ids, _, _ in rows)) + 2
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    shapes, mask = torch.zeros_like(ids), torch.zeros_like(ids)
    tags = torch.full_like(ids, -1)
    for number, (row_ids, row_shapes, row_tags) in enumerate(rows):
        size = min(510, len(row_ids))
        ids[number, : size + 2] = torch.tensor([marks[0], *row_ids[:size], marks[1]])
        shapes[number, 1 : size + 1] = torch.tensor(row_shapes[:size])
        tags[number, 1 : size + 1] = torch.tensor(row_tags[:size])
        mask[number, : size + 2] = 1
    misc = torch.tensor([window[0].misc for window in group])
    return Batch(ids, shapes, mask, tags, misc)


def _row(
    window: Sequence[Piece], recipe: Recipe, chance: random.Random
) -> tuple[list[int], list[int], list[int]]:
    ids = [i for piece in window for i in piece.ids]
    shapes = [s for piece in window for s in piece.shapes]
    tags = [t for piece in window for t in piece.tags]
    dice = chance.random()
    if dice < recipe.capitals:
        shapes = [_UPPER * 2 + s % 2 if s // 2 in (_LOWER, _TITLE) else s for s in shapes]
    elif dice < recipe.capitals + recipe.titles:
        shapes = [_TITLE * 2 + s % 2 if s // 2 == _LOWER else s for s in shapes]
    return ids, shapes, tags
