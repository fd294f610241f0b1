"""Weights in files: safetensors and nothing else, and nothing believed that a file says of itself.

It does not know networks or training; what a file must hold is given as names and shapes.
"""

import hashlib
import json
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from app.core.errors import N_, InvalidValue

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 512 * MEBIBYTE
_LARGEST_HEADER = MEBIBYTE


@dataclass(frozen=True)
class Checkpoint:
    """A run's state at a step: all tensors by name, and JSON-able numbers."""

    tensors: dict[str, Tensor]
    state: dict[str, Any]


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Writes contiguous tensors as safetensors; the file appears whole or not at all, whoever else writes the same."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        save_file(dict(tensors), beside, dict(metadata))
        beside.chmod(0o644)  # safetensors makes it for its owner alone; a server may be another user
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def save_weights(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> None:
    """Writes any tensors, also those that share memory or lie on a GPU, as `write_tensors` does."""
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    write_tensors(path, plain, metadata or {})


def read_weights(
    path: Path, expected: Mapping[str, tuple[int, ...]] | None = None, largest: int = LARGEST_FILE
) -> dict[str, Tensor]:
    """The tensors of a file, float16 and bfloat16 as float32.

    Raises InvalidValue where the file is no safetensors, is longer than `largest` bytes, is cut off, holds NaN or
    infinity, or has other names and shapes than `expected`.
    """
    _check_size(path, largest)
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, RuntimeError, OverflowError):
        raise InvalidValue(N_("This is not a whole safetensors file."), field="weights") from None
    if expected is not None:
        _check_names(tensors, expected)
    return {name: _checked(tensor) for name, tensor in tensors.items()}


def read_metadata(path: Path) -> dict[str, str]:
    """The texts that a whole safetensors file holds beside its tensors."""
    found = _header(path).get("__metadata__", {})
    return {name: text for name, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else {}


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal: what was made of these weights belongs to no others."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """One file that a run goes on from."""
    save_weights(path, checkpoint.tensors, {"state": json.dumps(checkpoint.state)})


def read_checkpoint(path: Path) -> Checkpoint:
    """What `save_checkpoint` wrote. A run's own file may be larger than weights: Adam keeps three numbers a weight."""
    tensors = read_weights(path, largest=8 * LARGEST_FILE)
    state = read_metadata(path).get("state")
    if state is None:
        raise InvalidValue(N_("These are weights, but no checkpoint of a run."), field="weights")
    return Checkpoint(tensors, json.loads(state))


def _check_size(path: Path, largest: int) -> None:
    if not path.is_file():
        raise InvalidValue(N_("There are no weights."), field="weights")
    size = path.stat().st_size
    if size > largest:
        raise InvalidValue(N_("Weights may have %(limit)d MiB; these have %(size)d."), field="weights",
                           limit=largest // MEBIBYTE, size=size // MEBIBYTE)  # fmt: skip
    _header(path)


def _header(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else _LARGEST_HEADER + 1
        if length > _LARGEST_HEADER:
            raise InvalidValue(N_("This is not a whole safetensors file."), field="weights")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError):
            header = None
    if not isinstance(header, dict):
        raise InvalidValue(N_("This is not a whole safetensors file."), field="weights")
    return header


def _check_names(tensors: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]]) -> None:
    if set(tensors) != set(expected):
        raise InvalidValue(N_("The weights have other names than the network's %(count)d."), field="weights",
                           count=len(expected))  # fmt: skip
    for name, shape in expected.items():
        if tuple(tensors[name].shape) != tuple(shape):
            raise InvalidValue(N_("The weights of %(name)s must have the shape %(shape)s."), field="weights", name=name,
                               shape=" x ".join(map(str, shape)) or "1")  # fmt: skip


def _checked(tensor: Tensor) -> Tensor:
    if not tensor.is_floating_point():
        return tensor
    tensor = tensor if tensor.dtype == torch.float64 else tensor.float()
    if not bool(torch.isfinite(tensor).all()):
        raise InvalidValue(N_("The weights hold numbers that are not finite."), field="weights")
    return tensor
