telegram-address-refused = Telegram 不接受这个网址：{ $reason }
telegram-secret = Telegram 的密文须为 1 至 256 个字符：A–Z、a–z、0–9、_ 和 -
telegram-token-unknown = Telegram 不认识这个令牌，请从 @BotFather 重新复制
wechat-aes-key = EncodingAESKey 须为 43 个字母和数字，请从公众平台的页面重新复制
wechat-receiver = 缺少它就无法打开密封的消息，请从公众平台的页面复制
wechat-safe-mode = 对外使用 https 时只接收加密消息；请在公众平台选择“安全模式”，并在此填写 EncodingAESKey
wechat-token = 令牌须为 { $least } 至 { $most } 个字母和数字，太短的令牌凭一个签名就能猜出；请在此处和平台页面换上同一个新令牌
