# Help
help-minping = Citizens rate the units of a city; the year is appraised.
help-version = print the versions of the product, of its database and of Python
help-commands = commands
help-appeals = list reviews and appeals of results, with their deadlines
help-approvals = what waits for a second person, grants to auditors, and the profile
help-approvals-show = show the profile and what waits; it is signed at the console
help-approvals-grant = let an auditor open a campaign's ballots for some days
help-approvals-grant-login = an auditor's login
help-approvals-grant-year = CAMPAIGN is a year: let the auditor read its bundle with persons
help-approvals-grant-days = for so many days; default: 14
help-approvals-profile = change how many people decide
help-approvals-profile-name = solo: one administrator; office: a checker or approver signs as the second; city: an approver does
help-appeals-again = register an appeal against an answer, or because it is overdue
help-appeals-answer = answer as the handler: RULING is upheld or rejected
help-appeals-ask = register a request for review of somebody's result
help-appeals-at-once = a leader appeals at once, without a review
help-appeals-by = the account that decides; its password is asked for
help-appeals-cause = decide about the cause of a late request: RULING is upheld or rejected
help-appeals-charge = name the handler of a request
help-appeals-late = the time for it is over; the reason names the cause of the delay too
help-appeals-list = list reviews and appeals, the newest first; overdue ones are marked
help-appeals-reason = the grounds, the reason of a decision, or what was written
help-appeals-remedies = print what could be put right too, as --remedy of «answer» takes it
help-appeals-remedy = what is put right, such as grade:second: or value:95:objective
help-appeals-show = show one review or appeal with its steps
help-appeals-withdraw = register a written withdrawal of a request
help-appraise = appraise a year: leagues, grades, proposals; explain, decide
help-appraise-by = who decides (with --decide and --grade)
help-appraise-seen = the mark of what you saw, as `--proposals` prints it; of a grade, the number of the one before
help-appraise-organ = the organ that decided; needed to confirm a dismissal or removal, as the next three are
help-appraise-document = the number of the paper that the decision rests on
help-appraise-decided-on = the day of the paper
help-appraise-released-by = who released the paper
help-appraise-heard = the day on which the person was heard; needed to confirm a disadvantage
help-appraise-reason = why (with --decide and --grade)
help-appraise-explain = print every reason for one result
help-appraise-inside = print the inner units of a unit, and the people in them
help-appraise-proposals = list the proposals with their keys and grounds
help-appraise-open = list only the proposals that nobody has decided
help-appraise-decide = confirm or decline a proposal
help-appraise-grade = grade a unit with too few ballots
help-material = what was handed in for a year, with old and new values; close the year's material
help-material-close = close the material: from then on a filing needs a reason and a second person
help-material-none = record that an organ has nothing to report of a kind; --take-back: that was wrong
help-material-kind = criminal_offence, safety_accident, …, adjustments, absences or discipline; «show» lists them
help-material-organ = the organ that says so
help-material-document = its document
help-material-take-back = it turned out to be wrong, as this organ and document say
material-report-handed-in = { $rows } handed in
material-report-none = none, says { $organ } ({ $document })
material-report-missing = missing: hand it in, or record that there is none
material-close-how = close it with --typed { $year } --list { $digest }
help-material-typed = the year once more, so that no slip closes it
material-none = nothing was handed in
material-filing = { $number }. { $kind }, { $file }: { $count } rows, by { $by }
material-cleared = cleared by { $by }: { $reason }
material-closed = the material of { $year } is closed
help-seal = show what a year's seal would hold; seal the year, lift the seal, compare it
help-seal-organ = the body that confirmed the list by name
help-seal-document = the document of that body
help-seal-day = the day of that body's decision, such as 2026-12-28
help-seal-typed = the year once more, so that no slip seals it
help-seal-reason = why the seal is lifted
help-seal-seen = seal the year, as you have seen it under this digest
help-seal-lift = lift the seal; not after the public notice
help-seal-compare = compare the seal with what its material gives now
help-archive = write, check and score the archive of a closed campaign: counted patterns in Parquet files
help-archive-write = write the archive, or bring it up to date; after an interruption it continues where it stopped
help-archive-write-auditors = add single ballots with their pseudonyms and places in the log, for auditors (never publish this archive)
help-archive-check = verify every file of an archive, and that its single ballots, if any, give its counts
help-archive-check-engine = the engine that counts single ballots; default duckdb
help-archive-score = print the public scores from an archive alone, as `minping score` does from the database
help-audit = the audit log of console, interface and commands
help-audit-show = list acts, the newest first
help-audit-show-login = only acts of this account, or of cli:ACCOUNT
help-audit-show-since = only acts since this day, as 2026-11-24
help-audit-show-last = the newest acts, so many; default: 100
help-audit-verify = check that no row was changed or removed
help-bundle = write the bundle by which anybody can check a closed campaign with `minping verify`, and beside it minping_verify.py, which checks it without minping
help-bundle-openings = open every ballot and comment too, for auditors (never publish this bundle)
help-bundle-year = write the bundle by which anybody can check a sealed year with `minping verify-year`
help-bundle-year-people = with persons and the whole material too, for auditors (never publish this bundle)
help-calendar = holidays, and weekend days that are worked
help-calendar-import = replace the holidays of the years in a table
help-calendar-import-columns = replace the holidays of the years in a table; columns: { $columns }
help-calendar-show = list a year's holidays and the weekend days that are worked
help-campaign = create, open, close and show campaigns
help-campaign-create = make a draft from the stored units (see `minping import units`)
help-campaign-create-id = a short name: a–z, 0–9 and -, e.g. 2026
help-campaign-change = change titles and times of a draft
help-campaign-create-leaders = with --like: take over the leaders of that campaign's year too
help-campaign-create-like = take scheme, questionnaires and response quotas of another campaign
help-campaign-create-year = the year that is appraised
help-campaign-create-title-zh = its title in Chinese
help-campaign-create-title-en = its title in English
help-campaign-create-opens = 2026-11-24 or 2026-11-24T08:00, in the city's time zone
help-campaign-create-closes = the first moment at which no ballot is taken
help-campaign-create-units = only these units; default: all that are stored
help-campaign-create-questionnaire = questionnaires beside the shipped ones (YAML, or XLSForm as .xlsx)
help-campaign-create-scheme = the scheme as a file; default: the shipped one
help-campaign-create-population = population figures by stratum or margin (CSV or XLSX) for the weights
help-campaign-create-grades = the grade quota, locked when the campaign opens; default: 18 of 99 first and 6 of 99 third of the units, rounded down, or the numbers of --scheme
help-campaign-searches = print the words that ten citizens or more searched in vain
help-campaign-create-door = who comes in without a link: everyone; or nobody, where it takes a link or an invitation
help-campaign-create-halves = a random half is asked in another order: items puts the overall question last, scale lists the levels from dissatisfied to satisfied
help-campaign-create-identity = citizens may confirm that they are one person: phone, by a code sent to their telephone; openid, by an identity provider; without it nobody is asked
help-campaign-create-purpose = counting (default), or pilot: it counts in no appraisal, and citizens are told so
help-campaign-create-about = what it asks about: units (default) or, a pilot only, leaders
help-campaign-create-asks = whom it asks: the public (default) or, a pilot only, staff, superiors or peers
help-campaign-link = make a link that vouches for an evaluator group
help-campaign-link-group = service_user, resident, enterprise, deputy, grassroots or supervisor
help-campaign-link-stratum = a stratum of the population, e.g. a district
help-campaign-link-people = how many people it is meant for; default: anyone
help-campaign-open = take ballots from now on, within the window
help-campaign-pause = take no ballots for a while; the public log records it
help-campaign-resume = take ballots again after a pause
help-campaign-check = compare the ballots with the log after the close; a held campaign goes on when they agree
help-campaign-close = take no more ballots, for good
help-campaign-show = list campaigns, or show one with its links
help-cases = look for organised rating; two checkers vote on each case
help-cases-scan = search a closed campaign for organised rating; cases wait for checkers
help-cases-list = list the cases, without units
help-cases-show = show the evidence of a case, as checkers see it
help-cases-effect = measure how scores and ranks would move without each rule, for the console too
help-cases-effect-json = print JSON
help-cases-reopen = reopen a decided case; until it is decided again, its verdict stands
help-cases-reopen-by = who asks for it
help-cases-reopen-reason = why
help-closed-campaigns = closed campaigns to take scores from
help-contacts = people who may be invited: import, count, opt out
help-contacts-import = add contacts or change them; all rows or none
help-contacts-import-columns = add contacts or change them; all rows or none; columns (CSV or XLSX): { $columns }
help-contacts-import-dry-run = check all and store nothing
help-contacts-count = count the people who can be invited by group, and those who cannot by reason
help-contacts-count-fatigue-days = default: the settings'
help-contacts-opt-out = never invite the people in a table again
help-contacts-opt-out-columns = never invite the people in a table again; columns: { $columns }
help-default-all = default all
help-demo = fill an empty database with a synthetic city: units, leaders, a year to appraise, 30,000 ballots
help-demo-seed = another number makes another city; default 1
help-demo-year = the year to appraise; default 2010
help-demo-ballots = how many; default 30000
help-export = write a year's appraisal, or one campaign's scores, as XLSX, CSV, Parquet and SPSS (figures, never ballots)
help-export-year = the year to export
help-export-campaign = a closed campaign; with --year, the campaigns that give the scores
help-export-audience = public (default): nothing about persons; internal: leaders, proposals and reasons too
help-folder = where to write; the folder is made when there is none
help-import = import units, leaders, indicators … and ballots; all or nothing
help-import-table-columns = { $help }; columns (CSV or XLSX): { $columns }
help-import-table-year = the year that is appraised
help-import-table-scheme = the scheme it must fit; default: that of the year's campaign
help-import-table-reason = why the table comes after the close of the year's material; a second person then clears it
help-import-table-dry-run = check all and store nothing
help-import-ballots = import ratings collected elsewhere (CSV, XLSX, Parquet)
help-import-ballots-map = YAML: the meaning of the columns
help-import-ballots-campaign = an existing campaign; default: the one that the mapping makes
help-invitations = personal invitations of a sample: make them, count the responses
help-invitations-make = make an invitation for everybody in the sample; nothing is sent
help-invitations-count = count who was invited, opened the invitation and answered, by cell
help-json-scores = print JSON, exact to four decimals
help-held = campaigns whose close a check holds
help-held-show = tell which check holds the close of a campaign, and what is missing
help-held-settle = close a held campaign although messages are missing; two administrators do it
help-held-settle-missing = how many are missing, as `minping held show` tells
help-held-settle-reason = why; it is kept with the campaign until it closes
help-staging = envelopes that the mixer could not take: count, try again, refuse
help-staging-show = count them by reason; nobody reads one
help-staging-retry = put them back for the mixer, after a key or a reader is back
help-staging-refuse = refuse those of one reason for good; their digests stay
help-staging-refuse-by = who decides that unknown_key, unknown_form or lost_key is given up, each asked for the password; twice, unless the profile is solo
help-staging-reason = only those refused for this reason
help-letters = updates that could not be handled (dead letters): list, take again, drop
help-letters-show = list them: key, channel, time, number of tries, and the kind of error
help-letters-replay = take them again, each once; one that fails again stays
help-letters-replay-all = all of them, the oldest first
help-letters-drop = delete one unread
help-letters-drop-reason = why; it is written to the service's log
help-mixer = run the mixer apart from the service, with keys of its own
help-mixer-gate = where the service runs: print the gate's public key
help-mixer-desk = where the service runs: print the public key of the desk, which signs what is ordered
help-mixer-key = where the mixer runs: print the log's public key, for MINPING_LOG_KEY
help-mixer-run = where the mixer runs: mix until SIGTERM or SIGINT
help-mixer-keys = the mixer's own secrets
help-mixer-run-gate = the gate's public key, from `minping mixer gate`
help-mixer-run-desk = the desk's public key, from `minping mixer desk`
help-orders = acts that the mixer refused because the desk had not signed them
help-orders-show = list them, and campaigns whose state nobody ordered; 1 when something is new
help-orders-seen = note that they were looked at; they stay
help-openapi = print the OpenAPI document of the interface for programs (docs/api.md)
help-messengers = the accounts that send messages
help-messengers-check = read the accounts' files as the service does
help-messengers-test = send one message to yourself, with a code of nobody
help-messengers-address = your own address of the account's kind
help-messengers-templates = show the templates that providers approve
help-messengers-write = write the text of a template, which is a draft then
help-messengers-state = note how far the provider has come with a template
help-messengers-file = the text as it was filed, with the provider’s variables
help-messengers-id = by which the provider knows it
help-messengers-note = number of the approval in writing, or why it was refused
help-handout = files with invitations, for letters or for another sender
help-handout-show = print the files of a campaign, and whom only a file can reach
help-handout-ask = ask for a file; a second person allows it
help-handout-form = letters as PDF, a table for mail merge, or a table that only a key opens
help-handout-kind = kind of the addresses; letters for the first two forms
help-handout-recipient = the sender's age key, of a sealed table
help-handout-purpose = what it is for; the public log shows it
help-handout-make = write a file that was allowed; who asked for it makes it
help-handout-drop = give up a file that was not made
help-handout-returns = store which letters came back, and who wants no more
help-handout-returns-columns = store which letters came back, and who wants no more; columns: { $columns }
help-posters = make a PDF with a poster for each service counter, with the code that opens the rating of its unit
help-posters-columns = make a PDF with a poster for each service counter, with the code that opens the rating of its unit; columns (CSV or XLSX): { $columns }
help-posters-file = the counters
help-posters-to = where the code leads; default: { $place }
help-publish = publish a closed campaign's last release: its page, open data and bundle; until then nobody reads them
help-publish-withdraw = withdraw the results from the public pages
help-publish-unsettled = look at the units that are not settled; with --seen publish all the same, and mark them
help-publish-reason = why the results are published while reviews run
help-publish-typed = name of the campaign, once more
help-publish-seen = the digest that the look at it ended with
publish-unsettled = { $n ->
    [one] one unit is
   *[other] { $n } units are
    } not settled and would be marked: { $names }
