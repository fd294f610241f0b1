"""Programs that compute what is on the screen, one module for each language or library."""
