"""A run's trainer in a Ray cluster, and the process that speaks to Ray for a server; nothing else imports `ray`."""
