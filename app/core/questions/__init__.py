"""Questions whose answers are computed: made from a seed by the engine that the rooms use, and judged by it."""
