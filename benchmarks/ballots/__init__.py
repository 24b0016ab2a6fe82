"""A million ballots, imported."""
