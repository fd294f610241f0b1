"""What a program's text would build, worked out without running it: Python's own steps on values known in part."""
