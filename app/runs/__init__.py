"""A training run's life: a store in SQL, an event log, a queue, and a trainer process for each run."""
