# How every message is put together: its place, its lines, its lists.

problem = { $place }: { $text }
problems = { $count } problems, nothing was stored
problems-more = and { $count } more
joint-place = ,{" "}
joint-list = ,{" "}
joint-sentences = ;{" "}
place-file = { $value }
place-sheet = sheet { $value }
place-line = line { $value }
place-row = row { $value }
place-column = column { $value }
place-field = { $value }
place-subject = { $value }

# Questionnaire files; the place names the line or the cell.

form-not-yaml = this is not YAML; check indentation, colons and quotes
yaml-too-long = the file has more than { $max } fields and values; split it
yaml-forbidden-character = the text holds the hidden character { $character }; delete it
yaml-too-deep = lists and fields lie more than { $levels } levels deep inside each other; make the file flatter
form-not-yaml-text = this is not a YAML text
form-fields-needed = the file must hold named fields such as id, version and questions
form-field-missing = the field { $field } is missing
form-field-twice = the field { $field } is there twice
form-field-unknown = the field { $field } is not known here
form-text-needed = { $field } must be a plain text
form-number-needed = { $field } must be a whole number, not «{ $text }»
form-flag-needed = { $field } must be true or false, not «{ $text }»
form-texts-needed = { $field } must give a text for each language
form-text-list-needed = { $field } must be a list of texts
form-list-needed = { $field } must be a list
form-item-fields-needed = each of { $field } must hold named fields
form-kind-unknown = the kind «{ $kind }» is not one of { $known }
form-scale-unknown = the scale «{ $scale }» is not known ({ $known })
form-id-invalid = the id «{ $id }» must be 1 to 24 of a–z, 0–9 and _
form-id-twice = the id { $id } is used twice
form-version-empty = the version is empty
form-weights-sum = the weights of the ratings add up to { $total }, not 100
form-overall-missing = exactly one rating must be the overall one; here none
form-overall-several = exactly one rating must be the overall one; here { $ids }
form-rating-weight = a rating needs a weight of 1 to 100
form-weight-without-rating = only a rating can have a weight or be the overall one
form-max-length = max_length must be 1 to { $longest }
form-bounds-without-integer = only an integer has a minimum and a maximum
form-minimum-above-maximum = the minimum { $low } is above the maximum { $high }
form-kind-without-options = a question of kind { $kind } has no options
form-two-options = at least two options are needed
form-dont-know-missing = a rating needs the option { $code } (don't know), or silence would be guessed
form-yes-no-options = the options of a yes_no question are yes and no
form-code-invalid = the code «{ $code }» must be 1 to 12 letters, digits or _
form-code-repeated = the option { $code } is there { $times } times
form-group-invalid = the group «{ $group }» must be 1 to 24 of a–z, 0–9 and _
form-condition-and-or = «{ $text }» mixes and with or; use only one of them
form-condition-not-comparison = «{ $text }» is not a comparison such as contact != dk (operators = != < <= > >=)
form-condition-question = the condition names { $question }, which is not a question before this one
form-condition-number = { $value } is not a number
form-condition-kind = the condition names { $question }, which has neither options nor a number
form-condition-operator = the options of { $question } can only be compared by = and !=
form-condition-option = { $question } has no option { $option }
form-condition-names = «{ $text }» must name earlier questions as ${"{"}name{"}"}
form-text-missing = the { $field } in { $lang } is missing
form-text-language = the { $field } has { $lang }, which is not among the languages { $languages }
form-text-placeholder = the { $field } has { $mark }; only {"{"}unit{"}"} stands for something
form-sheet-unsupported = only the sheets survey, choices and settings are supported; delete this one
form-no-question = the sheet survey has no question
form-label-column-missing = there is no column such as «label::Chinese (zh-Hans)»
form-setting-missing = the sheet settings must give { $name }
form-list-name-missing = the list_name is missing
form-scale-codes = the scale { $scale } has the codes { $codes }, in this order
form-type-unsupported = the type «{ $type }» is not supported (text, integer, note, select_one LIST)
form-list-unknown = the list «{ $list }» is neither in choices nor a rating scale
form-weight-not-whole = the weight «{ $text }» is not a whole number
form-yes-no-cell = { $column } must be yes, no or empty, not «{ $text }»
form-column-twice = the column «{ $column }» is there twice
form-column-unsupported = the column «{ $column }» is not supported
form-cell-without-column = this cell has no column title above it

# Units, stored conversations, receipts.

unit-code-length = a unit's code has 1 to { $most } bytes; shorten it
session-not-json = this is not JSON; start the conversation again
session-version = this is not a conversation of version { $version }; start it again
session-field-type = a field has the wrong type; start the conversation again
receipt-characters = a receipt has 16 characters, A–Z and 2–7; copy it as you got it

# Signed notes and checkpoints.

note-no-key = this is no key; write it as name+id+key, as the log or the witness publishes it
note-key-mistyped = the key «{ $name }» was mistyped: its id would be { $id }
note-too-long = the note has more than { $most } characters
note-control-characters = the note has control characters
note-unsigned = the note lacks an empty line and signatures below it
note-signatures = the note has more than { $most } signatures
note-signature-format = a signature is an em dash, a name and base64, each after one space
note-signature-short = the signature is too short
note-checkpoint-lines = a checkpoint is three lines: origin, size and root
note-origin = the origin is empty or has a space or a plus sign
note-size = the size is not a whole number as the log writes it
note-root = the root is not { $length } bytes
note-base64 = this is not base64

# Canonical JSON, and the lines of the log.

canonical-too-deep = more than { $most } lists and objects lie inside each other
canonical-no-json = this is not JSON
canonical-no-object = this is JSON, but no object
canonical-double-key = the key «{ $found }» stands twice in an object
canonical-key-not-ascii = the key «{ $found }» has characters beyond ASCII
canonical-decimal = «{ $found }» is a decimal; write a whole number, or the decimal as a string
canonical-no-number = «{ $found }» is no number
canonical-number-too-large = the number { $found } is 2^53 or beyond; programs read it differently
canonical-surrogate = a string has half of a surrogate pair
canonical-other-spelling = the text is not canonical: keys in order, no spaces, each character in its one spelling
log-line-characters = the line has a character that no line of the log has, such as a carriage return
log-line-spaces = the parts of the line are not each after one space
log-line-form = the line begins neither with the form 2 nor is it 128 hexadecimal digits in lower case
log-line-campaign = the line does not name a campaign of 1 to 32 characters a–z, 0–9 and hyphen
log-line-kind = the line does not name a kind of 1 to 16 characters a–z and hyphen
log-line-hashes = a hash in the line is not 64 hexadecimal digits in lower case
log-line-parts = the line has more or fewer hashes than its kind
log-line-older-late = an entry of form 1 stands after one of form 2
log-signature-form = a signature is no key's name with 68 bytes of base64
log-signatures-order = the signatures are not ascending by the key's name, one a key

# Split halves.

halves-unknown = halves differ in one of { $known }, each at most once
halves-condition = in the questionnaire { $questionnaire } a question depends on the overall one, which can then not come last

# Identity.

identity-unknown = a campaign takes identities of { $known }, each at most once
