import json
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file as save_numpy

from app.core import checkpoints
from app.core.checkpoints import Checkpoint, read_checkpoint, read_weights, save_checkpoint, save_weights
from app.core.errors import InvalidValue

EXPECTED = {"conv.weight": (2, 3, 3, 3), "conv.bias": (2,)}


def tensors() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(shape, generator=generator) for name, shape in EXPECTED.items()}


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def with_header(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    save_weights(tmp_path / "w", tensors())

    found = read_weights(tmp_path / "w", EXPECTED)

    assert all(torch.equal(found[name], tensor) for name, tensor in tensors().items())
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_numpys_safetensors_are_read(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    save_numpy({"a": values}, tmp_path / "w")

    found = read_weights(tmp_path / "w", {"a": (2, 3)})

    np.testing.assert_array_equal(found["a"].numpy(), values)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_short_numbers_become_float32(dtype: torch.dtype, tmp_path: Path) -> None:
    save_weights(tmp_path / "w", {"a": torch.tensor([0.5, -2.0]).to(dtype)})

    found = read_weights(tmp_path / "w")["a"]

    assert found.dtype == torch.float32
    assert found.tolist() == [0.5, -2.0]


def test_channels_last_weights_and_counts_survive(tmp_path: Path) -> None:
    weight = torch.randn(4, 3, 2, 2).to(memory_format=torch.channels_last)
    save_weights(tmp_path / "w", {"a": weight, "n": torch.tensor(7)})

    found = read_weights(tmp_path / "w", {"a": (4, 3, 2, 2), "n": ()})

    assert torch.equal(found["a"], weight)
    assert int(found["n"]) == 7


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.float64])
def test_numbers_that_are_not_finite_are_refused(value: float, dtype: torch.dtype, tmp_path: Path) -> None:
    save_weights(tmp_path / "w", {"a": torch.tensor([1.0, value]).to(dtype)})

    with pytest.raises(InvalidValue, match="not finite"):
        read_weights(tmp_path / "w")


@pytest.mark.parametrize(
    "expected",
    [
        {"conv.weight": (2, 3, 3, 3)},
        {**EXPECTED, "dense.weight": (1,)},
        {"conv.weight": (2, 3, 3, 3), "conv.offset": (2,)},
        {**EXPECTED, "conv.bias": (3,)},
        {**EXPECTED, "conv.bias": (2, 1)},
    ],
)
def test_other_names_and_shapes_are_refused(expected: dict[str, tuple[int, ...]], tmp_path: Path) -> None:
    save_weights(tmp_path / "w", tensors())

    with pytest.raises(InvalidValue) as refusal:
        read_weights(tmp_path / "w", expected)

    assert refusal.value.field == "weights"


def test_every_place_to_cut_a_file_off_is_noticed(tmp_path: Path) -> None:
    save_weights(tmp_path / "w", {"a": torch.arange(4.0)})
    whole = (tmp_path / "w").read_bytes()

    for length in range(len(whole)):
        with pytest.raises(InvalidValue):
            read_weights(written(tmp_path / "cut", whole[:length]))


A = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a safetensors file at all, but long enough to look at",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2**40) + b"{}",
        struct.pack("<Q", 100) + b"{}",
        with_header(b"[]"),
        with_header(b"{" * 100_000),
        with_header(b"\xff\xfe"),
        with_header({"a": {**A, "data_offsets": [0, 2**50]}}, b"\0" * 8),
        with_header({"a": {**A, "data_offsets": [8, 0]}}, b"\0" * 8),
        with_header({"a": {**A, "shape": [2**62, 4]}}, b"\0" * 8),
        with_header({"a": {**A, "shape": [-2]}}, b"\0" * 8),
        with_header({"a": {**A, "dtype": "F31"}}, b"\0" * 8),
        with_header({"a": A, "b": {**A, "data_offsets": [4, 12]}}, b"\0" * 12),
        with_header({"a": A}, b"\0" * 100),
        with_header({"a": 3}),
        pickle.dumps({"a": [1.0, 2.0]}),
    ],
)
def test_hostile_files_are_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue) as refusal:
        read_weights(written(tmp_path / "w", content))

    assert refusal.value.field == "weights"


def test_files_past_the_limit_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "w"
    with path.open("wb") as file:
        file.truncate(checkpoints.LARGEST_FILE + 1)  # a hole: takes no room

    with pytest.raises(InvalidValue, match="512 MiB"):
        read_weights(path)


def test_a_checkpoint_keeps_its_numbers(tmp_path: Path) -> None:
    kept = Checkpoint(tensors(), {"progress": {"step": 3, "best": float("inf")}, "network": [1, "a"]})
    save_checkpoint(tmp_path / "c", kept)

    found = read_checkpoint(tmp_path / "c")

    assert found.state == kept.state
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in kept.tensors.items())


def test_plain_weights_are_no_checkpoint(tmp_path: Path) -> None:
    save_weights(tmp_path / "w", tensors())

    with pytest.raises(InvalidValue, match="no checkpoint"):
        read_checkpoint(tmp_path / "w")
