"""A campaign from draft to close: definition, registration, quotas, links and fraud rules.

States. A campaign is a draft until somebody opens it; then it is opening until the mixer has put
its registration into the public log; then open, maybe paused and open again; then closing until the
mixer has mixed the last ballots and destroyed the campaign's key; then closed, for good. Imported
campaigns are closed from the start and are never registered.

Invariants.

- What citizens are asked and how their answers count is frozen with the definition and the scheme
  (`definition`). After the registration neither changes by a byte: triggers refuse it, and
  `registration.differing_from_log` finds it. A campaign that differs takes no ballots.
- The mixer draws the seed of samples at the registration, when nothing can be changed any more.
- A pilot counts in no appraisal. That is part of the definition, so nobody can change it later.
- A link vouches only for a group and a stratum in which ballots count (`links`).
- A registered campaign is never deleted; only a draft is.
- Whether a campaign exists is decided in one place (`registered.no_such_campaign`), and its frozen
  texts are read in one place (`definition`).

This room does not know ballots one by one, citizens, or scores. It counts ballots only, and
whoever shows a count rounds it (`aggregation.disclosure.rounding`).
"""
