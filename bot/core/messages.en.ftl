# Settings: refusals of environment variables.

setting-unknown = there is no such setting; the settings are { $settings }
setting-no-number = «{ $value }» is not a whole number
setting-unknown-time-zone = there is no time zone «{ $value }»; write one like Asia/Shanghai
setting-log-key-of-witness = this is a witness's key; `minping mixer key` prints the log's
setting-no-witness-key = a key is not a witness's; `minping witness --key FILE` prints one
setting-unknown-level = «{ $value }» is not one of { $levels }
