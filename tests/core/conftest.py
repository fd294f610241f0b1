"""One thread: beside another busy process, two spinning ones are up to ten times slower. Keras runs on torch."""

import os

import torch

os.environ.setdefault("KERAS_BACKEND", "torch")
torch.set_num_threads(1)
