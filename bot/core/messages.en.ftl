# Settings: refusals of environment variables.

setting-unknown = there is no such setting; the settings are { $settings }
setting-no-number = «{ $value }» is not a whole number
setting-unknown-time-zone = there is no time zone «{ $value }»; write one like Asia/Shanghai
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

core-file-not-found = the file cannot be read, because there is none of this name; check its name
core-file-read-forbidden = the file cannot be read; give this account the permission to read it
core-file-is-folder = the file cannot be read, because this is a folder; name a file
core-file-unreadable = the file cannot be read; it or its disk may be damaged
core-file-write-forbidden = the file cannot be written; give this account the permission, or choose another folder
core-disk-full = the file cannot be written, because the disk is full; make room and try again
core-file-unwritable = the file cannot be written; choose another name or folder
