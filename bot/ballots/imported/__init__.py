"""Files that people bring: ballots collected elsewhere, indicators, units."""
