"""The process that trains a run, and what it leaves behind while it does."""
