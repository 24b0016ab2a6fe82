# The ballot box.

ballots-key-of-other-log = this is the key of «{ $name }», and MINPING_LOG_ORIGIN is «{ $origin }»; give the key of this log

# Checks of a close
ballots-held-gap = messages that the gate accepted were not mixed: { $missing }; they concern the units { $units }
ballots-held-gap-no-unit = messages that the gate accepted were not mixed: { $missing }; no unit can be named
ballots-held-unended = streams of the gate whose end nobody knows: { $streams }
ballots-held-unfinished = the gate has not said how many messages it accepted; is the service running?
ballots-settle-reason = write why the campaign is closed with what is missing
ballots-settle-two = two different people close a held campaign; name another one
ballots-settle-administrator = this is no administrator's account that can sign in; name two administrators
ballots-settle-other-check = another check holds this campaign too, and must let it go first (`minping held show`)
ballots-settle-missing = messages missing now: { $missing }; look at `minping held show` and give this number
