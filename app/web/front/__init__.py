"""The front page: what it is told; all else it asks as the rooms do."""
