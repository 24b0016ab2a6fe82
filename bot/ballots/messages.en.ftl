# The ballot box.

ballots-key-of-other-log = this is the key of «{ $name }», and MINPING_LOG_ORIGIN is «{ $origin }»; give the key of this log

# Checks of a close
ballots-held-gap = messages that the gate accepted were not mixed: { $missing }; they concern the units { $units }
ballots-held-gap-no-unit = messages that the gate accepted were not mixed: { $missing }; no unit can be named
ballots-held-unended = streams of the gate whose end nobody knows: { $streams }
ballots-held-unfinished = the gate has not said how many messages it accepted; is the service running?
ballots-settle-reason = write why the campaign is closed with what is missing
ballots-settle-other-check = another check holds this campaign too, and must let it go first (`minping held show`)
ballots-settle-missing = messages missing now: { $missing }; look at `minping held show` and give this number

# Checks of a campaign's ballots against the log
close-check-rows = { $count } stored ballots, comments or withdrawals are not what the log commits to, the first at the positions { $positions }
close-check-missing = of { $count } entries in the log the ballot or comment is no longer stored, the first at the positions { $positions }
close-check-log = { $count ->
    [0] the entries of the log in the database do not give the signed root
   *[other] { $count } entries of the log in the database are not those that were signed, the first at the positions { $positions }
  }
close-check-order = { $count } ballots count as replaced though no later one of the same person stands, the first at the positions { $positions }
close-check-unlogged = { $count } ballots or comments are stored that never went into the log
close-check-accepted = the gate accepted { $accepted } ballots, and { $stored } are stored or withdrawn; the numbers should be equal
close-check-numbers = the numbers of ballots are no longer those of the closing in the log
close-check-definition = units, questionnaires, scheme or another part of the campaign are not what the log registered
close-check-unclosed = the campaign stands as closed, and the log has no closing of it
close-check-weights = { $count } ballots weigh otherwise than the decisions in the log say, the first at the positions { $positions }
close-check-cases = { $count } fraud cases are not what decisions in the log commit to
close-check-quotas = { $count } registered quotas have more ballots than places
close-check-release = { $count ->
    [0] the stored release { $number } cannot be read
   *[other] the stored release { $number } shows { $count } units otherwise than the ballots and the decisions in the log give, among them { $units }
  }
close-check-not-over = ballots of this campaign are still taken; it is checked after the close
