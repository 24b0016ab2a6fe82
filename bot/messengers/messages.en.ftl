# Accounts of messengers, in files of the data folder.

messengers-missing = the account needs this value
messengers-name = an account is named by small letters, digits and hyphens, at most 32
messengers-bad-url = the address has to begin with https://
messengers-bad-hook = the secret of the receipts' address needs at least { $least } letters and digits, drawn at random
messengers-bad-tls-pin = the pin is the SHA-256 of the certificate, 64 hexadecimal digits
messengers-bad-rate = messages in a second, a number above 0 and at most 1000
messengers-bad-hours = hours are written like 08:00-22:00
messengers-choice = “{ $value }” is none of { $choices }
messengers-mac = the signature needs the field that it goes to, and fields of the request to be made of
messengers-kind-twice = another account serves the same kind of address; keep one of them
messengers-mail-security = security is starttls, tls, or none for a relay on this machine
messengers-mail-port = a port is a number up to 65535
messengers-mail-from = this is no mail address
messengers-agent = the application’s AgentId is a number
messengers-no-address = messages carry links, so the service needs a public https address