publish-unsettled-how = to publish: `minping publish { $campaign } --unsettled --typed { $campaign } --seen { $seen } --reason …`
help-push = send invitations and reminders to the people invited to a campaign
help-push-begin = queue the invitation, or the next reminder, for everybody who is invited
help-push-begin-hours = local time; default: the settings'
help-push-begin-kind = an invitation, for whoever has none, or a reminder; without it, what is due
help-push-begin-to = whom a reminder is for: those who have not opened their invitation, or all
help-push-begin-not-on = days without messages, as 2026-10-01; default: the settings'
help-push-pause = hold every message that is not sent yet
help-push-resume = continue after a pause
help-push-cancel = send nothing more of the present step
help-push-short = file with the words of the SMS, the link as { "{link}" }
help-push-message = the message; default: a plain invitation
help-push-show = show the progress of each step and the time left
help-push-test = send the message to one chat of your own, and to nobody else
help-push-test-chat = your chat id with the bot
help-push-work = send queued messages beside the service, until it is stopped
help-questionnaire = show a shipped questionnaire, check one of your own
help-questionnaire-show = print a shipped questionnaire as YAML, as a start for one's own
help-questionnaire-check = check whether a file is a questionnaire; name what is wrong and where
help-questionnaire-check-file = YAML, or XLSForm as .xlsx
help-quotas = response quotas: how many people may rate a unit, by cell
help-quotas-set = give a draft the quotas of a table
help-quotas-set-columns = give a draft these quotas in place of those it had; columns (CSV or XLSX): { $columns }
help-quotas-show = show how far each quota is filled
help-release = make a new release of a closed campaign after decisions changed what counts; small changes are withheld
help-release-correct = publish the score of these units all the same
help-release-by = who decides on the correction
help-release-reason = why it has to be published
help-report = write a year's circular, or its units' evidence pages, as PDF and HTML
help-report-kind = the whole year, or a page for each unit
help-report-unit = with evidence: these units; default: all
help-report-audience = public (default): nothing about persons; internal: leaders, proposals and themes of comments too
help-responses = dispositions of a campaign's invitations, response rates and break-offs
help-sample = draw the people who are invited to a campaign by lot, or verify such a draw
help-sample-plan = fix the frame and the size of the sample, before the campaign is opened
help-sample-plan-size = people in the sample
help-sample-plan-allocation = default: { $method }
help-sample-plan-cells = group, [area], [size], value: standard deviations for neyman, numbers of people for fixed
help-sample-plan-least = draw at least so many in each cell
help-sample-plan-fatigue-days = leave out people who were invited in the last N days; default: the settings'
help-sample-draw = draw the sample of an open campaign and write the file that is published
help-sample-draw-out = a file that does not exist yet
help-sample-verify = draw a published sample again; needs no database
help-sample-verify-bundle = compare the sample with the public log
help-scheme = show, check and compare appraisal schemes, apply one to a past year
help-scheme-show = print the shipped scheme as YAML, as a start for one's own
help-scheme-check = check a scheme; every mistake is named with its field
help-scheme-diff = list the fields in which two schemes differ
help-scheme-simulate = show a year under another scheme; nothing is stored
help-scheme-simulate-year = the year
help-score = print the public scores of a closed campaign with their 95 % intervals and ranks
help-sensitivity = show how ranks and grades of a year would move under other scales, weights and exclusion rules; nothing is stored
help-sensitivity-rules = also without each fraud rule: counts all ballots again
help-serve = run the service: web chat, console, Telegram
help-staff = the accounts of the console: add, change, close, give new passwords
help-staff-add = add an account; prints the password once
help-staff-add-login = 1 to 64 characters: a–z, 0–9, dot, - and _
help-staff-add-role = what this person may see and do
help-staff-unit = the unit this person belongs to; the person is barred from its cases
help-staff-password = give an account a new password, printed once; its sessions end
help-staff-change = give an account another role or unit, from the next click on
help-staff-change-role = default: unchanged
help-staff-change-unit = the unit this person belongs to; default: unchanged, and '' for none
help-staff-disable = disable an account, which ends its sessions
help-staff-enable = enable a disabled account
help-staff-sign-out = end every session of an account
help-staff-reset-factor = remove the second factor of an account, when telephone and codes are lost
help-staff-show = list the accounts
help-staff-check = name accounts, tokens and approvals that the service did not write; 1 when there are any
help-staff-accept = take all of them over as they stand, as after a restore
help-table = write a stored table as XLSX with the codes to choose from, for `minping import`
help-table-kind = { $kind } ({ $help })
help-table-kinds = { $kinds }
help-table-year = the year that is appraised; units need none
help-table-scheme = the scheme whose codes are listed; default: that of the year's campaign
help-table-lang = language of headings and names; default zh-Hans
help-token = tokens with which programs use the interface (docs/api.md)
help-token-add = make a token; prints it once
help-token-add-name = 1 to 32 characters: a–z, 0–9, dot, - and _; never given twice
help-token-add-days = how many days it is good for; default: { $days }
help-token-list = list tokens, without their secrets
help-token-revoke = revoke a token now and for good
help-verify = check the bundle of a campaign: signatures, entries, a receipt, scores; one line for each check
help-verify-key = the log's public key
help-verify-witness = a witness whose signature is required
help-verify-receipt = a receipt: is it included?
help-verify-since = an older checkpoint: did the log only grow since?
help-verify-inclusion = an inclusion proof that the service gave
help-verify-promise = a promise of the gate: is it kept?
help-verify-year = check the bundle of a sealed year: log, seal, amendments, ranks and grades; one line for each check, then what this bundle cannot show
help-witness = watch a log and cosign its checkpoints for as long as it only grows (run it elsewhere than the service)
help-witness-key = the witness's secret key
help-witness-name = make a key of this name, e.g. witness.example/1, and print its public key
help-witness-log = the service whose log is watched
help-witness-log-key = the log's public key
help-witness-state = keeps the last checkpoint that was signed
help-witness-every = look again every so many seconds; default: once

