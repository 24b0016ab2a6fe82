# Refusals of the console.

admin-choose-year = choose a year
admin-choose-ruling = choose to uphold or to reject
admin-choose-request = choose what is asked for
admin-choose-verdict = choose to confirm or to decline
admin-choose-grade = a unit's grade is { -short-first }, { -short-second } or { -short-third }
admin-no-such-button = there is no such button on this page; go back and try again
admin-not-this-name = that is not the campaign's name; nothing was done
admin-too-many-files = these are more than { $n } files
admin-confirm-publication = tick that anybody may read the results
admin-no-inner-units = this unit has no inner units in that year
admin-no-such-login = there is no such login
admin-no-second-factor = there is no second factor yet
admin-no-such-session = there is no such session any more
admin-no-bot = there is no bot to write with; set its token
admin-whole-number-needed = this is no whole number
admin-login-without-unit = this login belongs to no unit; an administrator adds one that does on the page «People»
admin-page-of-other-roles = your role does not see this page; it is for: { $roles }
admin-row-changed = this row was changed after you looked; look at it again
admin-nothing-ticked = tick the proposals that you decide
admin-no-such-subject = there is no such unit or leader in that year

# Labels.

admin-ranking-title = Appraisal { $year }: totals
admin-no-answer = no answer
admin-choose-cause = choose what the amendment follows from

# The editors of questionnaires and schemes.

admin-kind-rating = rating
admin-kind-choice = choice
admin-kind-yes-no = yes or no
admin-kind-text = text
admin-kind-integer = whole number
admin-kind-note = note
admin-item-id = Code
admin-item-version = Version
admin-item-title = Title
admin-item-kind = Kind
admin-item-label = Question
admin-item-short = Short name
admin-item-scale = Scale
admin-item-weight = Weight
admin-item-overall = Overall question
admin-item-optional = May be skipped
admin-item-options = Options
admin-item-code = Code
admin-item-group = Evaluator group
admin-item-condition = When it is asked
admin-item-length = Most characters
admin-item-minimum = Least value
admin-item-maximum = Greatest value
admin-item-weights = Sum of weights
admin-item-at = Item { $n }
admin-in-chinese = Chinese
admin-in-english = English
admin-own-staff = The unit's own staff
admin-as-shipped = As shipped
admin-yes = yes
admin-no = no
admin-some-unit = a unit
