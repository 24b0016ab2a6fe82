# The public log as it is read.

transparency-sizes-unknown = the log has not had these sizes in this order; ask for sizes up to that of its checkpoint

# The guard of the log
transparency-guard-damaged = the guard of the log is damaged; put its folder back from the mixer's disk, or see «The log's guard» in docs/operations.md
transparency-guard-missing = the log had a guard and it is not in { $folder }; nothing is signed: put the folder back, or see «The log's guard» in docs/operations.md
transparency-desk-changed = the desk's key is not the one whose acts the log holds, which this file names; nothing more is logged: put `keys/desk/desk.key` back from its backup, and give `mixer run --desk` its public key
transparency-log-key-other = the newest checkpoint of the database, over { $size } entries, is not signed by this log key; nothing is signed: put the right `log.key` back, or the database that belongs to it
transparency-rows-missing = the newest checkpoint signs { $signed } entries and the database has { $rows }; nothing is signed: see «The log's guard» in docs/operations.md
transparency-rows-changed = the first { $size } entries in the database do not give the signed root; nothing is signed: see «The log's guard» in docs/operations.md
transparency-log-refused = the database has a log of { $rows } entries with the root { $rows_root }, and { $size } entries with the root { $root } were signed; nothing is signed: see «The log's guard» in docs/operations.md
transparency-nothing-to-refill = the database and the guard have the same log; there is nothing to refill
transparency-entries-missing = entries of the log are missing in the database; see «The log's guard» in docs/operations.md
transparency-tiles-missing = tiles of the log are missing in the database; see «The log's guard» in docs/operations.md
transparency-other-gate = the log names no desk's key that could be replaced, or another key of the gate than the one in `keys/sign.key`; nothing was done
transparency-other-desk = the log names no gate's key that could be replaced, or another key of the desk than the one in `keys/desk/desk.key`; nothing was done
transparency-gate-changed = the gate's signing key is not the one that the log names, and a campaign is open; nothing more is mixed: put `keys/sign.key` back from its backup and give `mixer run --gate` its public key, or see `minping log replace-gate --help`
transparency-older-than-known = the database has a log of { $rows } entries, and { $size } entries with the root { $root } were signed; nothing is signed: a newer backup, or the guard from the old disk, has the rest
transparency-other-history = the first { $size } entries in the database do not give the root that somebody outside knows; nothing is signed: see «The log's guard» in docs/operations.md