# All commands
bar-ballots = ballots
bar-rows-read = rows read
bar-contacts = contacts
bar-cases = cases
command-interrupted = interrupted; finished work is kept
command-not-audited = minping: not in the audit log, since the desk's key is not here; the public log says what was done

# appeals
appeals-round = round { $round }
appeals-due = due { $day }
appeals-overdue = due { $day } OVERDUE

# appraise
appraise-grade = the grade is first, second or third
seal-how = nothing keeps { $year } from being sealed; --seen { $seen } --typed { $year } --organ … --document … --decided-on … seals it
seal-done = { $year } is sealed
seal-lifted = the seal of { $year } is lifted
appraise-subject-unknown = there is no such unit or leader in that year; give a unit's code or a leader's id
appraise-verdict = the verdict is confirm or decline

# archive
archive-ballots-agree = its single ballots, counted with { $engine }, give the counts
archive-checkpoint = at the log's checkpoint of { $size } entries
archive-files = { $files } files, SHA-256 of the manifest { $digest }
archive-intact = { $folder }: the archive of { $campaign } is as it was written
archive-written = { $folder }: { $files } files of { $campaign }, { $new } of them written now

# audit
audit-day = write a day like 2026-11-24
audit-empty = nothing was done yet
audit-intact = ok    { $rows } rows, each rests on the one before
audit-broken = FAIL  { $problem }
audit-anchored = ok    the public log commits to the rows until { $row }, at entry { $position }
audit-not-anchored = the public log commits to no row yet

