# Campaigns: refusals of drafts, links, quotas and files.

campaign-state-draft = draft
campaign-state-opening = opening
campaign-state-open = open
campaign-state-paused = paused
campaign-state-closing = closing
campaign-state-held = held
campaign-state-closed = closed
campaign-unknown = there is no such campaign; { $reader ->
    [console] look for its name on the page «Campaigns»
   *[command] look for its name in the list of campaigns (`minping campaign show`)
    }
campaign-wrong-state = the campaign's state is { $state }; this can be done only in the state { $allowed }
campaign-differs-from-log = this campaign differs from its registration in the log; { $reader ->
    [console] tell whoever runs the machine
   *[command] check it with `minping verify`
    }
campaign-opened-just-now = this campaign was opened just now; look at it again


# The log after a restore
log-loss-without-reason = the reason is missing; it is published in the log
log-loss-two-people = name two different people: --by A --by B; in the profile solo one is enough
log-loss-other-role = this is no account that decides on a loss in this profile

# Drafts
campaign-bad-id = a campaign's name has 1 to 32 characters: a–z, 0–9 and -
campaign-id-taken = there is a campaign of this name already; choose another name
campaign-bad-year = write a year from { $first } to { $last }, such as 2026
campaign-title-missing = a campaign has a title in Chinese and one in English; write both
campaign-bad-moment = write a date like 2026-11-24 or 2026-11-24T08:00, from { $first } to { $last }
campaign-closes-before-opening = the campaign closes before it opens; give a later closing time
campaign-draft-changed = somebody has changed this draft since you saw it; compare and send again
campaign-quota-unit-gone = a response quota names { $unit }; take the quota away first
campaign-without-units = a campaign needs at least one unit to rate; name one
campaign-aim-unknown = write one of { $words }
campaign-counting-asks-public = a year takes from its campaigns what the public says of units; whoever asks others, or about leaders, makes a pilot
campaign-purpose-counting = counting: it counts in the year's appraisal
campaign-purpose-pilot = pilot: it counts in no appraisal, and its raters are told so
campaign-about-units = units
campaign-about-leaders = leaders
campaign-asks-public = the public
campaign-asks-staff = the staff of the unit
campaign-asks-superiors = superiors
campaign-asks-peers = peers
campaign-aim = about { $about }, asked of { $asks }
campaign-door-unknown = the door of a campaign is one of { $doors }
opening-identity-phone = citizens may confirm by telephone and code that they are one person; the provider of the account that sends codes sees the numbers
opening-identity-openid = citizens may confirm by an identity provider that they are one person; the provider sees who comes to confirm, and when
opening-identity-worth = the campaign takes identities, and the scheme gives them no worth of their own; write verified_worth under evidence
opening-identity-account = no account sends codes; set one up and start the service again, or take no telephones
opening-identity-provider = no identity provider is set up for citizens; set one up and start the service again, or do not take it
citizens-provider-changed = the campaign { $campaign } takes the word of { $issuer }, and by another provider a person could count twice; put that issuer back into the file, or wait for the close
opening-halves-items = a random half of the people answers the overall question last, to test the order of questions; the method page tells the difference
opening-halves-scale = a random half of the people sees the levels from dissatisfied to satisfied, to test their order; the method page tells the difference
campaign-unknown-questionnaire = there is no questionnaire «{ $questionnaire }»; add its file to the draft
campaign-questionnaire-exists = the draft has a questionnaire «{ $questionnaire }» already; choose another name, or open that one
campaign-unknown-units = in { $year } there is no unit { $units }; { $reader ->
    [console] the page «Import» adds units
   *[command] `minping import units` adds units
    }
campaign-bad-grades = write how many units get each grade, as whole numbers, or leave all three empty

# Links
campaign-link-group-missing = a link vouches for an evaluator group; name one
campaign-link-unknown-group = there is no evaluator group «{ $group }»; the campaign has { $groups }
campaign-group = { $code } ({ $name })
campaign-link-unknown-stratum = the population figures of { $group } have no stratum «{ $stratum }», so its ballots would count nowhere; there are { $strata }
campaign-stratum-too-long = a stratum's name has at most 32 characters; shorten it
campaign-link-for-nobody = a link is meant for 1 to { $most } people; leave the number out if it is for anyone

