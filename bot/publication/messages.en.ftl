# Labels of columns (exports).
column-item-code = code of the item
column-item = item
column-item-en = item in English
column-value-name = content
column-value-en = content in English
column-parent = code of the unit, or part of one, that it is part of
column-parent-name = name of the unit that it is part of
column-parent-en = English name of the unit that it is part of
column-level = level inside the unit: 1 for its own parts
column-category = category
column-components = components with points and weights
column-components-en = components with points and weights, in English
column-adjustment = bonus and deduction
column-total = total
column-rank = place by total
column-of = units that are ranked with it
column-barred = why it is barred from the { -grade-first }
column-decided-by = what a person decided, with name and reason
column-public-score = public score: satisfaction index
column-low = lower end of the 95 % interval
column-high = upper end of the 95 % interval
column-unweighted-score = public score without fraud weights
column-n = ballots received
column-n-valid = valid ballots that count
column-excluded = ballots excluded after a check
column-dont-know-rate = don't-know rate: of ballots not excluded
column-top-two-rate = top-two rate: very satisfied and satisfied
column-unit-code = code of the unit
column-unit-name = name of the unit
column-unit-name-en = English name of the unit
column-weighted-to = weighted to the population by cells or margins
column-cells = strata that were used
column-joined = strata that were joined to others
column-trimmed = strata whose weight is at a limit
column-rounds = rounds until it converged
column-gap = largest distance from a share of the population
column-shrunken-score = empirical Bayes score
column-flags = flags
column-flags-name = flags in words
column-flags-en = flags in English
column-category-name = name of the category
column-category-en = name of the category in English
column-rank-in-category = place by public score in its category
column-rank-low = best of the 95 % possible ranks
column-rank-high = worst of the 95 % possible ranks
column-campaign = campaign
column-about = questionnaire or category that it is about
column-code = code
column-measure = code of the measure
column-measure-name = measure
column-measure-en = measure in English
column-value = value of the measure
column-other = code of the other unit
column-covariance = covariance of public scores from raters in common
column-group = evaluator group
column-group-name = name of the evaluator group
column-group-en = name of the evaluator group in English
column-n-open = of the valid ballots, those by open link
column-score = score
column-scheme-weight = weight in the scheme
column-weight-used = weight that was used, after redistribution
column-questionnaire = questionnaire
column-version = version of the questionnaire
column-position = position of the question
column-question = code of the question
column-question-kind = kind of question
column-question-text = question
column-question-en = question in English
column-options = codes of the options
column-options-name = options
column-options-en = options in English
column-scale = scale
column-question-weight = weight of the question
column-overall = is the overall question
column-optional = may be skipped
column-show-if = condition on which it is shown
column-exclusion-code = code of the reason
column-exclusion = reason
column-exclusion-en = reason in English
column-ballots = ballots
column-n-none = overall answer: none
column-ballots-rounded = ballots, at least so many: rounded down to tens
column-grade = grade
column-grade-name = name of the grade
column-grade-en = name of the grade in English
column-certainty = is the grade settled by the ballots
column-certainty-name = is the grade settled by the ballots, in words
column-certainty-en = is the grade settled by the ballots, in English
column-own-rank-low = best of the 95 % possible ranks, from the unit's own uncertainty
column-own-rank-high = worst of the 95 % possible ranks, from the unit's own uncertainty
column-p-first = probability of the { -grade-first }
column-p-second = probability of the { -grade-second }
column-p-third = probability of the { -grade-third }
column-up-gap = points of the total that the next grade is away
column-up-safe = points by which all units may be off while no grade rises
column-up-apart = points by which people who did not answer would have to be more content to lift it
column-up-ballots = ballots at 100 that would lift it a grade
column-down-gap = points of the total above the next lower grade
column-down-safe = points by which all units may be off while no grade falls
column-down-apart = points by which people who did not answer would have to be less content to lower it
column-down-ballots = ballots at 0 that would lower it a grade
column-league = league
column-league-name = name of the league
column-league-en = name of the league in English
column-units = units
column-waiting = units that wait for a person's decision
column-notes-name = notes
column-notes-en = notes in English
column-id = number of the leader
column-person-name = name of the person
column-person-name-en = name of the person in English
column-role = principal or deputy
column-role-name = principal or deputy, in words
column-role-en = principal or deputy, in English
column-post = post
column-unit-total = total of the unit
column-personal = personal score
column-composite-score = composite score
column-base = grade by score alone
column-base-name = name of the grade by the score
column-base-en = name of the grade by the score, in English
column-amended = numbers of the amendments that the result comes from; empty: none
column-final-grade = final grade
column-final-grade-name = name of the final grade
column-final-grade-en = name of the final grade in English
column-lowered-by = what lowered the grade
column-lowered-by-name = what lowered the grade, in words
column-lowered-by-en = what lowered the grade, in English
column-proposal-key = key of the proposal
column-rule = rule
column-rule-called = name of the rule
column-rule-called-en = name of the rule in English
column-proposal-kind = kind
column-kind-name = name of the kind
column-kind-en = name of the kind in English
column-subject = subject
column-subject-name = name of the subject
column-subject-en = English name of the subject
column-discretionary = at somebody's discretion
column-status = state
column-status-name = state in words
column-status-en = state in English
column-by = who decided
column-at = when it was decided
column-decision-reason = reason of the decision
column-grounds-name = grounds
column-grounds-en = grounds in English
column-trail-reason = reason in words
column-trail-reason-en = reason in words, in English
column-before = public score of the year before
column-after = public score of this year
column-difference = change
column-standard-error = standard error of the change
column-p-holm = p value, adjusted by Holm
column-verdict = verdict
column-verdict-name = verdict in Chinese
column-verdict-en = verdict in English
column-rule-name = rule that is changed
column-rule-en = rule that is changed, in English
column-tau-b = Kendall's tau-b with the ranking as it stands
column-moved = units whose place changes
column-furthest = places that the furthest mover moves
column-furthest-unit = unit that moves furthest
column-graded = units whose grade changes
column-rank-before = place as it stands
column-rank-after = place after the change
column-grade-before = grade as it stands
column-grade-after = grade after the change
column-grade-before-name = name of the grade as it stands
column-grade-before-en = name of the grade as it stands, in English
column-grade-after-name = name of the grade after the change
column-grade-after-en = name of the grade after the change, in English
column-page = table
column-page-name = name of the table
column-column = column
column-meaning = meaning
column-meaning-en = meaning in English
column-measure-unit = unit of measurement
column-measure-unit-en = unit of measurement in English
column-overall-answers = overall answer: { $about }, ballots
column-part-points = { $about }: points
column-part-weight = { $about }: weight in the total
column-part-contribution = { $about }: part of the total
column-grade-places = places of the { $about }
column-grade-given = units given the { $about }

