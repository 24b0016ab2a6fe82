# Why there is no bundle yet, what is wrong with one, and what a witness refuses.

verification-ballots-not-logged = { $count } of its ballots are not in the log, so nothing about them can be proven
verification-result-not-logged = its result, as it is now, is not in the log yet; try again when the log has taken it
verification-log-empty = the log is empty; try again when it has its first entry
verification-zip-method = a file of this ZIP is packed in another way than deflate; such a bundle is none of ours
verification-zip-damaged = this is not a whole ZIP file; fetch it again
verification-bundle-too-large = the bundle is larger than a bundle can be; fetch it again
verification-bundle-files-wrong = the bundle does not hold the files that a bundle has; fetch it again
verification-unknown-format = this is not of the format { $format }; use the version of the program that wrote it
verification-first-line-wrong = the first line is not «{ $head }»; fetch the bundle again
verification-file-cut-off = the file was cut off; fetch the bundle again
verification-no-json = this is not JSON; fetch the file again
verification-no-utf-8 = this is not text in UTF-8; fetch the file again
verification-entry-wrong = this is no entry, or its position is not the next
verification-public-entry-wrong = this is no public entry
verification-public-entry-twice = a public entry stands twice, or is none of the log
verification-no-campaign = bundle.json names no campaign; fetch the bundle again
verification-manifest-wrong = bundle.json has other parts than format, campaign, origin and openings, or one of another kind; fetch the bundle again
verification-owner-wrong = this is no campaign's id, and no «-» of a public entry
verification-owners-differ = older.txt names { $named } older entries, and the log begins with { $entries }; fetch the bundle again
verification-keys-wrong = the act «keys» at entry { $position } is not the next one, or names other keys than this log's
verification-opening-wrong = this is no opening
verification-opening-twice = an entry is opened twice, or its position is no number
verification-weight-wrong = this is not a position and a weight, or it stands twice
verification-case-wrong = this is no case
verification-case-twice = a case stands twice
verification-totals-units-wrong = the totals do not list each unit of the campaign once
verification-totals-damaged = the totals are damaged; fetch the bundle again

verification-other-log = the checkpoint is that of another log
verification-log-behind = this is an older state of the log, of { $now } entries: it signed { $before } before; ask for a newer one
verification-log-two-roots = the log was rewritten: it signed two different roots of { $size } entries
verification-growth-unproven = the log does not prove that its first { $size } entries are what they were
verification-log-proof-unreadable = the log's proof cannot be read; try again later
verification-log-unreachable = the log cannot be reached; check the address and the network
verification-log-answered = the log answered { $status } to { $path }; check the address, or try again later

# What each check of a bundle found.

verification-check-lacks-data = { $check }: the bundle lacks what is needed

verification-check-signature = the checkpoint is signed by the log
verification-check-profile = how many people decide
verification-profile-solo = { $count ->
    [0] profile solo: one person alone decides
   *[other] profile solo: one person alone decides; one person alone appointed or granted { $count } times
  }
verification-profile-office = { $count ->
    [0] profile office since entry { $position }: a second person signs
   *[other] profile office since entry { $position }: a second person signs; before, one person alone appointed or granted { $count } times
  }
verification-profile-city = { $count ->
    [0] profile city since entry { $position }: an approver signs as the second person
   *[other] profile city since entry { $position }: an approver signs as the second person; before, one person alone appointed or granted { $count } times
  }
verification-profile-broken = the act at entry { $position } was decided by one person, though the profile asks for two
verification-profile-unknown = the act at entry { $position } names no known profile
verification-key-not-given = nothing is proven without the log's key: give it with --key, as { $origin } publishes it
verification-signed = the checkpoint of { $size } entries is signed by { $origin }
verification-signature-missing = without the log's good signature the entries cannot be checked

