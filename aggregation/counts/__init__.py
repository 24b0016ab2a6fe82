"""The scan of the ballots: counts of rating patterns, and their meaning.

One GROUP BY over the ballots yields all that statistics need: unit, group, stratum, source, weight,
questionnaire and pattern, with a count. Any engine may run it, since only integers are added.
A pattern has one code for each rated item; «don't know» and skipped items are missing and never
become points. A ballot is valid if at least half of its rated items have points.
Ballots of own staff are counted apart and are in no cell.
The room sees option codes and never a person, a time or a comment.
"""
