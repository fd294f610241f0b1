"""Questions over HTTP: which kinds there are, one of a seed, and what is said of an answer."""