verification-check-witnesses = the checkpoint is signed by every witness that was named
verification-no-witness-named = no witness was named: a log that shows others another history would not be noticed (--witness)
verification-witnessed = it is signed by { $witnesses }, who saw the log only grow

verification-check-root = the entries are those of the checkpoint
verification-size-differs = the checkpoint has { $signed } entries, and the bundle lists { $listed }
verification-root-differs = the entries in the bundle are not those of the checkpoint: some were changed
verification-root-agrees = the { $size } entries in the bundle are those of the checkpoint

verification-check-form = whose an entry is stands in its line
verification-form-2 = form 2 from entry 0 on: whose an entry is stands in its line
verification-form-1-until = form 1: whose an entry is was committed only at entry { $position }; from there on it stands in its line
verification-form-1-alone = form 1: whose an entry is, no leaf of this bundle's log says
verification-format-misplaced = the act «format» does not stand alone right after the { $count } older entries
verification-format-differs = the act «format» says another thing of the older entries of { $campaign } than older.txt
verification-older-act-kept-back = older.txt calls the older entry { $position } public and the bundle keeps its text back, or the other way round

verification-check-public-entries = the public entries are what the log commits to
verification-registration-kept-back = the log holds a registration at entry { $position }, and the bundle keeps it back
verification-closing-kept-back = the log holds a closing at entry { $position }, and the bundle keeps it back
verification-result-kept-back = the log holds a result at entry { $position }, and the bundle keeps it back
verification-public-text-differs = the text of the public entry { $position } is not what the log commits to
verification-public-texts-agree = the texts of the { $count } public entries are what the log commits to
verification-act-kept-back = the log holds the act «{ $kind }» at entry { $position }, and the bundle keeps it back
verification-act-other-line = the act at entry { $position } is of another kind, campaign or name than its line
verification-acts-of-unknown-kinds = { $agree }; this program does not know the kinds { $kinds }
verification-unit-twice = a unit stands twice in the registration
verification-act-number = the act at entry { $position } lacks the number «{ $name }»

verification-check-signatures = each act is signed by those who must sign it
verification-act-signature-false = the signature of { $key } on the act at entry { $position } does not hold
verification-act-unsigned = the act «{ $kind }» at entry { $position } lacks the signature of { $key }
verification-keys-not-handed-over = the act «keys» at entry { $position } lacks the signature of a key that it replaces
verification-acts-unsigned = form 1: nobody signed the public entries
verification-acts-signed = all { $count } acts of form 2 are signed by those who must sign them
verification-acts-signed-for-desk = { $signed }; { $count } of them by the log's key alone, as the log names no key of the desk
verification-keys-broken = { $signed }; before the campaign keys were replaced without their own signature: { $count }

verification-check-labels = no receipt and no act stands twice in the log
verification-label-twice = entry { $position } has a label that stands in the log before it
verification-labels-once = { $count } labels of receipts and acts, none of them twice

verification-check-registration = the campaign was registered before its first ballot
verification-registrations-not-one = the log holds { $count } registrations of the campaign, and it should hold one
verification-registration-name-differs = the registration stands under a name that is not the campaign's
verification-entry-before-registration = the entry { $position } of the campaign is older than its registration
verification-registered = questions and weights were registered at entry { $position }, before the campaign's { $entries } entries
verification-registered-with-quotas = questions and weights, { $quotas } quotas were registered at entry { $position }, before the campaign's { $entries } entries
verification-registered-pilot = { $registered }; it is a pilot and counts in no appraisal

verification-gate-not-in-log = the log names no key of the gate, so that what the gate accepted cannot be checked
verification-check-batches = receipts stand in the order of their labels, before as many ballots
verification-batches-form-1 = form 1: the campaign closed before receipts had lines of their own
verification-batch-order = the receipt at entry { $position } is not in the order of labels
verification-batch-uneven = the batch at entry { $position } has not as many receipts as ballots
verification-batches-whole = { $receipts } receipts stand before as many ballots, in { $batches } batches

