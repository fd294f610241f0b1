"""What files wrap around a first picture: one module for each format, and those that are named instead of read."""
