# Settings: refusals of environment variables.

setting-unknown = there is no such setting; the settings are { $settings }
setting-no-number = «{ $value }» is not a whole number
setting-unknown-time-zone = there is no time zone «{ $value }»; write one like Asia/Shanghai
setting-no-metrics-place = «{ $value }» is neither an address with a port, such as 127.0.0.1:9108, nor the absolute path of a socket
setting-log-key-of-witness = this is a witness's key; `minping mixer key` prints the log's
setting-no-witness-key = a key is not a witness's; `minping witness --key FILE` prints one
setting-unknown-level = «{ $value }» is not one of { $levels }

# Names of codes (labels.py).

# Verdicts on changes of scores
label-change-better = significantly better
label-change-worse = significantly worse
label-change-open = no significant change shown
label-change-other = measured differently in the two years: not tested

# Files that cannot be read or written (file_errors.py).

core-forbidden-character = the text holds the hidden character { $character }; delete it and type the text anew
core-file-not-found = the file cannot be read: there is no such file; check its name
core-file-read-forbidden = the file cannot be read; give this account the permission to read it
core-file-is-folder = the file cannot be read, because this is a folder; name a file
core-file-not-private = others can read this file, which holds secrets; run chmod 600 on it
core-file-not-utf8 = the file is not UTF-8
core-file-unreadable = the file cannot be read; it or its disk may be damaged
core-file-not-utf-8 = the file is not UTF-8 text; save it as UTF-8
core-file-too-large = the file is larger than { $megabytes } MB; split it
core-file-write-forbidden = the file cannot be written; give this account the permission, or choose another folder
core-disk-full = the file cannot be written, because the disk is full; make room and try again
core-no-room = nothing can be stored, because the disk is full or faulty; make room and try again
core-file-unwritable = the file cannot be written; choose another name or folder
core-folder-not-found = the file cannot be written: there is no such folder; check its name
core-file-write-is-folder = the file cannot be written, because this is a folder; name a file
core-file-exists = the file cannot be written: it exists already; choose another name
core-disk-read-only = the file cannot be written: this disk is read-only; choose another folder

# Faults of the machine and of servers (faults.py).

core-memory-full = there is not enough memory; end other programs and try again
core-system-exhausted = the system gives no more files or memory; end other programs and try again
core-path-forbidden = this account has no right to this; give it the right, or name another folder
core-folder-unusable = this folder cannot be made; name another one
core-redis-away = Valkey or Redis cannot be reached; start it, or correct this address
core-database-away = the database cannot be reached; start it, or correct this address
core-database-held = another program holds the database; end it and try again
core-port-taken = another program listens on port { $port }; end it, or set another port
core-port-forbidden = this account may not listen on port { $port }; set one above 1023
core-host-not-ours = «{ $host }» is no address of this machine; set 127.0.0.1 or one that it has
core-socket-not-made = no socket can be made at { $path }; set a path in a folder that exists and that this account may write to

# Fields of forms, requests and commands, as a place names them.

field-login = login
field-password = password
field-role = role
field-unit = unit
field-units = units
field-name = name
field-scopes = scopes
field-days = days of validity
field-hours = hours for messages
field-not-on = days without messages
field-fatigue-days = days between invitations
field-second-factor = roles that need a second factor
field-id = id
field-campaign = campaign
field-year = year
field-title = title
field-title-zh = Chinese title
field-title-en = English title
field-opens-at = opening time
field-closes-at = closing time
field-first = places of the { -grade-first }
field-second = places of the { -grade-second }
field-third = places of the { -grade-third }
field-purpose = purpose
field-about = about
field-asks = asks
field-door = door
field-group = evaluator group
field-stratum = stratum
field-source = source
field-capacity = number of people
field-max-people = most people
field-items = quotas
field-confirm = confirmation
field-page = page number
field-limit = page size
field-state = state
field-status = status
field-audience = audience
field-name-en = English name
field-name-zh = Chinese name
field-country = country code
field-privacy = privacy contact
field-phone = telephone
field-police = police number
field-icp = ICP number
field-body = request body
field-method = method of allocation
field-values = values of the cells
field-size = sample size
field-sample = sample
field-least = least people of a cell
field-fatigue = days between invitations
field-text = text
field-text-zh-Hans = Chinese text
field-text-en = English text
field-theme = theme
field-rating = rating
field-reason = reason
field-remedy = remedy
field-ruling = ruling
field-decision = decision
field-verdict = verdict
field-grade = grade
field-note = note
field-population = population
field-questionnaires = questionnaires
field-receipt = receipt
core-form-stale = somebody has changed this since you saw it; compare and send again
