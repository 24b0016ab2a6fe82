# 市民看到的每一句话。
# date: year, time 为文字；month, day 为数字。

language-name = 中文
date = { $year }年{ $month }月{ $day }日 { $time }
date-end = { $year }年{ $month }月{ $day }日 24:00
begin = 开始评价

organiser = 主办：{ $organiser }　电话：{ $phone }　个人信息事务：{ $privacy }
organiser-between = { "　" }
pilot = 这是试评，结果不计入任何考核。
welcome =
    您好！大约一分钟，不问姓名。我们不给被评价单位任何能认出您的信息。
    您可以随时停止；在 { $date } 截止前可以重新评价，以最后一次为准。

door = 现在有几项评价，请选择一项，或输入您要评价的单位名称。
door-unit = { $unit }在几项评价中都可以评，请选择一项。
door-found = 这个单位在下面的评价中，请选择。
door-campaign = { $title }（{ $date } 截止）

units =
    { $title }
    请选择您要评价的单位。也可以直接输入单位名称、拼音、代码或要办的事来查找。
units-page = 第 { $page } 页，共 { $pages } 页
units-found = 找到 { $count } 个单位，请选择，或换个词再找。
units-none = 没有找到相符的单位。您可以换个词再试，或从下面的列表中选择。
units-perhaps = 没有完全相符的单位。您找的也许是下面的单位；不是的话，请换个词再试。
units-not-rated = 您找的机构不在本次评价范围内。请换个词再试，或从下面的列表中选择。
units-empty = 目前没有可以评价的单位。
units-all = 显示全部单位
page-previous = ‹ 上一页
page-next = 下一页 ›

other-ask = 您对{ $unit }的评价还没提交，回答都还在。要先评{ $other }吗？{ $unit }的回答会留着。
other-stay = 接着评{ $unit }
other-go = 先评{ $unit }
other-full = 您对{ $unit }的评价还没提交，另外还有 { $count } 份也没提交。请先接着评其中一份，或放弃{ $unit }的回答，再评{ $other }。
other-drop = 清除{ $unit }的回答，评{ $other }
leave-ask = 您还有没提交的评价。您打开的是另一次评价活动；去那里，没提交的回答会清除。
leave-stay = 接着评
leave-go = 清除，去另一次评价
put-aside = 您对{ $unit }的评价还没提交，已留着，可以在“未提交的评价”里接着评。
waiting = 未提交的评价排在最前面，选它就接着评。
waiting-open = 未提交的评价（{ $count }）
waiting-go = 未提交：接着评{ $unit }
resumed = 这是您还没有提交的评价，接着填就行。
whose-ask = 这个浏览器评过{ $unit }；再提交会替换上一次。
whose-note = 如果现在换了一个人，请选“换一个人评”：上一个人的评价不变，填过什么在这里都看不到，没有提交的也不能在这里接着填。
whose-mine = 改我的评价
whose-other = 换一个人评
whose-back = 先不评，看别的单位
continuing = 您有一份还没有提交的评价，我们接着来。如不想继续，请按“停止”。
link-unknown = 这个链接已失效或不完整，但不影响您参加评价。
unit-unknown = 没有找到链接中的单位。
unit-full = 本次{ $unit }所需的评价人数已经满了，谢谢您的热心。您没有提交任何内容。欢迎从下面选择其他单位来评价。
unit-full-mark = { $unit }（人数已满）
unit-gone = 这个单位现在不能评价了，之前没有提交的回答已清除。请另选单位。
dropped = 之前没有提交的回答已清除。
hidden = 有些问题因此不再适用，原来的回答已去掉。
stopped = 已停止，没有提交任何内容，刚才的回答已清除。
timed-out = 离上次回答已经过了较长时间，没有提交的回答已清除。欢迎重新开始。
stale = 这个按钮已经过时，没有任何改动。请看当前这一步。
early = 这条消息是在您看到这一步之前发出的，没有任何改动。请看当前这一步。
edit-late = 您改的那条消息已经过了能改的时候，改动没有收进来。要改回答，请用下面的按钮回到那一题；已经提交的，请重新评价。
noted = 已经记下了。
use-buttons = 请点选下面的一项，或输入它的序号。
press-submit = 请按“提交”按钮来提交。