verification-check-intake = the log has a receipt of each ballot that the gate accepted
verification-intakes-not-one = the log holds { $count } counts of the gate for the campaign, and it should hold one
verification-intake-form-1 = form 1: the gate signed no count of what it accepted
verification-intake-in-form-1 = the campaign closed in form 1, and the log has a count of the gate all the same
verification-receipt-after-intake = the receipt at entry { $position } is younger than the gate's count
verification-intake-after-closing = the gate's count at entry { $position } is younger than the closing
verification-intake-differs = the gate accepted { $accepted } ballots, and the log has { $receipts } receipts
verification-intake-agrees = the gate signed that it accepted { $accepted } ballots, and the log has their receipts
verification-intake-missing = { $agrees }; { $count } of them are missing
verification-intake-uncounted = { $agrees }; { $count } more receipts are in no count of the gate

verification-check-closing = the campaign was closed after its last ballot
verification-closings-not-one = the log holds { $count } closings of the campaign, and it should hold one
verification-entry-after-closing = the entry { $position } of the campaign is younger than its closing
verification-closing-names-more = the closing tells of { $named } entries, and the log has { $found } of the campaign
verification-closed = it was closed at entry { $position }: { $counted } ballots count, { $superseded } were replaced by their voters, { $withdrawn } entries withdrawn
verification-closed-with-gap = { $closed }; closed with a gap: messages that the gate accepted and that were not mixed: { $missing }, streams without a known end: { $unended }
verification-closing-name-differs = the closing stands under a name that is not the campaign's
verification-closing-receipts = the closing tells of { $named } ballots, and the log has { $receipts } receipts
verification-closing-sealed = the closing tells of { $named } withdrawals and comments, and the log has { $found } entries after the gate's count
verification-closing-erased = the closing tells of { $closing } withdrawn ballots, and the gate of { $accepted } erased ones
verification-closing-comments = the closing tells of { $closing } comments, and the gate accepted { $accepted }
verification-closed-comments = { $closed }; { $count } comments of { $texts } accepted texts
verification-closed-lost = { $closed }; the texts of { $count } ballots were lost with a database
verification-closed-grown = { $closed }; form 1: no count of the gate bounds these numbers from its beginning on

verification-check-result = the log commits to the totals
verification-result-missing = the log does not commit to the totals in the bundle: it holds no result of the campaign
verification-totals-differ = the totals in the bundle are not those that the log commits to at entry { $position }
verification-result-before-closing = the result is older than the closing
verification-result-name-differs = the result stands under a name that is not the campaign's
verification-totals-committed = the log commits to the totals at entry { $position }

verification-check-published-scores = the published scores follow from the totals
verification-totals-other-campaign = the totals are those of another campaign
verification-scores-contradicted = the published score does not follow from the totals: { $units }
verification-scores-agree = the published scores of { $known } units agree with those of their groups within rounding, and each unit's sums are committed to; this is no proof of a score: auditors recompute all from the ballots ({ $rest } units have no public score)
verification-totals-other-method = the totals are not of the registered scoring method
verification-sums-damaged = the file of full sums is damaged
verification-sums-missing = the bundle for auditors lacks the full sums
verification-totals-follow-older-contrasts = totals, full sums and scores follow from the opened ballots ({ $scored } units with a score), with the contrasts of the first release, which later changes do not move
verification-release-older = this release was made before digests of sums were published: make a new one with minping release
verification-scores-follow = the published scores of { $known } units follow from the totals
verification-scores-follow-in-part = the published scores of { $known } units follow from the totals; those of { $rest } rest on few people and cannot be recomputed from the public totals

verification-check-growth = the log only grew since the older checkpoint
verification-older-checkpoint-other-log = the older checkpoint is that of another log
verification-log-rewritten = the log was rewritten: its first { $size } entries are not what they were
verification-log-grew = the log only grew since it had { $size } entries