# Units of measurement
measure-points-100 = points, 0–100
measure-points = points
measure-share = share, 0–1
measure-count = count
measure-place = place, 1 is best
measure-code = code
measure-text = text
measure-flag = 1 yes, 0 no
measure-percent = %
measure-correlation = −1 to 1
measure-squared-points = points²
measure-of-measure = as the measure says

# Titles of pages
page-about = about
page-method = method
page-parts = inner units and posts
page-people = people
page-units = units
page-reliability = reliability
page-covariances = covariances
page-groups = evaluator groups
page-questions = questions
page-exclusions = counted and excluded ballots
page-leagues = leagues
page-quotas = grade quotas
page-leaders = leaders
page-proposals = proposals and decisions
page-reasons = reason trail
page-changes = changes since the year before
page-sensitivity = sensitivity
page-grades-that-change = units whose grade changes
page-columns = columns

# Measures of reliability
publication-reliability-alpha = Cronbach's alpha
publication-reliability-omega = omega of one factor
publication-reliability-units = units that it is estimated from
publication-reliability-mean = mean of the category
publication-reliability-between = variance between units
publication-reliability-within = variance of answers within units
publication-reliability-between-units = reliability between units

# What became of ballots
publication-exclusion-counted = counted
publication-exclusion-excluded = excluded after a check (weight zero)
publication-exclusion-dont-know = don't know: not scored
publication-exclusion-too-few-items = fewer than half of the items answered
publication-exclusion-group-without-weight = the scheme gives this group no weight here
publication-exclusion-staff = the unit's own staff: counted apart, not scored