stopped-redo = 已停止。您之前提交的评价不变。
use-labels = 没有看懂您的回答。请点选下面的一项，或回复其中的文字：“{ $labels }”。
label-between = ”、“
media-voice = 抱歉，我们听不了语音，也没有保存。请点选下面的一项，或用文字回复。
media-photo = 抱歉，我们看不了图片和视频，也没有保存。请点选下面的一项，或用文字回复。
media-location = 我们用不到您的位置，也没有保存。请接着回答当前这一步。
media-contact = 我们不需要电话和联系人，也没有保存。请接着回答当前这一步。
media-other = 抱歉，这种消息我们读不了，也没有保存。请点选下面的一项，或用文字回复。
media-caption = 我们只收下了文字，附带的图片或文件没有保存。
said-who-sees = 我们不问姓名，也不给被评价单位任何能认出您的信息；结果只公布汇总数字。详细说明：/privacy
said-who-are-you = 这是“{ $title }”的问卷，由程序自动回复，不是真人。我们不收钱，不发红包，也不问密码和验证码。拿不准时可以先不评，拨打 12345 核实。
said-who-are-you-code = 这是“{ $title }”的问卷，由程序自动回复，不是真人。我们不收钱，不发红包，不问密码，聊天里也不问验证码。您自己要确认身份时，验证码只填在您打开的那个网页上。拿不准时可以先不评，拨打 12345 核实。
said-abuse = 听得出您有气。怎样评价都由您，请接着回答当前这一步；想说的话，可以在意见那一步写下来。
said-number = 请不要在这里留电话或证件号码，刚才的号码没有保存。请接着回答当前这一步。
said-pressed = 任何人都无权要求您怎样评价，也无权查看您的回答。当着别人的面评过的，过后可以重新评价，以最后一次为准；回执不显示您的回答。评价一个单位时，“帮助”下面有按钮可以告诉我们。
said-change = 在 { $date } 截止前可以改：再评一次这个单位，以最后一次为准；全部删除用“删除我的评价”（/delete）。还没提交的，可以用“上一步”，或在核对时改。
said-when = 活动在 { $date } 截止。进行中不公布分数，截止以后由主办单位公布结果。
said-human = 这里由程序自动回复，没有人工值守。要问人，请打主办单位的电话，或拨打 12345。
said-how-many = 可以评好几个单位，一个一个来；同一个单位再评，以最后一次为准。没去办过事、但了解它的工作，也可以评。
said-receipt = 回执是提交以后给您的编号。它只说明评价已收到，不显示您怎样评的；约一小时后，可以凭它查是否已记入公开日志。
said-use = 评价结果用于部门年度绩效考核；单位工作人员的评价单独统计。
said-thanks = 谢谢您！当前这一步在下面。
said-question = 抱歉，我是自动程序，这个问题答不了。怎样评价请看 /help，隐私请看 /privacy。
opt-out-ask = 您是要退订，今后不再收到评价邀请，还是把这句话作为意见？
quit-opinion = 您是要停止这份评价，还是把这句话作为意见？停止后，这份没有提交的回答会清除。
quit-which = 您是要停止这份评价、今后不再收到评价邀请，还是把这句话作为意见？停止后，这份没有提交的回答会清除。
quit-ask = 要停止这份评价吗？停止后，这份没有提交的回答会清除。
quit-yes = 停止这份评价
quit-list = 不想评可以直接离开，没有提交的不算评价。要评价，请点选下面的单位，或输入单位名称。
opt-out-yes = 退订
opt-out-opinion = 这是我的意见
opt-out-how = 如果不想再收到邀请，请回复“退订”。要评价，请点选下面的单位，或输入单位名称。
opted-in = 已恢复，今后有评价活动可能再邀请您。不想收到时请回复“退订”。

write = 请直接输入您的回答（最多 { $limit } 字）。
write-number = 请输入一个整数。
now-chosen = 您目前的回答：
box-number = 这一步请用文字写下想说的话；没有要说的，请选“{ $skip }”。
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

review = { $unit } · 您的评价
review-open = 还没有提交，请核对。
review-between = ：
review-note = 请按您自己的真实感受评价。任何人都无权要求您怎样评价，也无权要求查看您的回答。
not-filled = （未填写）
submit = 提交
change = 改 { $number }

receipt =
    已收到您对{ $unit }的评价，谢谢您！
    回执编号：
receipt-where = 回执只说明评价已收到，不显示您的回答内容。约一小时后，您可以把回执发到这里，或在本活动网站的 /receipt 页面输入，查询它是否已记入公开日志。
receipt-note =
    { $where }
    在 { $date } 截止前您可以重新评价，以最后一次为准；如有人要求您按某种结果评价，您也可以这样改回来，并用下面最后一个按钮告诉我们。
