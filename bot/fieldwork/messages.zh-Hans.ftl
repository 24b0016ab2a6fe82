# Fieldwork: contacts, samples, invitations and pushes.

fieldwork-table-empty = 表格只有表头，没有数据；没有保存任何内容

# Lists of contacts
fieldwork-unknown-channel = 没有这个接入方式，可用的有：{ $channels }
fieldwork-no-telegram-address = 这不是 Telegram 的 chat id，应为 1 至 16 位数字
fieldwork-no-phone = 这不是手机号码；请写十一位数字，境外号码写 + 和国家代码
fieldwork-no-mail-address = 这不是电子邮件地址
fieldwork-no-wechat-user = 这不是本市公众号的 openid；应为 20 至 64 个字母、数字、“_”或“-”
fieldwork-no-wecom-user = 这不是企业微信的成员账号；请写 1 至 64 个字母、数字、“_”“-”“@”或“.”
fieldwork-no-dingtalk-user = 这不是钉钉的 userid；请写 1 至 64 个字母、数字或“_-@.”
fieldwork-no-feishu-user = 这不是飞书的 user_id；请写 1 至 64 个字母、数字或“_”
fieldwork-no-postal-address = 这不是通信地址；请写姓名、地址和邮编，5 至 200 字
fieldwork-no-list-number = 这不是名单中的编号；请写 1 至 32 个字母、数字、“_”“.”或“-”
fieldwork-no-person-number = 这既不是手机号码，也不是名单中的编号（1 至 32 个字母、数字、“_”“.”或“-”）
fieldwork-two-numbers = 由名单单位发送的人，联系方式就是编号；请将此格留空
fieldwork-person-differs = 第 { $row } 行对同一人写了不同的语言、评价主体、区域、规模或名单；请改成一致
fieldwork-address-of-two = 这个联系方式或编号在本名单中已属于另一编号；请更正此行
fieldwork-persons-sampled = 此行使两个已登记的人合为一人，而评价活动 { $campaign } 的抽样框同时有这两人；请在活动截止后导入
fieldwork-unknown-language = 没有“{ $text }”这种语言，可用的语言：{ $languages }
fieldwork-no-stratum-name = “{ $text }”不能用作名称：最多 { $max } 个文字、数字或“_”“.”“-”
fieldwork-consent-in-future = { $day } 晚于今天，请填写本人同意的日期
fieldwork-contact-twice = 该联系人在第 { $row } 行已出现，请删除其中一行
fieldwork-cell-twice = 单元格 { $cell } 在前面的行中已出现

# Samples
fieldwork-sample-after-opening = 抽样方案须在活动开启前制定，请另建活动
fieldwork-sample-not-planned = 该活动开启前没有制定抽样方案
fieldwork-seed-not-drawn = 随机种子在活动开启时抽取，请先开启活动
fieldwork-frame-differs = 保存的抽样框与登记的不一致，请从备份恢复
fieldwork-sample-other-format = 样本文件的格式不是 { $format }、{ $rule }
fieldwork-no-sample-file = 这不是 `minping sample draw` 生成的样本文件
fieldwork-unknown-allocation = 没有“{ $method }”这种分配方法，可用的方法：{ $methods }
fieldwork-proportional-with-values = 按比例抽样不需要各单元格的数值，请去掉
fieldwork-sample-size-missing = 请填写抽取人数
fieldwork-cells-too-small = { $cells }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 个单元格
    }可邀请的人不足 { $floor } 人，能据此认出是谁的评价；请用更大的区域或不填规模，重新导入这些联系人
fieldwork-cell-with-people = { $cell }（{ $people } 人）

# How a published sample differs from its registration
fieldwork-no-registered-sample = 该活动没有登记样本
fieldwork-other-seed = 随机种子与登记的不一致
fieldwork-other-frame = 抽样框与登记的不一致：有人被添加、删去或移动
fieldwork-other-design = 抽样设计与登记的不一致

# Invitations
fieldwork-nobody-drawn = 该活动还没有抽取样本{ $reader ->
    [console] ；请先在该活动的推送页面抽取
   *[command] ，见 `minping sample draw`
    }