# Missing values
publication-missing-suppressed = few people: suppressed
publication-missing-bound-only = few people: only a bound is disclosed

# Columns of an archive
publication-archive-unit = code of the unit
publication-archive-questionnaire = questionnaire
publication-archive-group = evaluator group; `staff` are the unit's own people
publication-archive-stratum = stratum, such as a district; empty: none
publication-archive-source = source; `open` is an open link
publication-archive-weight = fraud weight in quarters: 0, 1, 2, 4
publication-archive-ratings = option codes of the rated questions, `-` where there is none
publication-archive-count = ballots

# Method
publication-method-public-score = public score
publication-method-public-score-text = satisfaction index, 0–100: the scheme converts options to points and weights the groups; “don't know” is never imputed
publication-method-interval = 95 % interval
publication-method-interval-text = uncertainty among participants after weighting, not sampling error
publication-method-top-two-rate = top-two rate
publication-method-top-two-rate-text = “very satisfied” and “satisfied” among overall answers with points, without “fairly satisfied”
publication-method-dont-know-rate = don't-know rate
publication-method-dont-know-rate-text = share of “don't know” among the ballots that are not excluded
publication-method-own-staff = a unit's own staff
publication-method-own-staff-text = ballots of people who say that they work in the unit are counted apart and enter none of its figures
publication-method-ranks = possible ranks
publication-method-ranks-text = simultaneous 95 % range of ranks; a grade that is not the same over all of it is provisional
publication-method-shrunken-score = empirical Bayes score
publication-method-shrunken-score-text = the unit's score, drawn towards the mean of its category, and the more so the fewer its ballots (Fay–Herriot, REML)
publication-method-alpha = consistency of a questionnaire (alpha, omega)
publication-method-alpha-text = over ballots of all units with points for every item: Cronbach's alpha, omega of one least-squares factor
publication-method-reliability = reliability between units
publication-method-reliability-text = τ²/(τ²+V): the share of the scatter of scores that is between units; V is the typical variance of a score
publication-method-steps = how finely figures are told
publication-method-steps-text = counts are rounded down to tens; a score is told from 50 valid ballots in whole points, from 100 to a tenth with its interval outwards to halves, or to fives where a group has fewer than 10 answers of one kind of link beside others; figures of a group from 10; weights of groups are about right; where the score follows from the overall answer alone, less is told
publication-method-covariance = covariance
publication-method-covariance-text = people who rate several units make scores move together; not estimated from few common raters; computed once, not again after corrections
publication-method-odds = probability of a grade
publication-method-odds-text = share of 1,999 draws of the scores (empirical-Bayes posterior), graded by the quota, in which it comes out; the seed is made of the scheme's digest, the year and the family
publication-method-cuts = distance to the cut
publication-method-cuts-text = difference of totals, and the fewest ballots at 100 or at 0 that would close it, cast where they weigh most and before any fraud rule
publication-method-response-rate = response rate
publication-method-response-rate-text = not computed for open links: how many people saw one is unknown; that of the invited stands with each campaign, and the groups page shows the mix of sources
publication-method-scheme = scheme
publication-method-scheme-digest = digest of the scheme
publication-method-year = year
publication-method-campaign = campaign
publication-method-kind = kind
publication-method-aim = about and by whom
publication-method-pilot = a pilot: it counts in no appraisal
publication-method-window = in the field from and to
publication-method-ballots = ballots received
publication-method-counted = ballots counted
publication-method-release = release
publication-method-corrected = score corrected
publication-method-graded-score = public score that is graded
publication-method-direct = the direct one
publication-method-shrunken = empirical Bayes
publication-method-floor-unit = fewest valid ballots of a unit
publication-method-floor-group = fewest valid ballots of a group
publication-method-threshold = smallest cell that is disclosed
publication-method-threshold-text = counts of 1 to { $most } are { $hidden }, and so are others from which they would follow; of shares of few people only a bound is disclosed
publication-method-open-link-cap = cap on the weight of open-link ballots, %
publication-method-overall-share = share of the overall question, %
publication-method-population = weighting to the population
publication-method-population-text = cells of fewer than { $least } ballots are joined to the next in the list; no ballot weighs less or more than { $lightest }–{ $heaviest } times what it would; the groups page tells what gap is left
publication-method-people = people
publication-method-scale = points of the scale
publication-method-weights = weights of the total, %
publication-method-group-weights = weights of groups, %
publication-method-public = public evaluation

