"""Disclosure control: the figures that leave a campaign without disclosing single people.

No count of 1 to threshold − 1 people is disclosed, nor does one follow from disclosed figures:
small cells are suppressed (primary), and others with them (secondary), until an outsider can place
each suppressed count only in an interval of at least the threshold.
Shares of few people become bounds; counts that grow while they are published are rounded down.

The room assumes that the number of a campaign's ballots is public, and that readers know all
disclosed figures of all units. It does not defend against readers who know single ballots.
The rules follow Hundepool and others, *Statistical Disclosure Control* (Wiley, 2012).
"""
