telegram-address-refused = Telegram 不接受这个网址：{ $reason }
telegram-secret = Telegram 的密文须为 1 至 256 个字符：A–Z、a–z、0–9、_ 和 -
telegram-token-unknown = Telegram 不认识这个令牌，请从 @BotFather 重新复制
wechat-aes-key = EncodingAESKey 须为 43 个字母和数字，请从公众平台的页面重新复制
wechat-receiver = 缺少它就无法打开密封的消息，请从公众平台的页面复制
wechat-token = 令牌须为 3 至 32 个字母和数字，与公众平台的页面一致
