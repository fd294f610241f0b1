"""The numbers that stand in the lecture's texts, each computed by what the rooms compute with."""
