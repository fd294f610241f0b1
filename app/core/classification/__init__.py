"""What a trained network says of a picture, and why: models in folders, and everything inside them."""
