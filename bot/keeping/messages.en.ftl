keeping-another-runs = another backup or restore of this data folder is running; wait until it has ended
keeping-other-format = this backup was made by a newer program; open it with that one
keeping-no-backup = this sealed file holds no backup, or not all of one; take another copy of it
keeping-part-changed = the part { $part } is not what the backup's header says; take another copy of it
keeping-no-data-file = this is the file of keys; name the file of the database, which begins with «data-»
keeping-no-keys-file = this is the file of the database; name the file of keys, which begins with «keys-»
keeping-database-not-whole = the copy of the database is not whole; nothing was kept of it
keeping-log-not-whole = the { $size } entries of the log do not give the root that was signed; no backup was made: rows were changed, or the disk is faulty
keeping-guard-other = the database's log is not the beginning of what the guard knows; no backup was made: the page on operations says what to do
keeping-program-missing = the program { $program } of PostgreSQL is not on this machine; install the client programs of the server's version
keeping-program-older = the program { $program } is older than the PostgreSQL server; install the client programs of the server's version
keeping-program-failed = the program { $program } of PostgreSQL came to no end; see the server's log
keeping-service-runs = a service uses this data folder; stop it first
keeping-database-not-empty = the database is not empty; a backup is put into an empty one alone: move the old file away, or name another database
keeping-keys-not-empty = keys are here already; leave the file of keys out, or move the old folder away
keeping-keys-needed = there are no keys here; name the file of keys of the backup too
keeping-guard-there = a guard is here already; leave the other one out
keeping-other-version = the backup's database has version { $version }, and this program needs { $known }; restore it by the program that made it, then install this one
keeping-other-database = this is a backup of { $database ->
    [sqlite] an SQLite file
   *[postgresql] a PostgreSQL database
    }; set DATABASE_URL to match
keeping-other-log-key = the checkpoint is not signed by this log key; nothing was restored: bring the keys that belong to this log
keeping-nothing-known = nothing here tells what was signed since the backup; nothing was restored: name the guard's folder on the old disk, or the newest checkpoint that a witness, an auditor or a bundle has
keeping-guard-other-restore = the guard does not begin with this backup, or is older than the checkpoint that was named; nothing was restored
keeping-loss-undecided = this would lose what citizens hold receipts for; nothing was restored: take a newer backup, or have the people who may decide it say so by --loss and --by
keeping-not-restored = nothing was restored