# The data dictionary as a document
publication-dictionary-title = Data dictionary
publication-dictionary-lead =
    Every table that `minping export` and `minping archive write` make,
    with its columns, their units and codes.
    This page is made from the code (`python -m tests.dictionary`), and a test compares the two.
    The last sheet of each workbook is the part that concerns it.
    Columns that a scheme makes (one for each indicator, code or grade) are those of the shipped scheme.
publication-dictionary-files = Files
publication-dictionary-xlsx = **XLSX, CSV**: the tables below; a suppressed count is `*`, a share with only a bound is `<20%`.
publication-dictionary-parquet =
    {"**"}Parquet**: the same tables. Suppressed figures are null, and the column `hidden` names them;
    labels and codes stand as JSON in each column's metadata `minping`.
publication-dictionary-spss =
    {"**"}SPSS** (`.sav`): the same tables, a file for each language, with variable labels, value labels
    and user-missing codes. Names that SPSS keeps for itself get a line (`by_`).
publication-dictionary-no-ballots =
    No file holds a ballot.
    `answers-<campaign>-<questionnaire>` (Parquet and SPSS) has a row for each set of answers
    that enough ballots gave, with its count rounded down ([decisions](decisions/README.md));
    weight cases by `ballots`.
publication-dictionary-column = Column
publication-dictionary-meaning = Meaning
publication-dictionary-unit = Unit
publication-dictionary-code = Code
publication-dictionary-points = Points
publication-dictionary-each-question = one for each rated question
publication-dictionary-the-question = the question
publication-dictionary-see-scale = see the scale
publication-dictionary-answers = Counted answers
publication-dictionary-archive = Archive
publication-dictionary-codes = Codes
publication-dictionary-missing = Missing
publication-dictionary-scale = Scale
publication-dictionary-no-points = Codes without points are user-missing in SPSS; no answer (`-`) is system-missing.
publication-dictionary-groups = Groups
publication-dictionary-flags = Flags
publication-dictionary-reasons = Counted and excluded

# Charts
publication-chart-score = score (0–100) and 95 % interval
publication-chart-ranks = rank and 95 % possible ranks
publication-chart-provisional = hollow: grade provisional
publication-chart-answers = share of overall answers, %
publication-chart-combined = combined (few people)
publication-chart-this-unit = this unit (95 % interval)
publication-chart-median = median of all units
publication-chart-public-score = public score

# Titles of books
publication-year-title = Appraisal { $year }
publication-sensitivity-title = Sensitivity of the appraisal { $year }

# Refusals
publication-counters-out-of-range = the table needs 1 to { $max } rows and has { $rows }; split it
publication-no-such-unit = there is no such unit in that year; { $reader ->
    [console] see the page «Ranking and grades»
   *[command] `minping appraise` lists them
    }
publication-counts-nowhere = its results are not made public, since they count nowhere: { $why }
publication-campaign-not-closed = this campaign's results can be made public once it is closed; close it first
publication-release-public = release { $number } is public already; there is no newer one
publication-no-notice = no public notice of this year's results was given; give it first
publication-unsettled = { $n } units may still ask for a review, or wait for their first answer: { $names }; results are made public once that is over
publication-under-review = { $name } (under review)
publication-all-settled = every unit is settled: publish the ordinary way
publication-not-typed = type the name of the campaign ({ $campaign }), so that no slip does this
publication-no-reason = say why the results are published while reviews run
publication-list-changed = the list has changed since you saw it; look at it again
publication-release-changed = release { $now } was made since you saw release { $seen }; look at it before you publish it
publication-notice-runs = the public notice runs until { $ends }; make the results public after it
publication-not-public = the results of this campaign are not public

# Open data