verification-check-receipt = the receipt's ballot is included
verification-receipt-not-included = the receipt is not included in this bundle's log
verification-receipt-other-campaign = the receipt is included, but for another campaign: { $campaign }
verification-receipt-not-opened = the receipt is included, but its entry is neither opened nor withdrawn
verification-receipt-included = the receipt is included, as entry { $position }

verification-check-promise = the gate's promise is kept
verification-promise-other = this is no promise of this log and campaign
verification-promise-unsigned = the gate did not sign the promise
verification-promise-due = the promise is due at { $said }, and those of this campaign at { $due }: it marks a person
verification-promise-kept = the promise is kept: its receipt is included, as entry { $position }
verification-promise-broken = BROKEN: the gate signed the promise, and its receipt is not in the closed log
verification-promise-not-yet = not yet: the campaign is open in this log, and the promise is due { $due }
verification-promise-overdue = OVERDUE since { $due }: the gate signed the promise, and its campaign is not closed in this log

verification-check-inclusion-proof = the proof of inclusion holds for this log
verification-proof-unknown-format = the proof is not of the format { $format }
verification-proof-does-not-hold = the proof of inclusion does not hold
verification-proof-other-history = the proof is for another history of the log than the bundle's: keep both and tell others
verification-proof-holds = the proof of inclusion holds, for entry { $position } of this log

verification-check-openings = every opening is what the log commits to
verification-opened-not-sealed = entry { $position } is opened, and it is no sealed entry of the log
verification-opening-differs = the opening of entry { $position } is not what the log commits to
verification-opened-other-campaign = entry { $position } is opened, and it is not of the campaign
verification-openings-agree = the { $count } openings are what the log commits to

verification-check-completeness = every entry of the campaign is opened or withdrawn
verification-withdrawal-of-later = the withdrawal at entry { $position } names an entry that is not older
verification-withdrawn-twice = entry { $position } was withdrawn twice
verification-withdrawn-not-sealed = entry { $position } was withdrawn, and it is no sealed entry of the campaign
verification-withdrawn-and-opened = entry { $position } was withdrawn, and it is opened all the same
verification-entries-not-opened = { $count } entries of the campaign are neither opened nor withdrawn, first { $position }
verification-opened-or-lost = every sealed entry of the campaign is opened, or withdrawn ({ $withdrawn }), or lost with a database, as a public entry says ({ $lost })
verification-all-opened = every sealed entry of the campaign is opened, or withdrawn ({ $withdrawn })

verification-check-ballots-fit = every ballot is one that the registered campaign could take
verification-entry-not-canonical = entry { $position } is not written as entries are
verification-entry-unknown-kind = entry { $position } is of the unknown kind «{ $kind }»
verification-ballot-wrong-unit = the ballot at entry { $position } is for no unit of the campaign, or with another questionnaire
verification-ballot-outside-time = the ballot at entry { $position } was cast outside the campaign's time
verification-ballots-fit = every ballot is for a unit of the campaign, with its questionnaire and in its time
verification-ballots-fit-asides = every ballot is for a unit of the campaign and with its questionnaire; the time of { $count } ballots is kept, and it is the campaign's
verification-body-misplaced = entry { $position } stands on the wrong side of the gate's count
verification-aside-differs = what is kept apart of entry { $position } is not what its ballot commits to
verification-id-twice = the ballot or comment at entry { $position } has an id that another one has

verification-check-gate = the gate signed every ballot, comment and withdrawal
verification-gate-form-1 = form 1: nobody signed ballots, comments and withdrawals
verification-gate-not-signed = the gate did not sign entry { $position }
verification-erasures-more = the withdrawals name { $found } erasures, and the gate accepted { $accepted }
verification-gate-signed = the gate signed { $count } ballots, comments and withdrawals
verification-gate-unsigned = { $signed }; form 1: { $count } more bodies nobody signed

