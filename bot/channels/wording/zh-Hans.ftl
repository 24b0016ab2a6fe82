# Telegram's menu of commands.

command-start = 开始或继续评价
command-language = 选择语言 · Language
command-help = 怎么评价
command-privacy = 隐私说明
command-receipt = 查询回执
command-delete = 删除我的评价

# 含有答案、而 Telegram 已不能删除的消息，以此代替。
cleared = （已清除）
