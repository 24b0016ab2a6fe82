"""Fraud cases: finding, voting, verdicts and their effects.

After the close, signals look at a campaign as a whole for organised rating.
Each case is the suspected ballots of one unit, source and opinion, with proposed lighter weights.

    found -> waiting --two checkers agree--> decided --reopened--> waiting (next round)
                `--found no more, no votes--> dropped

- Nothing is deleted: a verdict only says which weights stand, proposed or earlier ones.
  Proposed weights stand from the scan on; «release» and a drop give the earlier weights back.
- A verdict stands while its case is reopened.
- Checkers see coarse evidence and neither the unit, its score nor the opinion.
  A checker of the unit itself is told that there is no such case.
- Nobody reads another's vote of a round before they have voted in it.
- A weight changes in one transaction with its case and with an entry of the log, which commits to
  all weights of the case.
  The verifier refuses a lighter weight without such an entry.
- A ballot never gains by being suspected, and never belongs to two cases with votes.
- Counts are disclosed in steps (10, 20, 50 …), and no effect of a rule that rests on few ballots.

The signals themselves are pure and stand in `aggregation.fraud`.
`verdicts` imports no database, because the verifier needs it.
"""
