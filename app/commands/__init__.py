"""What the command line does beside serving: each command is a file, and calls the same functions as the web."""
