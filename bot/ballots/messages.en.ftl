# The ballot box.

ballots-key-of-other-log = this is the key of «{ $name }», and MINPING_LOG_ORIGIN is «{ $origin }»; give the key of this log
