"""Where files are kept that all servers and trainers see: the data folder, or a store beside it."""
