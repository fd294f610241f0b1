"""What is kept of runs: rows, events, queue and files; and how a server asks for something."""
