"""Scores, releases, scans, changes from year to year and archives of closed campaigns.

Ballots become counts of patterns (`scan`), counts a release (`releases`),
and a release scores (`scoring`).

- Scores exist only after the close: a ranking while people rate would invite canvassing.
- Everybody sees the last release and nothing newer.
  A release is stored once and never changed; a later one gets the next number.
- Two releases together must not disclose few people.
  A unit's change is withheld as long as its difference from any earlier release is small.
  A score that must be corrected all the same is published alone (`Correction`), beside old counts.
- A score depends on counts and scheme alone, so that an archive or a bundle gives the same one.
- The pseudonyms of raters are read only for covariances, once, and stay in sums.

The estimators and the disclosure control are pure and stand in `aggregation`.
The room knows neither grades nor the year's appraisal.
"""
