"""The ballot box: gate, screening, batch, mixer, quota places and imported ballots.

A submission goes from a conversation to the log in two steps that nothing joins.

    conversation -> gate: pseudonym, risk, sealed envelope      (the citizen's transaction)
    envelopes    -> mixer: batch, order by lot, ballots and log (the mixer's transaction)

The gate knows the citizen and keeps no ballot; the mixer stores the ballot and knows no citizen.
Their keys are apart: the gate cannot open an envelope, and the mixer cannot undo a pseudonym.

- A batch holds at least 50 people, or 10 after an hour; only the close mixes fewer.
  People are counted and not submissions, because one who sends much hides nobody.
- Order of arrival and order in the log are independent.
  Only the ballots of one voter for one unit keep theirs: the last in the log counts.
- Comments and pressure reports wait sealed for the close (`pool`), under pseudonyms of their own.
  An empty comment waits too, so that nobody sees which ballots had one. The close writes comments
  in one lot and counts of pressure reports (`closing_lot`).
- A pressure report and a request stand in neither log nor ballots; requests wait for midnight.
- Each submission that was taken gets its entry, also when it is superseded in its batch:
  a receipt is always good.
- Screening marks and never refuses; a quota place is taken with the ballot or not at all.
- At the close gate key and mixer secret of the campaign are destroyed: pseudonyms end with it.

What may never happen: a row with a citizen and a ballot; a ballot without its entry in the same
transaction; a batch that two mixers write (`BatchTaken`); an envelope that nobody can open, because
its mixer key was destroyed too early.
"""
