"""Tables that people hand in: reading CSV, XLSX and Parquet; columns, complaints and templates.

An office brings a table, and it is taken whole or not at all.

- A table is text: a `Sheet` of `Row` objects, whose cells are strings by column.
  A `Row` keeps the number that a spreadsheet shows, so that a complaint names the line to look at.
- What is stored must be what the person saw.
  A cell that shows one thing and holds another (a formula without a result, a percentage, an error)
  is therefore a problem and never a guess.
- Each problem has a message and a place: file, row and column.
  `Problems` collects them, and `settle` raises them at once: one upload shows all that is wrong.
  Between the reading of a cell and `settle` a harmless value stands for a wrong one.
  Nothing may be stored before `settle`.
- A file may come from anybody with an account, so that size is checked before memory is spent:
  bytes, rows, cells, and what a workbook unpacks to.

- What is not read is said: other sheets, hidden rows, cells that are merged.

Every file goes one way: `delimited` and `worksheet` make lines of raw cells (`lines`), with what
makes a cell doubtful; `workbooks` opens the archive, `number_formats` says what a person sees of a
number. `reader` collects small tables and can be used in the service.
`columnar` reads tables of millions of ballots, by the columns that are asked for
(`coded_columns`); `parquet_tables` adds Parquet.
`columns` says what columns are called and checks cells; `template_workbook` writes the same columns
as a workbook to be filled in.

The room knows neither the city nor the year: the codes that a column may hold come from outside.
"""
