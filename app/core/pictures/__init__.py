"""Pictures as levels: files read and written, what they may cost, how they are shown and broken on purpose."""
