"""Charts of ranking, answers and trend."""