# bundle
bundle-mixer-waits = the mixer has not put the result into the log; check that it runs, and try again
bundle-year-written = The public log vouches for it. Anybody checks it with: { $command }
bundle-written =
    check it: { $command }
    check it without minping: { $alone }

# calendar
calendar-imported = { $year }: { $count } days
calendar-off = off
calendar-unknown = { $year }: no holidays are known, only weekends are days off; `minping calendar import FILE`
calendar-worked = work
weekday-monday = Mon
weekday-tuesday = Tue
weekday-wednesday = Wed
weekday-thursday = Thu
weekday-friday = Fri
weekday-saturday = Sat
weekday-sunday = Sun

# campaign
campaign-figures = { $state }, { $opens } to { $closes }; { $units } units, { $ballots } ballots
campaign-link = { $group } ({ $parts }):
campaign-link-limit = for { $people } people
campaign-key-missing = it takes no ballots until this key is back from the backup: { $file }
campaign-checked = The ballots of { $campaign } are those that the log commits to.
campaign-copies =
    The close destroys the keys of { $campaign } at the gate and at the mixer. Destroy each backup of
    voters/{ $campaign }.key and mixer/campaign-{ $campaign }.key today: with both, and a copy of the database, people and ballots can be joined.
    Where the campaign has an escrow key, destroy that today too, and say so by `minping backup destroyed`.
