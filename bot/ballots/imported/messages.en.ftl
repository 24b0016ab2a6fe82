# What is wrong with ballots that were collected elsewhere, or with their mapping.

imported-mapping-no-yaml = this is not YAML; correct this line
imported-key-twice = the key «{ $key }» stands twice; keep one of them
imported-field-missing = the field is missing; add it
imported-field-unknown = the field is not known; remove it
imported-field-empty = the field is empty; fill it in
imported-field-too-long = the text is too long; shorten it
imported-field-not-number = this is no whole number; write it like 2026
imported-field-not-time = this is no time with a zone; write it like 2026-11-24T08:30+08:00
imported-field-malformed = the field holds something else than it should; see docs/importing.md
imported-column-or-constant = give either a column or a constant
imported-no-time-zone = there is no time zone «{ $zone }»; write for example Asia/Shanghai

imported-mapping-makes-campaign = the mapping makes its own campaign; do not name another
imported-mapping-makes-none = the mapping makes no campaign; name an existing one
imported-campaign-no-draft = ballots collected elsewhere go only into a draft; let the mapping make a campaign of its own
imported-no-questionnaire = there is no questionnaire «{ $name }»; there are { $names }
imported-unit-twice = the code { $code } stands twice; keep one of them

imported-no-closed-question = the campaign's questionnaires have no such closed question
imported-mapped-option-unknown = the question has no option «{ $code }»; it has { $codes }
imported-no-unit = the campaign has no unit «{ $unit }»
imported-no-group = the scheme has no evaluator group «{ $group }»
imported-stratum-too-long = a stratum has at most { $max } characters
imported-source-too-long = a source has at most { $max } characters
imported-comment-too-long = a comment has at most { $max } characters
imported-respondent-missing = the respondent is missing
imported-respondent-cut = «{ $text }» is what a spreadsheet leaves of a long number: different people have become one; format the column as text and export it again
imported-value-not-mapped = «{ $text }» is not among the mapping's values
imported-option-unknown = the question { $question } has no option «{ $code }»
imported-question-not-of-unit = the unit's questionnaire { $questionnaire } has no question { $question } with the option «{ $code }»
imported-no-time = «{ $text }» is no time; write it as 2026-11-24T08:30
imported-time-outside = «{ $text }» is not in the campaign's years { $first } to { $last }
