"""The year's material: units, inner units, leaders, indicators, findings, decisions and history.

Each module is one table that an office hands in.
It names the columns (`FIELDS`), reads a `Sheet` into facts of `aggregation.model.facts`,
stores them (`store_table`) and writes them as a table again (`current_table`).
`store` holds the rows, `context` what a table is checked against, `code_lists` the codes to choose.

Three kinds of tables are stored in three ways.

- Indicators, bonuses, deductions, findings, leaders and inner units belong to one year.
  A table replaces the year's rows (points are added or changed), so that one that comes twice
  counts once.
- Decisions and grades of earlier years are history.
  They are only appended: the last one on a proposal counts, and nothing is ever overwritten.
- Units stand in every year, and their leagues hold from one year to another.
  A unit that changes its league keeps its past league for the past years.

A table is read wholly before a row of it is stored, and in the transaction of its store.
Nothing is guessed: a missing value is a problem or a note, never a zero.

The room does not know what the material leads to: totals, grades and proposals are worked out in
`aggregation.appraisal`, and the steps of the year are in `bot.appraisal`.
"""
