"""The web, kept thin: parse, call one core or runs function, answer."""
