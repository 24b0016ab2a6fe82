# 评价活动：草稿、链接、配额和文件的问题。

campaign-state-draft = 草稿
campaign-state-opening = 登记中
campaign-state-open = 征集中
campaign-state-paused = 暂停
campaign-state-closing = 截止中
campaign-state-held = 核验中
campaign-state-closed = 已截止
campaign-unknown = 没有这个评价活动；{ $reader ->
    [console] 请在“评价活动”页核对名称
   *[command] 请在活动列表（`minping campaign show`）中核对名称
    }
campaign-wrong-state = 活动目前的状态是“{ $state }”；只有在下列状态下才能这样操作：{ $allowed }
campaign-differs-from-log = 活动内容与日志中的登记不一致；{ $reader ->
    [console] 请告知运维人员
   *[command] 请用 `minping verify` 检查
    }
campaign-opened-just-now = 活动刚刚开启；请重新查看

# 恢复之后的日志
log-loss-without-reason = 缺少原因；原因会在日志中公开
log-loss-two-people = 请写明两位不同的人：--by A --by B；“单人”档位下一人即可
log-loss-other-role = 在现有档位下，该账号不能对损失作出决定

# 草稿
campaign-bad-id = 活动名称为 1 至 32 个字符，可用 a–z、0–9 和 -
campaign-id-taken = 已有同名的活动；请换一个名称
campaign-bad-year = 请填写 { $first } 至 { $last } 之间的年份，例如 2026
campaign-title-missing = 活动需要中文和英文两个标题；请都填写
campaign-bad-moment = 请按 2026-11-24 或 2026-11-24T08:00 的格式填写 { $first } 至 { $last } 年间的日期
campaign-closes-before-opening = 截止时间早于开启时间；请填写更晚的截止时间
campaign-draft-changed = 您打开之后草稿已有改动，请核对后重新提交
campaign-quota-unit-gone = 有配额涉及 { $unit }，请先取消该配额
campaign-without-units = 活动至少要有一个被评价单位；请添加
campaign-aim-unknown = 须为以下之一：{ $words }
campaign-counting-asks-public = 年度考核只取群众对单位的评价；评价对象是领导干部、或由其他人评价的，请设为试评
campaign-purpose-counting = 正式评价：计入当年考核
campaign-purpose-pilot = 试评：不计入任何考核，并告知参评者
campaign-about-units = 单位
campaign-about-leaders = 领导干部
campaign-asks-public = 群众
campaign-asks-staff = 本单位职工
campaign-asks-superiors = 上级
campaign-asks-peers = 同级
campaign-aim = 评价对象：{ $about }；评价主体：{ $asks }
campaign-door-unknown = 活动的入口须为以下之一：{ $doors }
opening-identity-phone = 评价人可用手机号和验证码确认身份；短信由账户文件中的服务商发送，它会看到号码
opening-identity-openid = 评价人可用身份认证平台确认身份；平台会看到谁在何时来确认
opening-identity-worth = 活动确认身份，办法却没有给它单独的折合数；请在 evidence 中设定 verified_worth
opening-identity-account = 没有账户能发验证码；请设置短信账户并重新启动服务，或不选手机号
opening-identity-provider = 没有供评价人使用的身份认证平台；请设置并重新启动服务，或不选这一项
citizens-provider-changed = 活动 { $campaign } 以 { $issuer } 确认身份，换平台会使一个人计两票；请在文件中恢复原来的 issuer，或等活动截止
opening-halves-items = 随机一半的人最后才答总体评价，以检验题目次序的影响；方法页会公布两半的差别
opening-halves-scale = 随机一半的人由不满意到满意列出选项，以检验选项次序的影响；方法页会公布两半的差别
campaign-unknown-questionnaire = 没有问卷“{ $questionnaire }”；请在草稿中加上它的文件
campaign-questionnaire-exists = 草稿已有问卷“{ $questionnaire }”；请换一个名称，或打开那一份
campaign-unknown-units = { $year } 年没有单位 { $units }；{ $reader ->
    [console] 可在“导入数据”页导入
   *[command] 可用 `minping import units` 导入
    }
campaign-bad-grades = 请用整数填写各等次的单位数，或三项都留空

# 链接
campaign-link-group-missing = 请填写链接所代表的评价主体
campaign-link-unknown-group = 没有评价主体“{ $group }”；本活动的评价主体有：{ $groups }
campaign-group = { $code }（{ $name }）
campaign-link-unknown-stratum = { $group } 的总体数据中没有层“{ $stratum }”，由此收到的评价票无法计入；可用的层有：{ $strata }
campaign-stratum-too-long = 层的名称最多 32 个字符；请缩短
campaign-link-for-nobody = 链接的人数应为 1 至 { $most }；不限人数时请留空

