# What is wrong with a table that somebody brings: the file, its columns, its cells.

spreadsheets-unknown-sheet-format = this kind of file is not read; save it as .csv or .xlsx
spreadsheets-unknown-table-format = this kind of file is not read; bring one of { $endings }
spreadsheets-file-too-large = the file has { $has } MB, and at most { $megabytes } MB are read; split it
spreadsheets-unpacked-too-large = the file unpacks to { $has } MB, and at most { $megabytes } MB are read; delete the empty formatted rows below the table and columns beside it, and save again
spreadsheets-file-empty = the file is empty; it needs a header and at least one row
spreadsheets-no-rows = the file has a header and no rows; bring one with ballots
spreadsheets-too-many-rows = the file has more than { $max } rows; split it
spreadsheets-too-many-cells = the sheet has more than { $max } cells; delete the columns beside the table
spreadsheets-too-many-merged = the sheet has more than { $max } merged areas; separate the cells
spreadsheets-unknown-encoding = the text can be read neither as UTF-8 nor as GB18030; save the file as UTF-8
spreadsheets-csv-malformed = this is not proper CSV; save it again from the spreadsheet
spreadsheets-no-workbook = this is not an Excel workbook, or it is locked; save it as .xlsx
spreadsheets-damaged-workbook = this part of the workbook is damaged; open it in a spreadsheet and save it as .xlsx
spreadsheets-no-parquet = this is not a Parquet file, or it is damaged; export it again
spreadsheets-damaged-parquet = this part of the Parquet file is damaged; export it again
spreadsheets-too-many-rows-declared = the table declares { $has } rows, of at most { $max }; split it
spreadsheets-unpacks-too-large = the columns unpack to { $has } MB, of at most { $megabytes }; split the table
spreadsheets-part-too-large = this part unpacks to { $has } MB, of at most { $megabytes }; export it with smaller pages
spreadsheets-cell-too-long = the text has { $has } characters, of at most { $max }
spreadsheets-old-workbook = this is an old workbook (.xls) or one under a password; save it as .xlsx without a password
spreadsheets-broken-encoding = the text is { $encoding }, but is broken here: a character is cut; export the file again
spreadsheets-open-quote = a quotation mark opens this cell and closes only in row { $last }, so that rows are missing; double each quotation mark that belongs to the text
spreadsheets-title-row = this is a title; the header, now in row { $header }, must be the first row: delete what stands above it
spreadsheets-other-sheets = { $count ->
    [one] only the sheet «{ $read }» was read, and not the sheet { $left }
   *[other] only the sheet «{ $read }» was read, and not the sheets { $left }
 }
spreadsheets-hidden-sheet = { $name } (hidden)
spreadsheets-hidden-rows = { $count ->
    [one] the row is hidden by a filter or by hand; show it or delete it
   *[other] { $count } rows from here to row { $last } are hidden by a filter or by hand; show them or delete them
 }
spreadsheets-hidden-column = the column is hidden; show it or delete it
spreadsheets-merged-cells = the cell is merged with others, down to row { $last }; unmerge them and fill in each
spreadsheets-more-rows-wrong = { $count ->
    [one] and one more row is wrong
   *[other] and { $count } more rows are wrong
 }
spreadsheets-parquet-type = the column holds { $type }, which is no cell of a table; export it as text or numbers

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
spreadsheets-forbidden-character = the text holds the hidden character { $character }; delete it and type the text anew
spreadsheets-too-many-digits = a number cell keeps { $digits } digits only, so that the last digits are lost; format the column as text and enter the numbers again
spreadsheets-format-shows-otherwise = the cell holds { $value }, and the format { $format } shows it otherwise; write what is shown as text
spreadsheets-no-day-of-number = { $value } is no day or time; format the cell as text and write the date
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
