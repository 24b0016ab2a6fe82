"""The synthetic city.

It fills an empty database with units, leaders, inner units, indicators, findings, decisions and
ballots of one year, so that every page, export and measurement has something to show. The same seed
makes the same city, to the last digit; each part draws from a stream of its own, so that a change
in one part does not shift another. Names are plausible, and nobody and nothing is real.

The city knows the shapes of inputs, and nothing of how they are scored, ranked or graded.
"""
