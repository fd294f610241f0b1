"""The lecture in eight chapters: texts, the states of the rooms beside them, and the numbers in them, computed."""
