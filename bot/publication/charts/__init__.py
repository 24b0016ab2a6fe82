"""Charts of rankings, ranks, answers and trends."""