receipt-in = ✓ 这张回执已记入公开日志：该评价已收到，日志中没有被删除。
receipt-not-yet = 公开日志中还没有这张回执。评价分批记入，一般在一小时内，最迟在活动截止时。请核对输入是否正确，或稍后再查。
receipt-lost = 这张回执已记入公开日志，但磁盘发生故障，该评价随数据丢失，不计分。活动截止前请重新评价。
loss-told = 磁盘发生故障后，我们用备份恢复了数据。{ $since }至{ $until }之间提交的评价可能已丢失：如果您在此期间评价过，请核对回执，或直接再评一次。
receipt-maybe-lost = 公开日志中没有这张回执。磁盘发生故障后，我们用备份恢复了数据：如果您在此之前收到回执，活动截止前请重新评价。之后的评价一般在一小时内记入，最迟在活动截止时。
receipt-how = 请发送回执的 16 位字符，例如 ABCD-EFGH-IJKL-MNOP。您会看到它是否已记入公开日志，不会显示回答内容。
promise-ask = 要一份签名承诺
promise =
    关于这次评价的签名承诺
    可以要，也可以不要：没有它，评价照样有效。
    · 它能证明：本系统凭您的回执收到过一份评价，最迟应在 { $date } 前记入公开日志。日志截止后如果没有这一条，任何人都能凭它查出来。
    · 它不能证明：您评的是哪个单位、怎样评的，也不能证明这份评价仍然计分。
    · 看到它的人会知道您参加过评价；看到两份，就知道您评过不止一次。任何人都无权要求您出示。
    · 只能现在要：您接着操作之后就没有了，约保留一小时。
promise-show = 给我看
promise-back = 先不要
promised = 您的签名承诺
promised-note = 请打开承诺页面，保存其中的文字或文件。如果别人也用您的手机，不要把它留在聊天里。
promise-done = 已保存
promise-none = 现在没有可以给您的承诺。只有刚提交评价之后才能要：您接着操作之后就没有了，约保留一小时。
again = 评价其他单位
redo = 重新评价这个单位
pressured = 有人要求我怎样评
pressured-noted = 已记下。
redo-note = 请重新回答。提交后，新的评价将替换之前的一次；不提交则保持不变。

language = 请选择语言。您的回答都会保留。
help =
    请选择一个单位，回答几个问题，核对后提交，大约一分钟。
    { $choose }
    · “上一步”可以返回，“停止”可以放弃，都不会提交任何内容。
    · 中途离开没有关系，回来后接着答即可。
    · 如有人要求您怎样评某个单位：评价该单位时，本帮助下面有按钮可以告诉我们，回执下面也有。这与您的回答分开保存。
help-choose = · 选项可以点按，也可以输入序号或文字。
help-commands = 命令：/start 开始　/language 语言　/privacy 隐私　/receipt 查询回执　/promise 签名承诺　/followup 我的留言　/delete 删除我的评价
privacy =
    您的隐私：
    · 评价里不存您的账号、姓名、电话，只存用密钥算出的代号，使同一账号（网页上为同一浏览器）对每个单位只计一票。邀请名单上的联系方式、您留给办公室的联系方式，另外加密保存，您退订或停止时即删除。
    · 您选择的答案、意见文字和提交时间（精确到一刻钟）先加密封存，与其他人的评价混在一起打乱顺序，再以另一个代号保存；意见与答案分开，到活动截止时才打乱顺序存放。我们不给被评价单位任何能认出您的信息。
    · 活动进行中，同时掌握两处密钥的人在技术上可能查到；截止时系统销毁密钥和对话，密钥若有备份，由主办方一并销毁。
    · 没有提交的回答加密暂存：您停止时即清除，超时后不再使用；活动截止时，连同整段对话记录一起删除。
    · 在 { $date } 截止前，您可以重新评价，也可以用“删除我的评价”（/delete）删除您在本次活动中的全部评价。
    · 请办公室答复的话不是评价的一部分：它另走一路，当天结束后交给办公室；联系方式加密封存，您停止时即删除。删除评价不会删除它。
    · 评价之后，您可以要一份签名承诺，证明这份评价会记入公开日志。上面没有单位，也没有答案；看到它的人会知道您参加过评价。它与回执一起加密保存约一小时，最迟在活动截止时删除。
    { $chat }
