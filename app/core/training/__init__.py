"""How a network comes to say what it says: the loop, its batches, its optimizers, and how good it has become."""