# Quotas
campaign-quotas-frozen = the campaign's state is { $state }: its quotas are registered in the log and cannot be changed any more; make another campaign
campaign-quota-twice = the same cell stands in row { $first } already; keep one of them
campaign-quota-reveals-few = once this quota and those within it (such as row { $narrow }) are full, it is known that fewer than { $floor } people are in the rest; let the rest be none or more
campaign-quota-for-own-staff = a unit's own staff are counted apart and take no place; take this row out
campaign-quota-unknown-source = there is no source «{ $source }»; there are { $sources }
campaign-quota-bad-number = «{ $number }» is no whole number of people, { $floor } or more

# Files
campaign-xlsform-hidden-sheet = the sheet is hidden; show it or delete it
campaign-xlsform-hidden-row = the row is hidden; show it or delete it
campaign-xlsform-too-large = a form has at most { $rows } rows and { $columns } columns; delete what stands here
campaign-scheme-bad-yaml = this is not YAML; check indentation, colons and quotes
campaign-scheme-key-twice = the key «{ $key }» stands twice; keep one of them
campaign-population-bad-margin = «{ $margin }» is no margin; write 1 for the first part of the stratum
campaign-population-bad-number = «{ $people }» is not a number of people; write a whole number from 1 on
campaign-population-twice = the same people stand in row { $first } already; keep one of them
campaign-scheme-old-method = method 1 is kept for years that are over; write method: 2 with its evidence, as in the model { $reader ->
    [console] (on the page where campaigns are drafted)
   *[command] (minping scheme show)
    }

# Before a counting campaign is opened
opening-name-missing = type the campaign's name to open it
opening-list-changed = the list before the opening was not seen as it is now; look at it and confirm it
opening-counts-nowhere = it rates no unit of { $year } that is stored, so it counts in no appraisal
opening-other-rules = this campaign of { $year } is registered with other rules or places, which bind the year; draft from the same scheme and the same units
opening-unit-changed = the unit's category or questionnaire is another one since the draft, or the unit is gone; draft the campaign again
opening-rated-twice = this counting campaign rates { $unit } too ({ $count } units in all); leave them out or make a pilot
opening-ask-sample = No sample is planned: everybody comes by a link, and nobody vouches for them.
opening-ask-channel = Have you answered once yourself by the channel that citizens will use?
opening-ask-escrow = Who makes the escrow key right after the opening { $reader ->
    [console] (whoever runs the machine makes it)
   *[command] (`minping backup escrow`)
    }, and which two people keep its paper? Until then no backup has this campaign’s keys, and a lost disk ends it.
opening-ask-assessment = Is the impact assessment on personal information (PIPL 55) made and filed? It is kept for three years.
organiser-name-missing = give the organiser's name, { $most } characters at most
organiser-bad-phone = give a telephone number that can be called, such as 0731-12345678
organiser-privacy-missing = give a telephone or mail address for questions of privacy, 3 to { $most } characters
organiser-bad-country = give a country code of two capital letters, such as CN
organiser-bad-icp = give the site's ICP number, such as 湘ICP备12345678号; only a country other than CN may leave it out
organiser-bad-police = give the site's police filing number, such as 湘公网安备43010202000123号; only a country other than CN may leave it out
opening-organiser-missing = nobody has said who asks: name organiser, telephone, privacy contact and filing numbers { $reader ->
    [console] on the page «Settings»
   *[command] by «minping organiser set» or on the page of settings
    }
opening-scale-unread = the scheme has no scale { $scale } that reads the options of the question { $question }; take a scheme that has it, or another scale

# Closing early
campaign-early-reason = the planned end is not reached: say why it is closed earlier; the reason is published in the log
campaign-reason-too-long = a reason has at most { $most } characters; shorten it
campaign-end-early = { $at } (planned { $planned })
campaign-early-why = Closed early: { $reason }

# Which campaigns count
choice-name-missing = type the campaign's name to withdraw it
choice-reason-missing = say why; the reason is published in the log
choice-of-pilot = a pilot counts nowhere, so there is nothing to choose
choice-void = this campaign is withdrawn already, for good
choice-changed = somebody has decided about it since you saw it, and that stands: { $now }; look at it, and decide again if you must
choice-told-none = Nothing is decided
choice-told-void = Withdrawn, it counts nowhere: { $reason }
choice-told-out = Chosen not to count: { $reason }
choice-told-in = Chosen to count: { $reason }
choice-told-seen = { $told } (chosen after its scores could be seen)

# Titles in print
campaign-title-pilot = { $title } (pilot)
campaign-title-void = { $title } (withdrawn)
escrow-there = this campaign has an escrow key already; another one is made only once that is said to be destroyed
escrow-none = this campaign has no escrow key that could be destroyed