privacy-chat = · 对话会经过您所用的聊天软件，它有自己的隐私规则。请不要在意见中填写个人信息。
identity-offer = 确认身份（可选）
identity =
    用手机号确认身份（可选）
    · 在 Telegram、微信、网页用同一手机号确认后，这些地方的评价对每个单位只计一票，以最后一次为准。
    · 号码只用来发验证码，并用本次活动的密钥算出代号；号码不保存，截止时密钥销毁。
    · 您在这里确认之前提交的评价会撤回，请再评一次。
    · 不确认也可以评价。
identity-openid =
    用身份认证平台确认身份（可选）
    · 在 Telegram、微信、网页用同一个平台账号确认后，这些地方的评价对每个单位只计一票，以最后一次为准。
    · 平台告诉我们您在那里的编号，我们用本次活动的密钥算出代号；编号不保存，截止时密钥销毁。
    · 平台知道您来确认过，不知道您评价了哪个单位、怎么评的。
    · 您在这里确认之前提交的评价会撤回，请再评一次。
    · 不确认也可以评价。
identity-both =
    用手机号或身份认证平台确认身份（可选）
    · 在 Telegram、微信、网页用同一手机号，或用登记了这个手机号的平台账号确认后，这些地方的评价对每个单位只计一票，以最后一次为准。
    · 号码只用来发验证码，并用本次活动的密钥算出代号；号码不保存，截止时密钥销毁。
    · 平台知道您来确认过，不知道您评价了哪个单位、怎么评的。
    · 您在这里确认之前提交的评价会撤回，请再评一次。
    · 不确认也可以评价。
identity-known = 您在这项评价里已经确认过身份。
identity-back = 返回
identity-done = 身份已确认。您接下来提交的评价，按同一个人计。
identity-withdrawn = 您确认之前在这里提交的评价正在撤回，请再评一次。
identity-none = 这项评价不确认身份，请直接评价。
identity-later = 请先选择一项评价，再确认身份。
identity-away = 这里暂时打不开确认身份的网页。不确认也可以评价。
identity-help = · 可以确认身份，使您在几个渠道只计一票：在第一题或单位列表下方选“确认身份”。
identity-code-text = 验证码 { $code }，{ $minutes } 分钟内有效，用于在评价中确认身份。请勿告诉他人。{ $organiser }
delete = 要删除您在“{ $title }”中的全部评价吗？没有提交的回答也会一并清除。删除后不能恢复，但截止前您可以重新评价。
delete-office = 您交给办公室的话不在其中：这里删除后，当天结束后仍会送出。不想送出的话，请到“我的留言”（/followup）按“全部停止”。
delete-yes = 全部删除
delete-no = 不删除，返回
deleted = 本系统里的对话已删除。您在“{ $title }”中的评价随下一批处理撤回，一般在一小时内，最迟在活动截止时。截止前您可以重新开始。
deleted-office = 您交给办公室的话没有随之删除，还没送出的当天结束后仍会送出；不想送出的话，请到“我的留言”（/followup）按“全部停止”。

idle = 欢迎参加“{ $title }”。
not-open = “{ $title }”还没有开始，将于 { $date } 开始。届时欢迎您来评价。
closed = “{ $title }”已于 { $date } 截止，谢谢您的关注。
closed-early = “{ $title }”已提前截止，谢谢您的关注。
closed-held = “{ $title }”已截止，核验中，谢谢您的关注。
closed-unfinished = 活动已截止，您没有提交的回答已清除，不会计入。
closed-uncounted = 活动已截止，您没有提交的回答不会计入。
closed-delete = 活动已截止，评价不能再修改或删除。
paused = “{ $title }”目前暂停接收评价，请稍后再来。
no-campaign = 目前没有正在进行的评价活动，请过些时候再来。
trouble = 抱歉，刚才的操作没能处理。您之前的回答都还在，请再试一次，或发送 /start。

letter-invitation-lead = 您好！您被随机抽中参加“{ $title }”。请为您了解的单位打分，约一分钟，不问姓名，结果只公布汇总数字。
letter-invitation-how = 用手机扫码，或在浏览器中输入下面的网址，再输入编码。编码只供一人使用，请勿转交。
letter-invitation-address = 网址
letter-invitation-code = 编码
letter-invitation-stop = 核实真伪请拨 12345。不想再收到邀请，请致电 { $phone }，告知参考号 { $reference }。
poster-once = 年度评价
poster-ask = 请为本单位今年的工作打分
poster-scan = 用手机扫描二维码
poster-answer = 回答几个问题，大约一分钟
poster-submit = 核对后提交，即可得到回执
poster-type = 不便扫码时，可以在浏览器中输入：
poster-private = 不问姓名。我们不给被评价单位任何能认出您的信息；请不要在意见里写明自己是谁。
poster-free = 请按自己的真实感受评价。任何人不得要求您怎样评，也不得查看您的回答。
poster-until = 截止时间：{ $date }。同一人再次评价同一单位的，以最后一次为准。

