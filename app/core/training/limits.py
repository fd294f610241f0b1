"""Limits of what a training tells of itself."""

MOST_PICTURES = 24  # of a confusion matrix's cell, the most confident
