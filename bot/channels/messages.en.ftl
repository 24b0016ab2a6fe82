telegram-address-refused = Telegram refuses this address: { $reason }
telegram-secret = Telegram's secret has 1 to 256 characters: A–Z, a–z, 0–9, _ and -
telegram-token-unknown = Telegram does not know this token; copy it again from @BotFather
wechat-aes-key = an EncodingAESKey has 43 letters and digits; copy it again from the account's page
wechat-receiver = without it sealed messages cannot be opened; copy it from the account's page
wechat-safe-mode = behind https the service takes sealed messages only; choose safe mode on the account's page and set its EncodingAESKey here
wechat-token = a token has { $least } to { $most } letters and digits, because a short one is guessed from one signature; set the same new one here and on the account's page
