"""One thread: beside another busy process, two spinning ones are up to ten times slower than one."""

import torch

torch.set_num_threads(1)
