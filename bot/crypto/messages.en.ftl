# Keys and signatures: refusals.

crypto-key-missing = this key is missing; nothing is accepted under a new one: put the file back from its backup
crypto-key-file-damaged = the key file must hold { $bytes } bytes; restore it from the backup
crypto-conversation-other-key = the stored conversation was sealed under another key
crypto-address-other-key = an address was sealed under another key; restore { $file } from its backup
crypto-false-signature = the signature of { $name } is false; do not trust this checkpoint
crypto-checkpoint-unsigned = the checkpoint is not signed by { $names }
crypto-no-key-given = the checkpoint is not signed by any key that was given
crypto-no-witness-key-file = this is not a witness's key; make one with `minping witness --name NAME --key FILE`
crypto-no-age-key = this is no age key; ask the sender for the line that begins with «age1»
crypto-no-age-secret = this file holds no secret key of age, or several; it has one line that begins with «AGE-SECRET-KEY-1»
crypto-age-other-key = this file was sealed to another key; nothing of it can be read with this one
crypto-age-damaged = this file is no sealed file, or is cut off or was changed; take another copy of it