campaign-misfit = { $year } cannot be appraised like this: { $problem }
campaign-none = there is no campaign yet; see `minping campaign create --help`
campaign-searched = { $word }: { $people } or more people
campaign-nothing-missed = no word was searched in vain by ten people
campaign-pilot = a pilot, { $state }

# cases
cases-found = { $campaign }: { $new } new cases, { $known } known, { $dropped } dropped
cases-head-rule = without the rule
cases-head-scores = scores that move
cases-head-shift = largest shift
cases-next = checkers vote in the console; scores change with the next `minping release { $campaign }`
cases-reopened = { $case }: open again; the verdict stands until two checkers agree
cases-vote = round { $round }: { $verdict }, { $reason }

# contacts
contacts-checked = contacts: would be { $new } new, { $changed } changed, { $unchanged } as they were
contacts-eligible = { $count } can be invited
contacts-imported = contacts: { $new } new, { $changed } changed, { $unchanged } as they were
contacts-left-out = { $count } cannot
contacts-opt-outs = { $count } have opted out, { $before } of them before
contacts-kinds = people by kind of address
contacts-opted-out = { $count } have opted out and stay so

# demo
demo-filled = { $units } units, { $leaders } leaders, { $ballots } ballots of { $year } in campaign { $campaign }
demo-next = try: minping score { $campaign }; minping appraise { $year }; minping export --year { $year } --out out
demo-open = campaign { $campaign } is open; with `minping serve` running, rate at

# export
export-year-or-campaign = give --year, or --campaign with one campaign

# import
ballots-replaced = { $rows } rows were replaced by a later one, { $ballots } stored ballots were replaced
ballots-stored = { $campaign }: { $rows } rows, { $ballots } ballots stored
ballots-unanswered = { $ballots } ballots without a rating count as don't-know
import-checked = { $kind }: { $rows } rows would be stored; nothing was
import-stored = { $kind }: { $rows } rows stored

# invitations
invitations-all = in all: { $invited } invited, response rate at least { $rate } %
invitations-cell = { $cell }: { $invited } invited, { $opened } opened theirs, { $answered } answered
invitations-made = { $campaign }: { $invitations } invitations, for { $people } people who can be reached
invitations-none = there are no invitations; see `minping invitations make`

# Held campaigns and refused envelopes
held-for = { $campaign }: { $reason }
held-state-now = { $campaign } is now: { $state }
staging-none = no envelope is refused
staging-count = { $reason } ({ $why }), { $source }: { $kept } kept, { $dropped } refused for good
staging-unknown-key = there is no mixer key of this name
staging-bad-signature = not signed by its sender
staging-unknown-form = no reader of this program takes it
staging-broken = damaged, or not sealed to its key
staging-repeated = the same message came before
staging-closed = its campaign is closed
staging-lost-key = signed by a lost key of the gate, beyond the ballots that it had accepted
staging-retried = { $count } put back; the mixer takes them with its next batch
staging-dropped = { $count } refused for good
orders-none = no act was refused, and every state was ordered
orders-refused-act = { $at }  { $kind }  { $campaign }  { $name }  refused: { $why }
orders-unsigned = the desk did not sign it
orders-misfit = it is no act of the desk's, or its row says another act than its text
orders-repeated = the log has it already
orders-late = it was ordered before another one that the log has, and kept back
orders-unproven = it is a result that does not follow from the ballots
orders-differs = the campaign is not the one that was signed
orders-state = { $campaign } stands as «{ $state }», and nobody ordered that
orders-seen = { $count } marked as seen
approvals-profile = profile: { $profile }
approvals-waiting = number { $number }: { $kind }, { $subject }; prepared by { $account }, waits for a signature
approvals-approved = number { $number }: { $kind }, { $subject }; prepared by { $account }, approved, holds from { $until }
approvals-none = nothing waits for a signature
approvals-granted = { $login } may open the ballots of { $campaign } for { $days } days
staff-row-changed = { $name }: not as the service wrote it
staff-row-accepted = { $name }: taken over as it stands
staff-rows-known = every account, token and approval is as the service wrote it
# letters
letters-dropped = { $key } is dropped
letters-name-some = name the letters, or say --all
letters-none = there are no dead letters
letters-other-key = sealed under another key
letters-replayed = { $taken } taken, { $failed } failed again and stay
letters-store-away = nothing can be stored now ({ $error }); try again later
letters-tried = tried { $tries }×

