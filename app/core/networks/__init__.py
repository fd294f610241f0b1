"""A network as a description: its layers, what they cost and see, the module, programs and texts of it."""
