"""The trained network as an ONNX file of 8-bit integers, laid out by hand with fused operators.

onnxruntime's own operators (Attention, Gelu) are named outright, so that
the graph does not depend on what an exporter emits or an optimiser recognises. Weights become int8
for each output channel; activations are quantised as they come (dynamically), embeddings are rows
of int8 that are widened when looked up.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from enrich.entities.features import LABELS
from enrich.training.model import EPSILON, Network

_CONTRIB: Final = "com.microsoft"
Array = NDArray[Any]


class _Graph:
    """Collects nodes and weights; each method returns the name of what it makes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, name: str, value: Array) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **more: Any) -> str:
        self.nodes.append(
            helper.make_node(kind, inputs, [output], name=output, domain=domain, **more)
        )
        return output

    def linear(self, name: str, source: str, weight: Array, bias: Array) -> str:
        product = self.node(
            "MatMul", [source, self.weight(f"{name}.w", weight.T)], f"{name}.product"
        )
        return self.node("Add", [product, self.weight(f"{name}.b", bias)], name)


def build(network: Network) -> onnx.ModelProto:
    """Return the network as a graph: ids, shapes, mask (int64 and int32) in, scores out."""
    graph = _Graph()
    state = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    hidden = _embeddings(graph, state)
    for number in range(network.size.layers):
        hidden = _layer(graph, state, number, hidden, network.size.heads)
    graph.linear("scores", hidden, state["head.weight"], state["head.bias"])
    axes = ["batch", "pieces"]
    made = helper.make_graph(
        graph.nodes,
        "tagger",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, axes),
            helper.make_tensor_value_info("shapes", TensorProto.INT64, axes),
            helper.make_tensor_value_info("mask", TensorProto.INT32, axes),
        ],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [*axes, len(LABELS)])],
        graph.weights,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_CONTRIB, 1)]
    # the oldest format that carries this operator set: any onnxruntime of the last years reads it
    return helper.make_model(made, opset_imports=opsets, ir_version=8)


def _embeddings(graph: _Graph, state: dict[str, Array]) -> str:
    words = graph.node("Gather", [graph.weight("words", state["words.weight"]), "ids"], "of_words")
    shapes = graph.node(
        "Gather", [graph.weight("forms", state["shapes.weight"]), "shapes"], "of_shapes"
    )
    size = graph.node("Shape", ["ids"], "size", start=1, end=2)
    zero = graph.weight("zero", np.array([0], np.int64))
    places = graph.node(
        "Slice", [graph.weight("places", state["positions.weight"]), zero, size], "of_places"
    )
    total = graph.node("Add", [words, shapes], "words_and_shapes")
    total = graph.node("Add", [total, places], "summed")
    scale = graph.weight("norm.scale", state["norm.weight"])
    shift = graph.weight("norm.shift", state["norm.bias"])
    return graph.node("LayerNormalization", [total, scale, shift], "embedded", epsilon=EPSILON)


def _layer(graph: _Graph, state: dict[str, Array], number: int, hidden: str, heads: int) -> str:
    at = f"layers.{number}"

    def of(name: str) -> Array:
        return state[f"{at}.{name}"]

    mixed = graph.node(
        "Attention",
        [
            hidden,
            graph.weight(f"{at}.qkv.w", of("qkv.weight").T),
            graph.weight(f"{at}.qkv.b", of("qkv.bias")),
            "mask",
        ],
        f"{at}.mixed",
        _CONTRIB,
        num_heads=heads,
    )
    out = graph.linear(f"{at}.out", mixed, of("out.weight"), of("out.bias"))
    hidden = _normalised(graph, state, f"{at}.norm1", out, hidden)
    up = graph.linear(f"{at}.up", hidden, of("up.weight"), of("up.bias"))
    inner = graph.node("Gelu", [up], f"{at}.gelu", _CONTRIB)
    down = graph.linear(f"{at}.down", inner, of("down.weight"), of("down.bias"))
    return _normalised(graph, state, f"{at}.norm2", down, hidden)


def _normalised(graph: _Graph, state: dict[str, Array], name: str, one: str, other: str) -> str:
    """Normalise a sum. The operator that does both at once takes five times as long as the two."""
    total = graph.node("Add", [one, other], f"{name}.sum")
    scale = graph.weight(f"{name}.scale", state[f"{name}.weight"])
    shift = graph.weight(f"{name}.shift", state[f"{name}.bias"])
    return graph.node("LayerNormalization", [total, scale, shift], name, epsilon=EPSILON)


def export(network: Network, path: Path) -> None:
    """Write the network to `path` in 8-bit integers."""
    with TemporaryDirectory() as folder:
        plain = Path(folder, "plain.onnx")
        onnx.save(build(network), str(plain))
        quantize_dynamic(
            plain,
            path,
            per_channel=True,
            # the full range overflows 16-bit sums on CPUs without VNNI
            reduce_range=False,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Attention", "Gather"],
            # onnx infers no types through onnxruntime's own operators
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
