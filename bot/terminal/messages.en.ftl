# Help
help-usage = usage:{" "}
help-arguments = positional arguments
help-options = options
help-help = show this help message and exit
help-lang = language of the output; default: that of the terminal

# Files
file-not-text = this is not text in UTF-8

# Counts
count-fewer-than = fewer than { $count }
count-at-least = at least { $count }

# Stored codes
word-administrator = administrator
word-observer = observer
word-staff = staff
word-checker = checker
word-auditor = auditor
word-office = office
word-unit = unit
word-done = done
word-refused = refused
word-failed = failed
word-received = received
word-assigned = assigned
word-answered = answered
word-again = second appeal
word-waiting = waiting
word-charged = assigned
word-final = final
word-upheld = upheld
word-rejected = rejected
word-running = running
word-cancelled = cancelled
word-queued = queued
word-sent = sent
word-unreachable = unreachable
word-not-started = never started the bot
word-opted-out = opted out
word-expired = expired
word-declined = declined
word-started = started
word-partial = partial
word-broken = broken
word-completed = completed
word-no-consent = no consent
word-fatigue = invited too recently
word-decided = decided
word-dropped = dropped
word-uphold = uphold
word-release = release
word-proposed = proposed
word-reopen = reopen
word-good = good
word-revoked = revoked
source-open = open
source-invited = invited
source-personal = personal
source-import = import

# Headings of tables
head-after = after
head-all = all
head-ballots = ballots
head-before = before
head-category = category
head-certainty = certainty
head-changed-rule = changed rule
head-dont-know = don't know
head-field = field
head-flags = flags
head-furthest = furthest
head-grade = grade
head-grades-changed = grades that change
head-grounds = grounds
head-in = in
head-interval = 95 % interval
head-key = key
head-notes = notes
head-person = person
head-post = post
head-proposal = proposal
head-public-score = public score
head-rank = rank
head-rank-set = possible ranks
head-ranks-moved = ranks that move
head-rule = rule
head-score = score
head-status = status
head-subject = subject
head-tau-b = tau-b
head-top-two-rate = top-two rate
head-total = total
head-unit = unit
head-valid = valid
head-waiting = waiting
head-weights = weights
head-weights-groups = weights of groups

# Tables
listing-after = after
listing-before = before
listing-categories = categories
listing-departments = departments
listing-digest = digest
listing-discretionary = {" "}(discretionary)
listing-fields-differ = { $count } fields differ
listing-grade-quota = places first/second/third { $units }
listing-grades = grades
listing-grades-changed = units whose grade changes
listing-grades-departments = grades of departments
listing-leaders = leaders
listing-no-difference = the two schemes say the same
listing-none = (none)
listing-not-sealed = not sealed
listing-nothing-stored = a what-if only: nothing was stored
listing-people = people
listing-proposal-count = { $count } proposals
listing-proposals = proposals
listing-proposals-by-subject = proposals, by subject
listing-scheme-state = scheme { $version }; { $state }
listing-sealed = sealed
listing-sensitivity = sensitivity
listing-units-moved = units that move
listing-unused-decisions = decisions that meet no proposal: { $keys }
listing-waits-for-unit = { $title }: waits for the unit's own grade
inner-units-none = no inner units of it are stored; no unit has any
inner-units-elsewhere = no inner units of it are stored; units that have some: { $units }

# What argparse finds wrong; `%…` is filled by argparse.

arguments-error = { $program }: error: { $problem }
arguments-of = argument { $argument }: { $problem }
arguments-unknown = unknown arguments: { $arguments }; see --help
arguments-conflict = not allowed with argument { $other }
arguments-needless-value = it takes no value, and «{ $value }» was given
arguments-missing = these arguments are required: { $arguments }
arguments-one-of = one of these arguments is required: { $arguments }
arguments-one-value = a value is missing after it
arguments-one-value-at-most = it takes one value at most
arguments-one-value-at-least = at least one value is missing after it
arguments-values = it takes this number of values: { $count }
arguments-ambiguous = { $option } may mean several options: { $options }
arguments-no-number = «{ $value }» is not a whole number
arguments-choice = «{ $value }» is not one of the choices: { $choices }
