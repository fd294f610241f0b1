"""The part of a server that trains: trainer processes started, given runs, and buried."""
