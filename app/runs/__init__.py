"""A training run's life: store, event log, trainer process. Its first module arrives with the training room."""
