"""Which numbers a training multiplies: bfloat16 where the processor has instructions for it, else float32."""

import torch

_BFLOAT16 = ("avx512_bf16", "amx_bf16", "arm_bf16", "bf16", "sve_bf16")


def has_bfloat16(device: str = "cpu") -> bool:
    """Whether the device multiplies bfloat16 in hardware; emulation would be slower than float32."""
    if torch.device(device).type == "cuda":
        return torch.cuda.is_bf16_supported()
    found = torch.cpu.get_capabilities()
    return any(found.get(name) for name in _BFLOAT16)


def choose_precision(wish: str, device: str = "cpu") -> torch.dtype:
    """torch.bfloat16 or torch.float32 of "auto", "bfloat16" or "float32"."""
    if wish == "auto":
        return torch.bfloat16 if has_bfloat16(device) else torch.float32
    return torch.bfloat16 if wish == "bfloat16" else torch.float32
