"""Scoring ten million answers from Parquet, beside a textbook pandas script in the same run."""