# mixer
mixer-public-key = this is no public key of 64 hexadecimal digits; `minping mixer gate` and `minping mixer desk` print them where the service runs
mixer-runs = mixing for the log { $key }

# posters
posters-written = { $file }: { $count } posters

# publish
publish-done = { $campaign }: release { $release } is public at { $address }
publish-no-bundle = there is no bundle to check it with: { $reason }
publish-withdrawn = { $campaign }: not public any more

# push
push-chat-id = a chat id is a number; the bot @userinfobot tells you yours
push-count = { $count } { $state }
push-invitation = the invitation
push-minutes-left = about { $minutes } minutes left
handout-line = { $number }: { $form } ({ $kind }), { $people } people, { $state }, asked for by { $account }: { $purpose }
handout-waiting = { $people } wait for a file ({ $kind })
messengers-line = { $account }: { $kind }, { $rate } a second, { $hours }
messengers-none = no account has a file
messengers-unknown = there is no such account
messengers-not-taken = not taken: { $outcome } ({ $code })
messengers-taken = taken; look whether it arrives
messengers-template = { $account }, { $kind ->
    [0] invitation
    [2] code that confirms a telephone
   *[other] reminder
    }, { $lang }: { $state }; id { $id }; { $by }, { $at }; { $units } characters, { $parts } parts
messengers-no-templates = no template is written yet
handout-none = there is no file, and nobody waits for one
handout-written = { $file }: { $people } invitations; the file is not kept here
handout-returned = { $delivered } delivered, { $returned } came back, { $opted_out } opted out
push-none = nothing was pushed in this campaign; see `minping push begin`
push-stopped = stopped: the account for { $kind } refuses the message ({ $code }); put it right and run minping push resume
push-progress = { $step }: { $state }; { $counts }
push-queued = { $campaign }: { $step } is queued and goes out while the service runs; `minping push show`
push-redis-unset = a sender of its own shares the pace with the service, so name its Redis
push-reminder = reminder { $number }
push-test-failed = Telegram did not take it: { $outcome }; has this chat pressed Start?
push-test-sent = sent; its button leads to the campaign as a link that vouches for nobody
push-token-unset = there is no bot to write with; set its token

# questionnaire
questionnaire-good = { $id } (version { $version }): { $questions } questions, { $rated } rated; good to use
questionnaire-optional = , optional

# quotas
quotas-fill = { $cell }: { $taken } of { $capacity }
quotas-full = full
quotas-none = this campaign has no quotas; `minping quotas set` gives them to a draft
quotas-set = { $count } quotas; the log registers them when the campaign is opened

# release
release-correct-hint = to correct a score all the same: --correct UNIT --by NAME --reason TEXT (the score alone is published)
release-corrected = { $unit }: score corrected: { $reason } ({ $by })
release-new = { $campaign }: release { $number }
release-unchanged = { $campaign }: release { $number }, nothing new is disclosed
release-withheld = { $unit }: not changed, because the difference would disclose fewer than { $floor } people

# responses
responses-all = all
responses-break-off = break-off
responses-by-source = by { $source } links: { $counts }
responses-invited = { $cell }: { $count } invited
responses-none = nobody has been counted yet; participants are counted every hour
responses-rr1 = RR1
responses-rr2 = RR2
responses-stop = stop at { $questionnaire }, { $question }: { $people }

# sample
sample-as-registered = seed, frame and design are those that the bundle's log registered
sample-as-seeded = the { $drawn } of { $people } are those that the seed draws
sample-cell = { $cell }: { $size } of { $people }
sample-drawn = { $count } drawn; { $file } can be published
sample-log-not-compared = seed and frame were not compared with the log: give the campaign's bundle (--bundle)
sample-negative = numbers of people and days are 0 or more
sample-no-registration = the bundle has not exactly one registration; see `minping verify`
sample-other-bundle = this is the bundle of { $bundle }, and the sample is of { $campaign }
sample-planned = { $size } of { $people } will be drawn

# staff
staff-account-closed = disabled
staff-added = { $login } ({ $role }), password (shown only now): { $password }
staff-changed = { $login }: { $role }
staff-changed-unit = { $login }: { $role }, unit { $unit }
staff-closed = { $login }: disabled
staff-factor-removed = { $login }: the second factor is removed
staff-login-unknown = there is no such login; see `minping staff show`
staff-no-factor = { $login }: there was no second factor
staff-open = { $login }: enabled
staff-password = { $login }, password (shown only now): { $password }
staff-second-factor = second factor
staff-signed-out = { $login }: signed out everywhere
staff-unit = unit { $unit }

