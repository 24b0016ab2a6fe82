# Telegram's menu of commands.

command-start = 开始或继续评价
command-language = 选择语言 · Language
command-help = 怎么评价
command-privacy = 隐私说明
command-receipt = 查询回执
command-promise = 要一份签名承诺
command-followup = 我的留言
command-delete = 删除我的评价

# 含有答案、而 Telegram 已不能删除的消息，以此代替。
cleared = （已清除）

deleted-telegram = 聊天里显示过您回答的消息，48 小时内的已替您撤下；更早的请自行删除。
deleted-wechat = 聊天软件里的消息我们删不了，请您自行删除。
# 打开承诺页面的按钮；没有按钮时，写在地址前面。
promise-open = 打开承诺页面，保存下来
identity-open = 打开网页，确认身份

typed-stays = 您刚才输入的回答，Telegram 不让我们删除，还留在聊天里。不想留下的话，请长按那条消息，自行删除。
press-unread = 这个按钮在这里不能用。请发送 /start 开始。

# 微信与企业微信：没有按钮，选项以序号写出。“开始”“查看”等词见 wechat/parsing.py。
text-number = 请回复序号。
text-both = 请回复序号，或回复：{ $words }
text-search = 请回复序号或单位名称。
text-search-both = 请回复序号或单位名称，或回复：{ $words }
text-words = 也可以回复：{ $words }
text-review = 核对无误，请回复：{ $submit }
text-change = 要修改哪一项，就回复它的序号；放弃请回复：{ $stop }
text-start = 中文：请回复“开始”
text-between = 、
text-choose = · 选项请回复序号或其中的文字。
text-commands = 也可以回复：开始、查看、语言、隐私、回执、签名承诺、删除、网页；不想再收到邀请，回复“退订”。
text-no-requests = 在这里写的话只作统计，不转交办公室，所以没有留言可看。想请办公室答复，请回复“网页”，在网页上评价。
text-more = （内容较长，有省略）
text-busy = 系统有点忙，刚才这条消息还没有处理完。请过一会儿回复“查看”，看看到了哪一步。
text-unseen = 上一条消息的回复没能及时送到，所以刚才这一条没有作任何改动。请看当前这一步。
text-seen-wechat = 您在这里发出的内容会留在聊天记录里，公众号的后台也可能看到。
text-seen-wecom = 您在这里发出的内容会留在聊天记录里，企业微信的管理员也可能看到。
text-web = 不想留在聊天记录里，请改用网页评价，同样约一分钟：
