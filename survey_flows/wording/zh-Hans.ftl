# 市民看到的每一句话。
# date: year, time 为文字；month, day 为数字。

language-name = 中文
date = { $year }年{ $month }月{ $day }日 { $time }
begin = 开始评价

welcome =
    您好！这是一次不记名评价，大约一分钟。
    您可以随时停止；在 { $date } 截止前可以重新评价，以最后一次为准。

units =
    { $title }
    请选择您要评价的单位。也可以直接输入单位名称、拼音或代码来查找。
units-page = 第 { $page } 页，共 { $pages } 页
units-found = 找到 { $count } 个单位，请选择，或换个词再找。
units-none = 没有找到相符的单位。您可以换个词再试，或从下面的列表中选择。
units-empty = 目前没有可以评价的单位。
units-all = 显示全部单位
page-previous = ‹ 上一页
page-next = 下一页 ›

continuing = 您有一份还没有提交的评价，我们接着来。如不想继续，请按“停止”。
link-unknown = 这个链接已失效或不完整，但不影响您参加评价。
unit-unknown = 没有找到链接中的单位。
unit-gone = 这个单位现在不能评价了，之前没有提交的回答已清除。请另选单位。
dropped = 之前没有提交的回答已清除。
hidden = 有些问题因此不再适用，原来的回答已去掉。
stopped = 已停止，没有提交任何内容，刚才的回答已清除。
timed-out = 离上次回答已经过了较长时间，没有提交的回答已清除。欢迎重新开始。
stale = 这个按钮已经过时，没有任何改动。请看当前这一步。
noted = 已经记下了。
use-buttons = 请点选下面的一项，或输入它的序号。
press-submit = 请按“提交”按钮来提交。

write = 请直接输入您的回答（最多 { $limit } 字）。
write-number = 请输入一个整数。
now-chosen = 您目前的回答：
text-empty = 没有收到文字内容，请再输入一次。
text-long = 您写了 { $length } 字，最多 { $limit } 字。请缩短后再发一次，其他回答都还在。
integer-bad = 请输入一个整数，例如 3。
integer-low = 请输入不小于 { $limit } 的整数。
integer-high = 请输入不大于 { $limit } 的整数。

back = ‹ 上一步
skip = 跳过
keep = 不改，继续
read-on = 继续
stop = 停止

review = 请核对您对{ $unit }的评价：
review-note = 请按您自己的真实感受评价。任何人都无权要求您怎样评价，也无权要求查看您的回答。
not-filled = （未填写）
submit = 提交
change = 修改第 { $number } 项

receipt =
    已收到您对{ $unit }的评价，谢谢您！
    回执编号：
receipt-note =
    回执只说明评价已收到，不显示您的回答内容。
    在 { $date } 截止前您可以重新评价，以最后一次为准；如有人要求您按某种结果评价，您也可以这样改回来。
again = 评价其他单位
redo = 重新评价这个单位
redo-note = 请重新回答。提交后，新的评价将替换之前的一次；不提交则保持不变。

language = 请选择语言。您的回答都会保留。
help =
    请选择一个单位，回答几个问题，核对后提交，大约一分钟。
    · 选项可以点按，也可以输入序号或文字。
    · “上一步”可以返回，“停止”可以放弃，都不会提交任何内容。
    · 中途离开没有关系，回来后接着答即可。
    命令：/start 开始　/language 语言　/privacy 隐私　/delete 删除我的评价
privacy =
    您的隐私：
    · 我们不保存您的账号、姓名或电话。数据库里只有用密钥算出的代号，用来保证同一账号（网页上为同一浏览器）对每个单位只计一票。
    · 您选择的答案、意见文字和提交时间（精确到一刻钟）保存在这个代号之下，用于统计；被评价的单位不会得到您的身份。
    · 没有提交的回答加密暂存：您停止时即清除，超时或活动截止后不再使用，最迟三十天后删除。
    · 在 { $date } 截止前，您可以重新评价，也可以用 /delete 删除您在本次活动中的全部评价。
    · 对话会经过您所用的聊天软件，它有自己的隐私规则。请不要在意见中填写个人信息。
delete = 要删除您在本次活动中的全部评价吗？没有提交的回答也会一并清除。删除后不能恢复，但截止前您可以重新评价。
delete-yes = 全部删除
delete-no = 不删除，返回
deleted = 您在本次活动中的评价和对话记录已删除。如果愿意，您可以在截止前重新开始。

idle = 欢迎参加“{ $title }”。
not-open = “{ $title }”还没有开始，将于 { $date } 开始。届时欢迎您来评价。
closed = “{ $title }”已于 { $date } 截止，谢谢您的关注。
closed-early = “{ $title }”已经结束，谢谢您的关注。
closed-unfinished = 活动已截止，您没有提交的回答已清除，不会计入。
closed-delete = 活动已截止，评价不能再修改或删除。
paused = “{ $title }”目前暂停接收评价，请稍后再来。
no-campaign = 目前没有正在进行的评价活动，请过些时候再来。
trouble = 抱歉，刚才的操作没能处理。您之前的回答都还在，请再试一次，或发送 /start。