# token
token-added = { $name } ({ $scopes }), token (shown only now): { $token }
token-last-used = last used { $day }
token-listed = { $name }  { $state }, until { $until }, { $used }; by { $account }; { $scopes }
token-never-used = never used
token-none = there is no token yet; see `minping token add --help`
token-revoked = { $name }: revoked

# witness
witness-key-exists = there is a key already; name another file, or leave out --name
witness-key-unreadable = the key cannot be read; make one with --name
witness-log-options = give --log-key and --state too
witness-name = a name has no spaces and no plus signs
witness-retry = { $reason }; trying again in { $seconds } s
witness-signed = signed: { $size } entries
witness-unchanged = nothing new: { $size } entries

# minping log
help-log = compare the log with its guard, and refill it after a restore
help-log-show = print the tree heads of database and guard; exit code 3 when nothing can be signed
help-log-refill = put back the entries that an older database lacks, and log what is lost
help-log-refill-by = who decides this, each asked for the password; twice, unless the profile is solo
help-log-refill-reason = the reason, which is published in the log
help-log-keys = the mixer's folder, when it is not keys/mixer in the data folder
log-guard-head = signed:    { $size } entries, root { $root }
log-rows-head = database:  { $size } entries, root { $root }
log-agrees = The database is what was signed.
log-refilled = Put back { $entries } entries. The log goes on; a public entry says what was lost.
log-lost = { $campaign }: the texts of { $count } entries are lost, at the positions { $positions }
help-log-replace-desk = make another key of the desk when its file and every backup of it are lost; the log tells of it
help-log-replace-gate = make another signing key of the gate when its file and every backup of it are lost; the log tells of it
log-desk-replaced = The desk has another key: { $key }
    Give it to a mixer of its own as `--desk`. Accounts were taken over as they stand: compare them with `minping staff show`.
log-gate-replaced = The gate has another key: { $key }
    Give it to a mixer of its own as `--gate`. Ballots that were staged under the lost key are mixed as they are.

# campaign open
help-campaign-name = the campaign's name once more, to rule out a slip
help-campaign-list = the digest of the list, which the command prints without it
opening-stop = Stops the opening: { $problem }
opening-locks = { $family }: { $units } units; { $first } { -short-first }, { $second } { -short-second }, { $third } { -short-third } are locked
opening-ask = To think of: { $ask }
opening-confirm = This cannot be taken back. To open it: minping campaign open { $name } --name { $name } --list { $digest }
help-organiser = who asks, as every campaign tells citizens
help-organiser-set = say who asks; campaigns that are opened from now on tell it
help-organiser-show = show it as citizens read it
help-organiser-name-zh = the organiser's name
help-organiser-name-en = the organiser's name in English
help-organiser-phone = telephone
help-organiser-privacy = telephone or mail address for questions of privacy
help-organiser-country = code of the country; CN by default
help-organiser-icp = the site's ICP number; needed in CN
help-organiser-police = the site's police filing number; needed in CN
organiser-none = nobody has said yet who asks
help-questionnaire-version = its version; { $version } by default, which new drafts take
help-campaign-close-reason = why it is closed before its planned end; published in the log
help-campaign-count = decide that a closed campaign counts in its year, or does not
help-campaign-void = withdraw a closed campaign for good: it counts nowhere, and its ballots stay verifiable
help-campaign-choice-reason = why; published in the log
help-notice = give public notice of a year, and tell people their results by letters
help-notice-give = give public notice from today; the year is sealed
help-notice-list = the digest of the list that was seen; without it the list is printed
help-notice-show = show how many people of each unit have a letter and surely know their result
help-notice-order = order the letters of a unit's people who have none, or another one for a person
help-notice-print = write the letters that you ordered, with their codes; this can be done once
help-notice-deliver = enter on which day a person's letter was handed over
help-notice-day = the day of the receipt (YYYY-MM-DD)
notice-given = { $year } is in public notice from { $begins } to { $ends }; reviews of units until { $until }
notice-would = a notice of { $year } from today: { $begins } to { $ends }, reviews of units until { $until }
notice-how = to give it: `minping notice give { $year } --typed { $year } --list { $list }`
notice-waiting = { $n ->
    [one] one person has no letter yet
   *[other] { $n } people have no letter yet
}
notice-printed = the letters are in { $file }; print them and delete the file

# Recusal
help-recusal = who must stand aside: who an account is, kin, challenges
help-recusal-show = list challenges with their decisions
help-recusal-person = say which person of the year's lists an account is; «-» for nobody
help-recusal-kin = declare that a person is kin of an officer
help-recusal-no-kin = say that a person is no kin of an officer, or not any more
help-recusal-challenge = take a challenge: a unit or person asks that an officer stand aside
help-recusal-rule = decide about a challenge: accepted or refused
help-recusal-by = who decides; signs in
help-recusal-why = the grounds or the reason
recusal-done = recorded
recusal-taken = challenge { $n } is taken