publication-open-data-note = Figures are exact decimals in strings. null stands for a suppressed figure, which has few people behind it or would let such a figure be computed, and for a figure that does not exist. A share like <20% or >80% is a bound.
publication-method-public-score-text-2 = satisfaction index, 0–100: the scheme converts options to points; every group has its full weight, imagined answers of what could be expected fill up a thin one, and answers nobody vouches for are worth few vouched ones; “don't know” is never imputed; rounded to 0.1
publication-method-interval-text-2 = uncertainty among participants after weighting, with what scatters between groups, loose people and units; not sampling error
publication-method-ranks-text-2 = simultaneous 95 % range of ranks; a grade is settled if it is the same over all of it even after each difference is reduced by the declared bias
publication-method-odds-text-2 = share of 1,999 draws of the scores, graded by the quota, in which it comes out, by a library of shapes; in tenths, at most 90 %; the seed is made of the scheme's digest, the year and the family
publication-method-cuts-text-2 = difference of totals; less than half of it in points of the public score may be wrong at every unit; the fewest vouched and the fewest other ballots at 100 or at 0 that would close it
publication-method-population-text-2 = each cell of the population has its share of the group; cells of margins are their product
publication-method-imagined = imagined answers of a group
publication-method-loose-worth = most vouched answers that one channel nobody vouches for is worth
publication-method-verified-worth = most vouched answers that those of people with a shown identity are worth
publication-method-declared-bias = declared bias, points
publication-method-ranked-move = worst move of a ranked unit, points
publication-method-provisional-move = worst move of a provisionally ranked unit, points
publication-method-support = least support by vouched answers of a ranked unit
publication-method-vouched = vouched sources
publication-field-sponsor = sponsor
publication-about-title = title
publication-about-city = city
publication-about-issuer = issued by
publication-about-zone = time zone of all times
publication-field-sponsor-name = { $name }
publication-field-sponsor-unnamed = the scheme names none
publication-field-early = planned end
publication-field-closed-early = { $planned }; the campaign was closed before that, and the days in the field are those above
publication-field-files = Invitations in files
publication-field-files-text = { $listed } (people); whoever held such a file could have used its invitations, and the public log tells of each (export)
publication-field-letters = letters
publication-field-merge = mail merge
publication-field-sealed = sealed table for another sender
publication-field-frame = frame and sample
publication-field-no-frame = no frame: whoever came by a public link or a group's code chose themselves
publication-field-frame-text = register of { $listed } contacts who agreed, { $drawn } drawn, { $invited } invited
publication-field-modes = modes of answering
publication-field-modes-unknown = not known, as of ballots that were imported
publication-field-ways = how they came
publication-field-open = open link
publication-field-group-codes = codes of groups
publication-field-verified = with a shown identity
publication-field-identity = Identities taken
publication-field-identity-phone = telephone, by a code sent to it; nobody had to show one, and numbers are not stored
publication-field-identity-openid = an account with an identity provider; nobody had to show one, and the provider's number for a person is not stored
publication-field-vouched = vouched for
publication-field-web = web page
publication-field-wechat = WeChat
publication-field-wecom = WeCom
publication-field-list = { $listed }
publication-field-count = { $name } { $count }
publication-field-few = { $name } fewer than { $floor }
publication-field-none = none
publication-field-rates = response rates of the invited
publication-field-no-rates = nobody was invited personally, so that no rate can be stated
publication-field-rates-text = completed (AAPOR RR1) { $rr1 } %, with partial ones (RR2) { $rr2 } %
publication-field-weighting = weighting
publication-field-weighted = groups by the weights of the scheme, answers within groups by population figures, and fraud weights
publication-field-groups-only = groups by the weights of the scheme, and fraud weights; no population figures
publication-field-effect = design effect and effective answers
publication-field-effect-text = median over { $units } units with 100 valid ballots or more: design effect { $effect }, at least { $effective } effective answers
publication-field-effect-unknown = not told: fewer than five units have 100 valid ballots
publication-field-left-out = left out, and why
publication-field-halves = Comparison of halves
publication-field-halves-items = Registered: a random half answers the overall question first, the others last
publication-field-halves-scale = Registered: a random half sees the levels from satisfied to dissatisfied, the others the other way round
publication-field-halves-text = Valid ballots as received (not weighted, without own staff): about { $written } and { $turned }; the mean score of the second half differs from that of the first by { $points } points (95 % interval { $low } to { $high }); scores pool the halves
publication-field-halves-few = one half has fewer than { $floor } valid ballots, so that no difference is told
publication-field-halves-notable = More than { $points } points: the order matters, which has to be kept in mind when scores are compared
publication-field-clusters = answers that came the same way
publication-field-clusters-unknown = no ballot has the key of a link: answers were taken as independent, so that intervals are too narrow where people of one place agree
publication-field-clusters-none = no ballot came by a registered link for a number of people: answers were taken as independent
publication-field-clusters-text = ballots by registered links have { $keys } keys, and what those of one key have in common widens the intervals
publication-field-stayed-away = people who stayed away
publication-field-stayed-unknown = not known: nobody was invited personally, so that no share can be stated; a score is that of participants
publication-field-manski = about { $rate } % of the invited answered; without any assumption about the others, a score of { $score } lies between { $low } and { $high }
publication-field-meng = if answering and content go together as little as in large surveys (correlation { $correlation }), such answers are as good as a random sample of { $size }
publication-field-indicator = by strata of contacts response is representative to R = { $indicator }, so that what strata explain is off by { $bias } points at most
publication-field-sentences = { $listed }
publication-field-reminders = reminders as evidence
publication-field-reminders-unknown = too few answers before and after reminders
publication-field-no-reminder = before any reminder
publication-field-one-reminder = after one
publication-field-more-reminders = after two or more
publication-field-level = { $reminders } { $points }
publication-field-slope = points against the mean of their units; each reminder { $slope } (standard error { $error }), and those never reached may be further the same way

