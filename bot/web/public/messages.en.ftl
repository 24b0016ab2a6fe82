# Refusals of the public log.

public-log-empty = the log is empty
public-sizes-needed = give old and new as numbers of entries
public-not-text = this is not text
public-no-known-witness = none of the signatures is by a witness that is known here
public-not-our-checkpoint = this is none of our checkpoints
