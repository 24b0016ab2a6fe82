"""The one scan of the ballots, and how a pattern of answers is read."""