fieldwork-invites-only-open = 只有征集中的活动才能邀请，该活动不在征集中

# Pushes
fieldwork-nobody-left = 邀请都已发出，没有还没收到的人
fieldwork-step-too-soon = 上一步发出还不到 { $least } 小时；请在 { $hours } 小时后再试
fieldwork-nobody-invited = 还没有邀请任何人{ $reader ->
    [console] ；请先在该活动的推送页面生成邀请
   *[command] ，见 `minping invitations make`
    }
fieldwork-text-missing = 请把这种语言的消息也写上
fieldwork-text-too-long = 消息超过 { $max } 个字符，请缩短
fieldwork-pushes-only-open = 只有征集中的活动才能推送，该活动不在征集中
fieldwork-no-more-reminders = 邀请和 { $reminders } 次提醒都已发出，不再推送
fieldwork-step-not-ended = 上一次推送还有 { $left } 条消息没有发出，请等待或取消
fieldwork-step-in-hand = 已取消的那次推送还有 { $left } 条消息正在交付，请两分钟后再试
fieldwork-nothing-pushed = 该活动没有推送过
fieldwork-push-not-running = 最近一次推送没有在发送，不能暂停
fieldwork-push-not-paused = 最近一次推送没有暂停，不能继续
fieldwork-push-over = 最近一次推送已经取消

# Templates that providers approve
fieldwork-template-text = 模板应为 1 至 { $max } 字
fieldwork-template-variables = 请把编码写成模板的 1 至 { $most } 个变量，如 { "${code}" } 或 { "{1}" }{ "{2}" }
fieldwork-template-field = “{ $text }”不是微信卡片的字段；请每个字段写一行，如 { "thing1：文字" }
fieldwork-template-value = 字段 { $name } 应为 1 至 { $max } 字
fieldwork-template-account = 没有这个只发模板的账号；服务按账号文件启动后才能登记
fieldwork-template-unknown = 模板只能是邀请、提醒，或短信账户的验证码（code），语言只能是 zh-Hans 或 en
fieldwork-template-state = 模板不能改为这个状态：已起草的可报审，已报审的可通过或驳回，已通过的可驳回
fieldwork-template-long = 模板编号最多 { $id } 字，说明最多 { $note } 字
fieldwork-template-id = 请填写服务商给已通过模板的编号
fieldwork-cloud-forbids = 公有云短信的规则不允许模板用于问卷调查，也不允许变量中有个人链接；请在此写明云服务商的书面同意，或改用运营商短信平台、加密文件
fieldwork-template-missing = 账号 { $account } 只发送审核通过的模板，其{ $reminder ->
    [0] 邀请
   *[other] 提醒
    }模板还没有通过
fieldwork-template-missing-cloud = 账号 { $account } 是公有云短信，规则不允许模板用于问卷调查，也不允许变量中有个人链接。它只发送审核通过的模板，其{ $reminder ->
    [0] 邀请
   *[other] 提醒
    }模板没有通过。请取得云服务商的书面同意，或改用运营商短信平台、加密文件

# Progress in a stored conversation
fieldwork-progress-unreadable = 无法读取对话中保存的进度
fieldwork-step-unknown = 这一步只能是邀请或提醒，提醒只能发给没有打开邀请的人或所有人

# Files with invitations
handout-form = 信函和邮件合并只用通信地址，加密文件可用短信、电子邮件、信函或名单单位；请另选一类
handout-purpose = 请用 1 至 { $most } 字写明文件用途，公开日志会显示
handout-unknown = 本活动没有这个文件，请先申请
handout-of-another = 这个文件由另一人申请，只有其本人可以生成
handout-made-already = 这个文件已经生成，不能再放弃
handout-returns-late = 活动已截止，参考号已失效；请按联系方式登记拒收
handout-no-reference = 本活动的文件中没有这个参考号；请与信函核对
handout-no-outcome = 没有这种结果，可用的有：{ $outcomes }

# Targets
fieldwork-target-no-group = 办法中没有评价主体“{ $group }”，请重新打开本页
fieldwork-target-no-number = { $group }：请写人数，整数，不超过 { $most }；没有目标就留空
