dead-letter-keys = { $keys }
dead-letter-other-key = this letter was sealed under another key; it can only be dropped
dead-letter-unknown = there is no such letter; see `minping letters show`
conversation-other-form = the stored conversation is of another version
