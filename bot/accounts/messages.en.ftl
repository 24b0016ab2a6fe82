# Accounts, tokens, second factors and preferences: refusals.

account-bad-login = a login has 1 to 64 characters: a–z, 0–9, dot, - and _
account-login-taken = this login is taken; choose another
account-unknown = nobody has this login
account-unknown-role = there is no such role; the roles are { $roles }
account-unit-missing = somebody of this role belongs to a unit; say which (--unit CODE)
account-unknown-unit = there is no unit «{ $unit }»; see `minping import units`
account-last-administrator = this is the last administrator; make another one first
account-password-length = a password has { $shortest } to { $longest } characters
account-password-easy = this password is too easy to guess; take several words that do not belong together
second-factor-in-use = a second factor is in use; turn it off first
second-factor-other-key = the second factor was sealed under another key; reset it
token-bad-name = a token's name has 1 to 32 characters: a–z, 0–9, dot, - and _
token-unknown-scope = choose among the scopes { $scopes }
token-bad-days = a token is good for 1 to { $most } days
token-name-taken = a token had this name already; choose another
token-unknown = there is no such token, or it was revoked before; see `minping token list`
preferences-bad-hours = this is no time of the day to send in; write it like { $example }
preferences-bad-day = one of these is no day; write days like 2026-10-01
preferences-bad-days = write days like 2026-10-01, at most { $most }; take out those that are over
preferences-bad-fatigue-days = this is no number of days from 0 to { $most }