verification-check-again = of each voter and unit exactly the first ballot says that it is the first
verification-again-form-1 = form 1: whether a ballot replaces another of the same person, the mixer alone says
verification-two-firsts = the ballot at entry { $position } says that it is its voter's first for the unit, and another one stands before it
verification-no-first = { $count } voters of a unit have no first ballot
verification-firsts-agree = each of { $count } voters of a unit has one first ballot
verification-firsts-missing = { $agrees }; of { $count } it is not here

verification-check-units = each unit has the ballots that the gate accepted and nobody erased
verification-units-form-1 = form 1: the gate signed no counts by unit
verification-intake-file-differs = intake.json is not what the gate's count commits to
verification-intake-sums-differ = the counts by unit do not add up to the gate's count
verification-unit-differs = { $unit }: { $found } ballots are opened, and those that the gate accepted and nobody erased are { $accepted }, or as many re-votes do not fit
verification-units-lack = the units lack { $count } ballots that the gate accepted and nobody erased
verification-units-agree = { $count } units have the ballots that the gate accepted and nobody erased
verification-units-missing = { $agrees }; { $count } are missing

verification-check-counted = the last ballot of each voter and unit counts
verification-counted-differs = the closing tells of { $closing } counted, and the openings of { $opened }
verification-superseded-differs = the closing tells of { $closing } superseded, and the openings of { $opened }
verification-withdrawn-differs = the closing tells of { $closing } withdrawn, and the openings of { $opened }
verification-voters-differ = the closing tells of { $closing } voters, and the openings of { $opened }
verification-last-ballots-count = the last ballot of each voter and unit counts: { $counted }; { $superseded } were replaced

verification-check-quotas = no quota was exceeded
verification-quota-exceeded = { $count } ballots count for { $cell }, and its quota is { $capacity }
verification-quotas-kept = none of the { $count } registered quotas is exceeded
verification-no-quotas = the campaign registered no quotas

verification-check-weights-of-ballots = fraud weights are given to ballots that count
verification-weight-impossible = a weight of { $weight } quarters is given to entry { $position }, and it cannot have it
verification-weights-given = { $excluded } ballots are excluded and { $lighter } weigh less, all others count in full

verification-check-weights = the weights are those that the log's decisions commit to
verification-case-not-in-both = the case { $case } is not both in the log's decisions and in the bundle
verification-case-weights-differ = the weights of the case { $case } are not those that the log's last decision commits to
verification-entry-weight-differs = entry { $position } does not have the weight that was decided on in the case { $case }
verification-decision-missing = no decision in the log lets { $count } ballots weigh less than in full, first entry { $position }
verification-decision-name-differs = the decision at entry { $position } stands under a name that is not its own
verification-decision-number-differs = the decision at entry { $position } is not the next one on its case
verification-decision-verdict = the decision at entry { $position } has a verdict that there is not
verification-weights-decided = the weights are those of the log's decisions on { $cases } cases, and no other ballot weighs less

verification-check-totals = the totals follow from the ballots
verification-totals-do-not-follow = the totals in the bundle do not follow from the opened ballots
verification-totals-follow = totals and scores follow from the opened ballots ({ $scored } units with a score)
verification-stored-differs = what is stored of entry { $position } is not what the log commits to
verification-keys-desk-lost = { $signed }; the desk's key was LOST and replaced without its signature, by the log and the gate, { $count ->
        [one] once
       *[other] { $count } times
    }
verification-keys-gate-lost = { $signed }; the gate's key was LOST and replaced without its signature, by the log and the desk, { $count ->
        [one] once
       *[other] { $count } times
    }
verification-gate-lost-more = { $found } ballots are signed by a key of the gate that was lost, and it had accepted { $accepted } when it was replaced; somebody used it later
verification-acts-late = { $signed }; { $count ->
        [one] one act was
       *[other] { $count } acts were
    } PUT IN LATE, after others that were ordered later; the first is entry { $position }
