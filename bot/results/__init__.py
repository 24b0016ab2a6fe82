"""Public scores: scan, scoring, releases, change between years and archive."""
