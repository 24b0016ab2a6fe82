dead-letter-keys = { $keys }
dead-letter-other-key = 这封死信用其他密钥密封，只能丢弃
dead-letter-unknown = 没有这封死信，见 `minping letters show`
conversation-other-form = 存储的对话属于其他版本
