"""Rectification (整改): citizens' requests, relayed to an office and back.

After rating, a citizen may ask that something be improved and agree to be answered.
The request joins no ballot, and an office never learns who wrote it.

- `requests` keeps requests with their messages and steps
  (states: `aggregation.procedure.rectification`).
- `relay` sends an office's answers to citizens; `citizen_view` shows citizens their own requests.
- `buttons` reads the buttons of both.

Invariants:

- The citizen's address is sealed, and it opens only to send an answer.
- A citizen who stops a request is forgotten: the address is deleted, waiting answers are not sent,
  and the request stays for the office to rectify.
- Whether a unit rectifies never changes a score.
- A unit reads a citizen's words only after the citizen has shared them.
- Counts are disclosed by unit and theme, rounded down to tens, and not below the smallest cell.

The room does not know ballots, pseudonyms of ballots or what the citizen rated.
"""
