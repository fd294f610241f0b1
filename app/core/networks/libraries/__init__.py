"""What libraries call layers: a table each, by which programs are written and read. Nothing read is ever run."""
