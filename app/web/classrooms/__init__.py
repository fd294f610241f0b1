"""School classes over HTTP: opened, joined, asked, answered, shown."""