# 希望改进的事
goes-ask = 您写的话，要怎样用？
goes-note = 交给办公室的话与评价分开，不影响得分；当天结束后送出，应在 1 个工作日内答复，答复和逾期都在“我的留言”（/followup）里。办公室看不到您是谁，除非您自己写出来。
goes-count = 只作统计：按主题计数，没有人答复
goes-office = 交办公室答复、督促整改，原话不给该单位
goes-unit = 交办公室，原话也给该单位看
went-count = 只作统计
went-office = 交办公室
went-unit = 交办公室，单位可看
went-kept = （还没有选怎样用）
personal-ask = 其中像是{ $kinds }，要隐去吗？
personal-phone = 电话号码
personal-identity = 证件号码
personal-card = 银行卡号
personal-plate = 车牌号
personal-account = 微信号或QQ号
personal-name = 姓名
personal-address = 住址
personal-email = 邮箱地址
personal-between = 、
personal-hide = 隐去
personal-keep = 保留
mend-sent = 您写的话明天交给办公室。答复会在“我的留言”（/followup）里。
mend-dropped = 刚才写的话没有发送，已清除。

follow-list = 您的留言，请选择一条：
follow-none = 还没有您的留言送到办公室。
follow-waiting = 当天留下的话，次日早上送到办公室。
follow-all-stopped = 您已按过“全部停止”：在那之前交给办公室、还没有送到的话不再送出。
follow-mark-stopped = { $request }（已停止）
follow-stop-all = 全部停止
follow-head = 关于{ $unit }的留言（{ $code }）
follow-new = 办公室已收到。
follow-assigned = 已交办整改。
follow-planned = 已有整改方案。
follow-fixed = 办公室表示已经改好。
follow-closed = 已办结。
follow-late = 答复已经逾期。
follow-you = 您（{ $day }）：
follow-office = 办公室（{ $day }）：
follow-is-stopped = 您已停止，不会再有人就此联系您。
follow-how = 要给办公室写话，请“回复”本条消息（长按消息，选“回复”）。
follow-answer = 办公室答复您关于{ $unit }的留言（{ $code }）：
follow-said = 已转交办公室。
follow-shared = 单位现在可以看到您到目前为止写的话。
follow-stopped = 已停止，联系方式已删除，您不会再收到答复。还没送到办公室的话不再送出；已送到的收不回来。
follow-rated = 谢谢，已记下。这不影响得分。
follow-cannot = 现在不能这样做。
follow-long = 太长了：请不超过 { $limit } 字。没有转交。
follow-do-yes = 已经改好
follow-do-no = 没有改好
follow-do-share = 同意单位看我的话
follow-do-stop = 停止这条留言
follow-do-list = 我的全部留言
follow-do-open = 查看

# 邀请
invitation-begin = 开始评价
invitation-stop = 不再接收邀请
invitation-text = 诚邀您参加“{ $title }”。您是经随机抽取选中的。大约需要一分钟，不问姓名，结果只公布汇总数字。截止时间：{ $date }。
reminder-text = 提醒：“{ $title }”将于 { $date } 截止。大约需要一分钟，不问姓名，结果只公布汇总数字。如果您已经参加，谢谢您，无需再做什么。
invitation-subject = 邀请您评价政府部门工作
invitation-short = 您被随机抽中评价政府部门工作，约1分钟，不问姓名：{ $link } 核实电话{ $phone }，拒收请回复R
reminder-short = 提醒：请评价政府部门工作，约1分钟，不问姓名，已参加的不用理会：{ $link } 核实电话{ $phone }，拒收请回复R
opted-out = 已退订，今后任何评价活动都不再邀请您。想恢复请回复“恢复”。
opted-out-rating = 正在评的这份可以接着评；要停止它，请按“停止”。
opted-out-web = 网页里没有您的联系方式，也不从网页发邀请，所以在这里没有可以退订的。如果您在别处收到过邀请，请在收到它的地方回复“退订”，或回复“恢复”。