# The bundle of a year
publication-bundle-before-notice = everybody may check this year from the first day of its notice; auditors before that
publication-bundle-no-grant = nobody has granted the bundle of this year with persons, or the grant is over or does not hold yet
publication-bundle-unreadable = a seal, an amendment or a notice in the database cannot be read: somebody has changed it; restore it from a backup
publication-bundle-not-logged = the act { $act } { $number } is not in the public log: try again when the log has taken it; if it stays so, somebody has changed the database

# Files with invitations
handout-no-address = the service has no public address; set MINPING_PUBLIC_URL
handout-nobody = everybody in this file has opted out since; nothing was made
publication-glance-grades = Places locked at the start of the year: { $first } { -short-first }, { $second } { -short-second }, { $third } { -short-third }; given: { $given_first } { -short-first }, { $given_second } { -short-second }, { $given_third } { -short-third }; { $waiting } wait for a person's decision.
publication-units-lead = Units are ranked by their totals within each category; the places of the { -short-first } and { -grade-third } were locked at the start of the year.
publication-leaders-lead = { $first } { -grade-first }, { $second } { -short-second }, { $third } { -short-third }, { $fourth } { -short-fourth }; { $waiting } wait. Listed are the { -short-third } and { -grade-fourth } and leaders whose grade was lowered; personal scores are internal.
publication-sure-barred = The { -grade-first } is closed to the unit this year: { $reason }.
publication-method-grade-name = name of a grade
column-paper-organ = organ that decided
column-paper-document = number of the paper it rests on
column-paper-day = day of the paper
column-paper-released = who released the paper
publication-open = As of { $day }: reviews and appeals that wait for an answer: { $asked } (the names say «under review»); units that may still ask for a review or wait for a first answer: { $units }; leaders: { $people }. This document tells what stands on that day.
publication-nothing-open = As of { $day }: no review or appeal waits for its answer, and the times to ask for one are over.
publication-method-open = as of that day
publication-posters-address = set it first: it stands in the address that is printed{ $reader ->
    [console] {" "}(the operator does)
   *[command] {""}
    }
publication-posters-closed = this campaign is closed; nothing can be rated by a poster of it
publication-posters-organiser = a poster says who asks; name it first { $reader ->
    [console] on the page of settings
   *[command] by «minping organiser set»
    }
publication-posters-unit = this campaign does not rate that unit
