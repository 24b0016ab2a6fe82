# Rectification: citizens' requests, their steps and the messages about them.

rectification-no-such-request = 没有这条请求
rectification-text-missing = 请填写内容
rectification-text-too-long = 文字超过 { $max } 个字符
rectification-changed-just-now = 刚才已有人办理，请刷新后再看
rectification-request-stopped = 市民已停止这条请求，或没有这个编号的请求
