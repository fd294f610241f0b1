"""The training room: data sets, networks and runs; ordered, watched, read again."""