# Amendments
help-amend = a sealed year: its tasks, amendments without an appeal, what was carried out
help-amend-tasks = list what a sealed year still asks for
help-amend-material = list what can be put right about a unit or person: points, bonuses, posts
help-amend-year = look at an amendment; with --seen prepare it
help-amend-cause = overturned, deferred, late, correction or line
help-amend-what = the finding, the investigation, the earlier year, or what «amend material» lists
help-amend-subject = the unit or person, for correction and line
help-amend-on = day on which the finding was revoked or the investigation ended
help-amend-value = the right points, or the days of a post such as 2026-03-01..2026-05-31; 0 takes a bonus or a post away
help-amend-heard-on = day of the hearing, for a disadvantage
help-amend-document = the document that it rests on
help-amend-reason = why
help-amend-false-material = the subject gained by own false material
help-amend-decide = proposals that are decided with it, as KEY=confirmed or KEY=declined
help-amend-seen = the digest that the look at it ended with
help-amend-execute = look at what stops a decision; with --seen record that it was carried out
help-amend-day = the day
help-amend-restored = it was taken back after it lost its ground
help-amend-recalled = those who elected the person to a post ended it, before it is carried out
help-amend-typed = name or code of whom it is about, once more
amend-no-verdict = «{ $text }» is not KEY=confirmed or KEY=declined
amend-would = changed: { $changed }, protected: { $kept }, only another rank: { $moved }
amend-decide = decide with it: { $key }
amend-execution = { $act ->
    [restored] taken back
    [recalled] recalled by those who elected
   *[executed] carried out
    }: { $subject }
amend-execution-how = to record it, repeat with --typed { $name } --seen { $seen }
amend-seen = to prepare it, repeat with --seen { $seen }
help-migrate = tell the version of the database and what it lacks, or bring it to this program's version
help-migrate-apply = migrate; an SQLite file is copied to before-NNNN.sqlite3 first, and no service may run
help-migrate-backed-up = a backup of the PostgreSQL database has been made
migrate-version = version of the database: { $version }, of this program: { $known }
migrate-missing = migrations to come: { $migrations }
migrate-running = campaigns that are running: { $campaigns }
migrate-copy = the database as it was: { $file }
migrate-done = the database is at version { $version }, and its parts are those of this version.
help-backup = sealed backups of database and keys, made while the service runs
help-backup-make = make a backup: a file of the database and a file of keys, both sealed to your key
help-backup-to = the folder that gets both files, best on another disk; without it MINPING_BACKUP_FOLDER
help-backup-key = your public key, which `minping backup new-key` or `age-keygen` prints; without it MINPING_BACKUP_KEY. The secret one is not needed here
help-backup-verify = open a file of a backup with the secret key and check all of it; nothing is put anywhere
help-backup-secret = the file of your secret key
help-backup-new-key = make a key pair: the secret key goes to a new file, the public key is printed
backup-where = name it here, or set MINPING_BACKUP_FOLDER and MINPING_BACKUP_KEY once
backup-progress = backup (MB)
backup-progress-verify = check (MB)
backup-made = Database: { $data }
    Keys:     { $keys }
backup-of-data = Database of { $made }
backup-of-keys = Keys of { $made }
backup-log = Log: { $size } entries, root { $root }
backup-left-out = Campaign { $campaign } is running: its keys are in no backup. Without the disk it takes no more ballots and cannot be closed, and what still waited for the mixer is lost: { $waiting } envelopes with ballots and comments.
backup-whole = { $file } is whole: { $parts } parts, { $bytes } bytes.
help-restore = put a backup into an empty database; says before what would be lost, and asks
help-restore-file = the file of the database, data-TIME.age
help-restore-keys = the file of keys, keys-TIME.age; left out where the keys are in their place
help-restore-guard = the guard's folder on the old disk (keys/mixer/guard), where it is not in its place
help-restore-note = a file with the newest checkpoint that somebody outside has, where the guard is lost
help-restore-loss = go on although something is lost; the reason is published in the log
help-restore-by = who decides a loss, each asked for the password; twice, unless the profile is solo
help-restore-yes = do not ask; a loss is decided by --loss and --by all the same
restore-progress = restore (MB)
restore-loss-and-people = a loss needs its reason and the people who decide it: --loss REASON --by LOGIN --by LOGIN
restore-has = It is { $hours } hours old and has { $ballots } ballots; { $waiting } envelopes wait for the mixer.
restore-signed = Signed are { $signed } entries, in the backup are { $here }: { $lost } would be lost.
restore-guard-elsewhere = The guard is at the mixer, which compares at its start and signs nothing if entries are missing.
restore-unopened = { $envelopes } envelopes with ballots, comments or requests cannot be opened: their mixer key is nowhere.
restore-keyless = Campaign { $campaign } is running and its keys are nowhere: it takes no ballots and cannot be closed until they are back.
restore-other-keys = The keys are of another backup than the database.
restore-nobody-to-ask = there is no terminal to ask at; say that you are sure by --yes
restore-question = Restore it? (yes/no)
restore-yes-words = yes y
restore-done = Restored. Nothing but the moment of the backup is there: check accounts and campaigns before you start the service.
restore-accounts = Accounts that are not as the service last wrote them: { $rows }. Look at `minping staff check` before you start.
help-backup-escrow = make the escrow key of a running campaign; its secret half is printed once, and backups have the campaign's keys from then on
help-backup-destroyed = two people say that the escrow key of a closed campaign is destroyed; the log tells of it
help-restore-escrow = a file with the secret escrow key of a campaign that was running; once for each
backup-escrow-made = This line is the secret escrow key of campaign { $campaign }. It is kept nowhere: print it or write it down for two people, away from the backups, and clear this terminal. Destroy it on the day of the close, and say so by `minping backup destroyed`.
backup-escrow-destroyed = The log says that the escrow key of campaign { $campaign } is destroyed. No backup opens that campaign's keys any more.
