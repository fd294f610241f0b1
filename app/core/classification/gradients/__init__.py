"""How a trained network would learn from a picture: one weight's gradient in numbers, and a step along it."""
