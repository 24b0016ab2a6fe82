"""Imports ballots that were collected elsewhere, as a campaign of their own.

A mapping (YAML, `docs/importing.md`) says which column of a table holds which part of a ballot.
`mapping` reads it, `coding` turns the table's texts into codes, `importer` stores the ballots.

- The whole table is checked before a row is stored, and it is stored in one transaction.
- Of several rows of one respondent for one unit the last counts, by time and then by row.
- Respondents become pseudonyms under the campaign's gate key, which is destroyed at the close.
  What identifies them is neither stored nor logged, and no message repeats it.
- Imported ballots did not come through the gate, so that no log can prove them.
  They therefore never join the ballots of a campaign that was open.
"""