# 配额
campaign-quotas-frozen = 活动目前的状态是“{ $state }”：配额已登记在日志中，不能再改；请另建活动
campaign-quota-twice = 与第 { $first } 行是同一个配额单元；请只保留一行
campaign-quota-reveals-few = 本配额及其中的配额（如第 { $narrow } 行）满额后，可推知其余人数少于 { $floor }；请把其余部分改为 0 或更多
campaign-quota-for-own-staff = 本单位职工另行统计，不占配额；请删去这一行
campaign-quota-unknown-source = 没有渠道“{ $source }”；可用的渠道有：{ $sources }
campaign-quota-bad-number = “{ $number }”应为不小于 { $floor } 的整数人数

# 文件
campaign-xlsform-hidden-sheet = 这个工作表被隐藏，请取消隐藏或删去
campaign-xlsform-hidden-row = 这一行被隐藏，请取消隐藏或删去
campaign-xlsform-too-large = 表单最多 { $rows } 行、{ $columns } 列，请删去此处的内容
campaign-scheme-bad-yaml = 这不是有效的 YAML；请检查缩进、冒号和引号
campaign-scheme-key-twice = 键“{ $key }”出现了两次；请只保留一个
campaign-population-bad-margin = “{ $margin }”不是维度；层的第一部分请写 1
campaign-population-bad-number = “{ $people }”不是人数；请填写大于 0 的整数
campaign-population-twice = 与第 { $first } 行是同一人群；请只保留一行
campaign-scheme-old-method = 方法1只用于以往年度；请写 method: 2 和 evidence 各常数，可参照样本{ $reader ->
    [console] （在起草活动的页面下载）
   *[command] （minping scheme show）
    }

# 正式评价开启之前
opening-name-missing = 请输入活动代号以开启
opening-list-changed = 开启前的清单与您看到的已不一致，请重新查看并确认
opening-counts-nowhere = 没有评价任何已录入的 { $year } 年度单位，因此不计入考核
opening-other-rules = 该活动已按另一办法或另一名额登记，{ $year } 年度以其为准；请用同一办法、同样的单位重新起草
opening-unit-changed = 起草之后该单位的分类或问卷有变，或该单位已不存在，请重新起草活动
opening-rated-twice = 该正式评价也评价 { $unit }（共 { $count } 个单位重复），请去掉这些单位或改为试评
opening-ask-sample = 没有抽样计划：所有人都从链接进入，无人为其身份作证。
opening-ask-channel = 是否已用市民将使用的方式亲自答过一遍？
opening-ask-escrow = 开启后由谁立即生成托管密钥{ $reader ->
    [console] （由运维人员在服务器上生成）
   *[command] （`minping backup escrow`）
    }，由哪两人保管纸质件？在此之前备份里没有本活动的密钥，磁盘损坏后活动无法继续。
opening-ask-assessment = 是否已做个人信息保护影响评估（《个人信息保护法》第五十五条）并存档？须保存三年。
organiser-name-missing = 请填写主办单位的名称，最多 { $most } 字
organiser-bad-phone = 请填写能打通的电话，例如 0731-12345678
organiser-privacy-missing = 请填写个人信息事务联系方式（电话或邮箱），3 至 { $most } 字
organiser-bad-country = 请填写两个大写字母的国家代码，例如 CN
organiser-bad-icp = 请填写网站的 ICP 备案号，例如 湘ICP备12345678号（国家代码不是 CN 的可以留空）
organiser-bad-police = 请填写网站的公安备案号，例如 湘公网安备43010202000123号（国家代码不是 CN 的可以留空）
opening-organiser-missing = 还没有登记由谁主办：{ $reader ->
    [console] 请在“设置”页填写
   *[command] 请用 minping organiser set 或在设置页面填写
    }主办单位、电话、个人信息事务和备案号
opening-scale-unread = 考核办法的量表 { $scale } 读不了题目 { $question } 的选项；请换用新的考核办法，或改用该题的量表

# 提前截止
campaign-early-reason = 尚未到原定截止时间：请写明提前截止的理由，理由将公布在日志中
campaign-reason-too-long = 理由最多 { $most } 个字符，请缩短
campaign-end-early = { $at }（原定 { $planned }）
campaign-early-why = 提前截止：{ $reason }

# 哪些活动计入
choice-name-missing = 请输入活动代号以作废
choice-reason-missing = 请写明理由，理由将公布在日志中
choice-of-pilot = 试评不计入任何考核，无须选择
choice-void = 该活动已经作废，不能更改
choice-changed = 您打开之后已有人作出决定，现为：{ $now }；请查看后再定
choice-told-none = 尚未决定
choice-told-void = 已作废，不计入任何考核：{ $reason }
choice-told-out = 决定不计入：{ $reason }
choice-told-in = 决定计入：{ $reason }
choice-told-seen = { $told }（得分可见之后选择）

# 印出的标题
campaign-title-pilot = { $title }（试评）
campaign-title-void = { $title }（已作废）
escrow-there = 这项活动已有托管密钥；声明它已销毁之后才能另立一个
escrow-none = 这项活动没有可以销毁的托管密钥
