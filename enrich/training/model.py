"""The tagger's network: a BERT encoder of six layers, shapes added to its input, one linear head.

Written out in plain torch, so that the weights have names we know and the export can lay out the
same graph for onnxruntime by hand. Training only.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from enrich.entities.features import LABELS, SHAPES

EPSILON: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Size:
    """The dimensions of the encoder (those of MiniLM-L6)."""

    vocabulary: int = 30_522
    positions: int = 512
    width: int = 384
    inner: int = 1_536
    heads: int = 12
    layers: int = 6


class Layer(nn.Module):
    """Self-attention and feed-forward, each with its residual and normalisation after it."""

    def __init__(self, size: Size, dropout: float) -> None:
        super().__init__()
        self.heads = size.heads
        self.qkv = nn.Linear(size.width, 3 * size.width)
        self.out = nn.Linear(size.width, size.width)
        self.norm1 = nn.LayerNorm(size.width, EPSILON)
        self.up = nn.Linear(size.width, size.inner)
        self.down = nn.Linear(size.inner, size.width)
        self.norm2 = nn.LayerNorm(size.width, EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """`hidden` is (batch, pieces, width); `mask` (batch, 1, 1, pieces) is true for pieces."""
        batch, length, width = hidden.shape
        split = self.qkv(hidden).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        hidden = self.norm1(hidden + self.dropout(self.out(mixed)))
        inner = self.down(functional.gelu(self.up(hidden)))
        result: Tensor = self.norm2(hidden + self.dropout(inner))
        return result


class Network(nn.Module):
    """Pieces and their shapes in, a score for each label out."""

    def __init__(self, size: Size, dropout: float = 0.1) -> None:
        super().__init__()
        self.size = size
        self.words = nn.Embedding(size.vocabulary, size.width)
        self.positions = nn.Embedding(size.positions, size.width)
        self.shapes = nn.Embedding(SHAPES, size.width)
        self.norm = nn.LayerNorm(size.width, EPSILON)
        self.layers = nn.ModuleList(Layer(size, dropout) for _ in range(size.layers))
        self.head = nn.Linear(size.width, len(LABELS))
        self.dropout = nn.Dropout(dropout)
        nn.init.normal_(self.shapes.weight, std=0.02)

    def forward(self, ids: Tensor, shapes: Tensor, mask: Tensor) -> Tensor:
        """All inputs are (batch, pieces); returns (batch, pieces, labels)."""
        places = torch.arange(ids.shape[1], device=ids.device)
        hidden = self.words(ids) + self.positions(places) + self.shapes(shapes)
        hidden = self.dropout(self.norm(hidden))
        wide = mask.bool()[:, None, None, :]
        for layer in self.layers:
            hidden = layer(hidden, wide)
        result: Tensor = self.head(self.dropout(hidden))
        return result

    def encoder_parameters(self) -> list[nn.Parameter]:
        """Those that come pre-trained and want a gentle rate."""
        fresh = {id(p) for p in self.fresh_parameters()}
        return [p for p in self.parameters() if id(p) not in fresh]

    def fresh_parameters(self) -> list[nn.Parameter]:
        """Those that start from nothing: shapes and head."""
        return [*self.shapes.parameters(), *self.head.parameters()]


def pretrained(path: Path, size: Size | None = None) -> Network:
    """Return the network with the encoder's weights of the safetensors file at `path`."""
    size = size or Size()
    network = Network(size)
    weights = load_file(str(path))
    state = network.state_dict()
    names = {
        "words.weight": "embeddings.word_embeddings.weight",
        "positions.weight": "embeddings.position_embeddings.weight",
        "norm.weight": "embeddings.LayerNorm.weight",
        "norm.bias": "embeddings.LayerNorm.bias",
    }
    for ours, theirs in names.items():
        state[ours] = weights[theirs]
    # every text is of one segment: its embedding is a constant, folded into the positions
    state["positions.weight"] = (
        state["positions.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    )
    for number in range(size.layers):
        state.update(_layer(weights, number))
    network.load_state_dict(state)
    return network


def _layer(weights: dict[str, Tensor], number: int) -> dict[str, Tensor]:
    theirs, ours = f"encoder.layer.{number}", f"layers.{number}"
    found: dict[str, Tensor] = {}
    for kind in ("weight", "bias"):
        parts = [weights[f"{theirs}.attention.self.{n}.{kind}"] for n in ("query", "key", "value")]
        found[f"{ours}.qkv.{kind}"] = torch.cat(parts)
        found[f"{ours}.out.{kind}"] = weights[f"{theirs}.attention.output.dense.{kind}"]
        found[f"{ours}.norm1.{kind}"] = weights[f"{theirs}.attention.output.LayerNorm.{kind}"]
        found[f"{ours}.up.{kind}"] = weights[f"{theirs}.intermediate.dense.{kind}"]
        found[f"{ours}.down.{kind}"] = weights[f"{theirs}.output.dense.{kind}"]
        found[f"{ours}.norm2.{kind}"] = weights[f"{theirs}.output.LayerNorm.{kind}"]
    return found
