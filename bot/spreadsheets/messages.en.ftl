# What is wrong with a table that somebody brings: the file, its columns, its cells.

spreadsheets-unknown-sheet-format = this kind of file is not read; save it as .csv or .xlsx
spreadsheets-unknown-table-format = this kind of file is not read; bring one of { $endings }
spreadsheets-file-too-large = the file is larger than { $megabytes } MB; split it
spreadsheets-unpacked-too-large = the file unpacks to more than { $megabytes } MB; split it
spreadsheets-file-empty = the file is empty; it needs a header and at least one row
spreadsheets-no-rows = the file has a header and no rows; bring one with ballots
spreadsheets-too-many-rows = the file has more than { $max } rows; split it
spreadsheets-too-many-cells = the sheet has more than { $max } cells; delete empty columns, or split it
spreadsheets-unknown-encoding = the text can be read neither as UTF-8 nor as GB18030; save the file as UTF-8
spreadsheets-csv-malformed = this is not proper CSV; save it again from the spreadsheet
spreadsheets-csv-encoding = this is not proper CSV: a text is not in its encoding; save it as UTF-8
spreadsheets-no-workbook = this is not an Excel workbook, or it is locked; save it as .xlsx
spreadsheets-no-parquet = this is not a Parquet file, or it is damaged; export it again

spreadsheets-column-without-name = column { $number } has no name
spreadsheets-column-twice = the column «{ $column }» stands twice
spreadsheets-same-column = «{ $first }» and «{ $second }» are the same column
spreadsheets-column-missing = the column «{ $column }» is missing
spreadsheets-unknown-column = the column «{ $column }» is not known; the columns are { $columns }
spreadsheets-column-with-heading = { $column } ({ $heading })
spreadsheets-mapped-column-twice = the column «{ $column }», which the mapping's { $field } names, stands twice
spreadsheets-mapped-column-missing = the column «{ $column }», which the mapping's { $field } names, is not in the file, which has { $columns }

spreadsheets-more-cells-than-columns = there are more cells than the { $columns } columns of the header
spreadsheets-other-cell-count = there are { $cells } cells, the header has { $columns }
spreadsheets-duplicate-row = «{ $text }» stands in row { $row } already

spreadsheets-formula-without-result = the formula has no stored result; open the file in a spreadsheet and save it
spreadsheets-cell-error = the cell holds the error { $error }; put a value there
spreadsheets-cell-boolean = the cell holds TRUE or FALSE; write text or a number
spreadsheets-cell-percentage = the cell is formatted as a percentage, so { $value } is unclear; format it as a number
spreadsheets-cell-empty = the cell is empty
spreadsheets-text-too-long = the text is longer than { $max } characters
spreadsheets-no-code = «{ $text }» is not a code: 1 to 32 letters A–Z, digits, «_», «.» or «-»
spreadsheets-no-number = «{ $text }» is not a number; write it like 87.5
spreadsheets-points-out-of-range = { $points } is not between 0 and 100
spreadsheets-no-year = «{ $text }» is not a year; write it like 2026
spreadsheets-no-date = «{ $text }» is not a date; write it like 2026-11-24
spreadsheets-no-time = «{ $text }» is not a time; write it like 2026-11-24 or 2026-11-24T15:30
spreadsheets-date-outside-year = { $date } is not in { $year }
spreadsheets-unknown-choice = «{ $text }» is not one of { $choices }
spreadsheets-unknown-code = there is no { $kind } «{ $text }»
spreadsheets-unknown-code-of-few = there is no { $kind } «{ $text }»; there are { $codes }

# What a code names.

spreadsheets-kind-unit = unit
spreadsheets-kind-campaign-unit = unit of this campaign
spreadsheets-kind-unit-or-leader = unit or leader
spreadsheets-kind-unit-or-part = unit or part
spreadsheets-kind-league = league
spreadsheets-kind-category = category
spreadsheets-kind-level-category = category of level { $level }
spreadsheets-kind-indicator = indicator
spreadsheets-kind-group = evaluator group

# A table that is handed out, to be filled in.

spreadsheets-codes = codes
spreadsheets-code-of = { $column }: code
spreadsheets-meaning = meaning
spreadsheets-may-be-empty = May be left empty.
spreadsheets-choose = Choose from the list; the second sheet says what each means.
