"""Plain values: the facts of the year, its results, and the situation that rules look at."""
