# Labels of columns (exports).
column-item-code = 项目代码
column-item = 项目
column-item-en = 项目（英文）
column-value-name = 内容
column-value-en = 内容（英文）
column-parent = 上级单位代码
column-parent-name = 上级单位名称
column-parent-en = 上级单位英文名称
column-level = 层级
column-category = 类别
column-components = 得分构成
column-components-en = 得分构成（英文）
column-adjustment = 加减分
column-total = 总分
column-rank = 名次
column-of = 参与排名数
column-barred = 不得评{ -grade-first }的原因
column-decided-by = 人工决定
column-public-score = 民评得分
column-low = 95%区间下限
column-high = 95%区间上限
column-unweighted-score = 未按核验加权的民评得分
column-n = 收到评价票
column-n-valid = 有效票
column-excluded = 剔除票
column-dont-know-rate = 不了解比例
column-top-two-rate = 满意率（非常满意+满意）
column-unit-code = 单位代码
column-unit-name = 单位名称
column-unit-name-en = 英文名称
column-weighted-to = 人口加权方式（cells 事后分层，margins 边际校准）
column-cells = 使用的层数
column-joined = 并入相邻层的层数
column-trimmed = 权重达到限值的层数
column-rounds = 迭代次数
column-gap = 与人口比例的最大差距
column-shrunken-score = 经验贝叶斯得分
column-flags = 标记
column-flags-name = 标记说明
column-flags-en = 标记说明（英文）
column-category-name = 类别名称
column-category-en = 类别名称（英文）
column-rank-in-category = 类内名次
column-rank-low = 最好可能名次
column-rank-high = 最差可能名次
column-campaign = 活动
column-about = 对象（问卷或类别）
column-code = 代码
column-measure = 指标代码
column-measure-name = 指标
column-measure-en = 指标（英文）
column-value = 数值
column-other = 另一单位代码
column-covariance = 民评得分的协方差（同一批参评者所致）
column-group = 评价主体
column-group-name = 评价主体名称
column-group-en = 评价主体（英文）
column-n-open = 其中公开链接
column-score = 得分
column-scheme-weight = 规定权重
column-weight-used = 实际权重
column-questionnaire = 问卷
column-version = 问卷版本
column-position = 序号
column-question = 题目代码
column-question-kind = 题型
column-question-text = 题目
column-question-en = 题目（英文）
column-options = 选项代码
column-options-name = 选项
column-options-en = 选项（英文）
column-scale = 量表
column-question-weight = 权重
column-overall = 是否总体题
column-optional = 可否跳过
column-show-if = 显示条件
column-exclusion-code = 原因代码
column-exclusion = 原因
column-exclusion-en = 原因（英文）
column-ballots = 评价票
column-n-none = 总体评价：未作答
column-ballots-rounded = 评价票（至少，整十）
column-grade = 等次
column-grade-name = 等次名称
column-grade-en = 等次名称（英文）
column-certainty = 等次是否确定
column-certainty-name = 等次是否确定（说明）
column-certainty-en = 等次是否确定（英文说明）
column-own-rank-low = 单看本单位的最好可能名次
column-own-rank-high = 单看本单位的最差可能名次
column-p-first = { -grade-first }概率
column-p-second = { -grade-second }概率
column-p-third = { -grade-third }概率
column-up-gap = 距上一等（总分）
column-up-safe = 各单位民评得分误差不超过此数时不升等
column-up-apart = 未作答者须比作答者高此分才升等
column-up-ballots = 升等至少需满分票数（never：再多也不够）
column-down-gap = 高出下一等（总分）
column-down-safe = 各单位民评得分误差不超过此数时不降等
column-down-apart = 未作答者须比作答者低此分才降等
column-down-ballots = 降等至少需零分票数（never：再多也不够）
column-league = 分组
column-league-name = 分组名称
column-league-en = 分组名称（英文）
column-units = 单位数
column-waiting = 待人工决定
column-notes-name = 说明
column-notes-en = 说明（英文）
column-id = 干部编号
column-person-name = 姓名
column-person-name-en = 姓名（英文）
column-role = 正副职
column-role-name = 正副职名称
column-role-en = 正副职名称（英文）
column-post = 职务
column-unit-total = 单位总分
column-personal = 个人得分
column-composite-score = 综合得分
column-base = 按得分等次
column-base-name = 按得分的等次名称
column-base-en = 按得分的等次名称（英文）
column-amended = 该结果所经更正的编号；未经更正则为空
column-final-grade = 最终等次
column-final-grade-name = 最终等次名称
column-final-grade-en = 最终等次名称（英文）
column-lowered-by = 降等依据
column-lowered-by-name = 降等的决定
column-lowered-by-en = 降等的决定（英文）
column-proposal-key = 建议编号
column-rule = 规则
column-rule-called = 规则名称
column-rule-called-en = 规则名称（英文）
column-proposal-kind = 类型
column-kind-name = 类型名称
column-kind-en = 类型（英文）
column-subject = 对象
column-subject-name = 对象名称
column-subject-en = 对象英文名称
column-discretionary = 是否酌定
column-status = 状态
column-status-name = 状态名称
column-status-en = 状态名称（英文）
column-by = 决定人
column-at = 决定时间
column-decision-reason = 决定理由
column-grounds-name = 依据
column-grounds-en = 依据（英文）
column-trail-reason = 理由
column-trail-reason-en = 理由（英文）
column-before = 上年民评得分
column-after = 本年民评得分
column-difference = 变化
column-standard-error = 变化的标准误
column-p-holm = p值（Holm 校正）
column-verdict = 结论
column-verdict-name = 结论（中文）
column-verdict-en = 结论（英文）
column-rule-name = 改变的规则
column-rule-en = 改变的规则（英文）
column-tau-b = 与原排名的 Kendall tau-b
column-moved = 名次改变的单位数
column-furthest = 最大移动名次
column-furthest-unit = 移动最多的单位
column-graded = 等次改变的单位数
column-rank-before = 原名次
column-rank-after = 改后名次
column-grade-before = 原等次
column-grade-after = 改后等次
column-grade-before-name = 原等次名称
column-grade-before-en = 原等次名称（英文）
column-grade-after-name = 改后等次名称
column-grade-after-en = 改后等次名称（英文）
column-page = 表
column-page-name = 表名
column-column = 列
column-meaning = 含义
column-meaning-en = 含义（英文）
column-measure-unit = 单位（计量）
column-measure-unit-en = 单位（计量，英文）
column-overall-answers = 总体评价：{ $about }（票）
column-part-points = { $about }（得分）
column-part-weight = { $about }（权重%）
column-part-contribution = { $about }（计入总分）
column-grade-places = { $about }名额
column-grade-given = { $about }实评

# Units of measurement
measure-points-100 = 分（0–100）
measure-points = 分
measure-share = 比例（0–1）
measure-count = 个数
measure-place = 名次
measure-code = 代码
measure-text = 文字
measure-flag = 1 是，0 否
measure-percent = %
measure-correlation = −1 至 1
measure-squared-points = 分²
measure-of-measure = 见指标

# Titles of pages
page-about = 说明
page-method = 方法
page-parts = 内设机构与岗位
page-people = 人员
page-units = 单位
page-reliability = 信度
page-covariances = 协方差
page-groups = 评价主体
page-questions = 题目
page-exclusions = 计入与剔除
page-leagues = 区县排名
page-quotas = 名额
page-leaders = 领导干部
page-proposals = 建议与决定
page-reasons = 理由
page-changes = 与上年比较
page-sensitivity = 敏感性
page-grades-that-change = 等次改变的单位
page-columns = 列说明

# Measures of reliability
publication-reliability-alpha = 克隆巴赫α系数
publication-reliability-omega = 单因子ω系数
publication-reliability-units = 参与估计的单位数
publication-reliability-mean = 类别均值
publication-reliability-between = 单位间方差
publication-reliability-within = 单位内作答方差
publication-reliability-between-units = 单位间信度

# What became of ballots
publication-exclusion-counted = 计入
publication-exclusion-excluded = 经核查剔除（权重为零）
publication-exclusion-dont-know = 不了解，不计分
publication-exclusion-too-few-items = 作答不足一半
publication-exclusion-group-without-weight = 该主体在此类单位无权重
publication-exclusion-staff = 本单位职工，单列不计分

# Missing values
publication-missing-suppressed = 人数过少，不公布
publication-missing-bound-only = 人数过少，只公布上下限

# Columns of an archive
publication-archive-unit = 单位代码
publication-archive-questionnaire = 问卷
publication-archive-group = 评价主体
publication-archive-stratum = 层（区县等）
publication-archive-source = 来源；open 为公开链接
publication-archive-weight = 核验权重，四分之一为单位：0、1、2、4
publication-archive-ratings = 逐题选项代码，以空格分隔，- 为未作答
publication-archive-count = 评价票数

# Method
publication-method-public-score = 民评得分
publication-method-public-score-text = 满意度得分（0–100）：选项按办法换算为分值，各评价主体按权重合成；不了解不计分，也不推定
publication-method-interval = 95%区间
publication-method-interval-text = 参评者之间的不确定性（加权后），不是抽样误差
publication-method-top-two-rate = 满意率
publication-method-top-two-rate-text = 总体评价中“非常满意”与“满意”占有分值答案的比例，不含“基本满意”
publication-method-dont-know-rate = 不了解比例
publication-method-dont-know-rate-text = 未剔除的评价票中表示不了解该单位的比例
publication-method-own-staff = 本单位职工
publication-method-own-staff-text = 自述在被评单位工作的，单列计数，不进入该单位的任何数字
publication-method-ranks = 可能名次
publication-method-ranks-text = 名次同时成立的95%区间；区间内等次不同的，等次为暂定
publication-method-shrunken-score = 经验贝叶斯得分
publication-method-shrunken-score-text = 本单位得分与类别均值按各自方差加权（Fay–Herriot，REML）；票数越少越靠近均值，并列公布
publication-method-alpha = 问卷信度（α、ω）
publication-method-alpha-text = 各题均有分值的评价票，不分单位；α为克隆巴赫系数，ω为单因子最小二乘模型
publication-method-reliability = 单位间信度
publication-method-reliability-text = τ²/(τ²+V)：得分差异中属于单位真实差异的比例，V为得分的典型方差
publication-method-steps = 数据列明的精度
publication-method-steps-text = 票数向下取整到十；有效票满50张才列得分（取整数），满100张精确到0.1分，并列区间（向外取到0.5分；同一评价主体内某一来源不足10张而另有其他来源的，取到5分）；评价主体满10张才列得分；实际权重为约数；得分可由总体评价直接推出的单位，列明更少
publication-method-covariance = 协方差
publication-method-covariance-text = 同一人评价多个单位使得分同向变动；共同参评者少于公布门槛的不计，一次算定，不随更正重算
publication-method-odds = 等次概率
publication-method-odds-text = 按得分的不确定性（经验贝叶斯后验）抽取1999次并按名额评等，各等次出现的比例；种子由办法指纹、年度和组别组成
publication-method-cuts = 距等次分界
publication-method-cuts-text = 总分之差，及为此至少需要的满分或零分票数（投在权重最大处，未经反刷票规则）
publication-method-response-rate = 参评率
publication-method-response-rate-text = 公开链接无法统计看到者人数，故不计算；受邀者应答率见各次评价；来源构成见“评价主体”表
publication-method-scheme = 考核办法
publication-method-scheme-digest = 办法指纹（SHA-256）
publication-method-year = 考核年度
publication-method-campaign = 评价活动
publication-method-kind = 性质
publication-method-aim = 对象与主体
publication-method-pilot = 试评，不计入任何考核
publication-method-window = 实际征集起止时间
publication-method-ballots = 收到评价票
publication-method-counted = 计入评价票
publication-method-release = 发布次序
publication-method-corrected = 更正得分
publication-method-graded-score = 用于排名定等的民评得分
publication-method-direct = 直接得分
publication-method-shrunken = 经验贝叶斯得分
publication-method-floor-unit = 单位最低票数
publication-method-floor-group = 评价主体最低票数
publication-method-threshold = 公布门槛
publication-method-threshold-text = 人数为 1 至 { $most } 的单元格记为 { $hidden }，可据以推算的一并不予公布；人数过少的比例只给出上下限
publication-method-open-link-cap = 公开链接票权重上限（%）
publication-method-overall-share = 总体题占比（%）
publication-method-population = 人口加权
publication-method-population-text = 有效票少于 { $least } 张的层并入名单中相邻的层；权重调整倍数限于 { $lightest }–{ $heaviest }；未达到的差距见“评价主体”表
publication-method-people = 人口数
publication-method-scale = 量表分值
publication-method-weights = 总分权重（%）
publication-method-group-weights = 评价主体权重（%）
publication-method-public = 民评

# The data dictionary as a document
publication-dictionary-title = 数据字典
publication-dictionary-lead =
    本页列出 `minping export` 和 `minping archive write` 生成的各种表，及其各列的含义、计量单位和代码。
    本页由程序生成（`python -m tests.dictionary`），并有测试核对二者一致。
    每个工作簿的最后一个工作表是与它有关的部分。
    由考核办法决定的列（每个指标、代码或等次一列）以随附办法为例。
publication-dictionary-files = 文件
publication-dictionary-xlsx = **XLSX、CSV**：下列各表；不予公布的数记为 `*`，只公布上下限的比例记为 `<20%` 等。
publication-dictionary-parquet =
    {"**"}Parquet**：同样的各表；不予公布的数为空值，由 `hidden` 列注明；
    标签和代码以 JSON 存于各列的元数据 `minping` 中。
publication-dictionary-spss =
    {"**"}SPSS**（`.sav`）：同样的各表，每种语言一个文件，含变量标签、值标签和用户缺失值。
    SPSS 保留的名称后加下划线（`by_`）。
publication-dictionary-no-ballots =
    所有文件都不含单张评价票。`answers-<campaign>-<questionnaire>`（Parquet 和 SPSS）中，
    每种票数足够的作答组合占一行，票数向下取整（[决策记录](decisions/README.md)）；分析时按 `ballots` 加权。
publication-dictionary-column = 列
publication-dictionary-meaning = 含义
publication-dictionary-unit = 单位
publication-dictionary-code = 代码
publication-dictionary-points = 分值
publication-dictionary-each-question = 每题一列
publication-dictionary-the-question = 题目
publication-dictionary-see-scale = 见量表
publication-dictionary-answers = 作答组合
publication-dictionary-archive = 归档
publication-dictionary-codes = 代码
publication-dictionary-missing = 缺失值
publication-dictionary-scale = 量表
publication-dictionary-no-points = 没有分值的代码在 SPSS 中为用户缺失值；未作答（`-`）为系统缺失值。
publication-dictionary-groups = 评价主体
publication-dictionary-flags = 标记
publication-dictionary-reasons = 计入与剔除

# Charts
publication-chart-score = 得分（0–100）及 95% 区间
publication-chart-ranks = 名次及 95% 可能名次
publication-chart-provisional = 空心：等次暂定
publication-chart-answers = 总体评价占比（%）
publication-chart-combined = 合并（人数少，不单列）
publication-chart-this-unit = 本单位（95% 区间）
publication-chart-median = 各单位中位数
publication-chart-public-score = 民评得分

# Titles of books
publication-year-title = { $year } 年度绩效考核
publication-sensitivity-title = { $year } 年度考核敏感性分析

# Refusals
publication-counters-out-of-range = 表格应有 1 至 { $max } 行，现有 { $rows } 行，请拆分
publication-no-such-unit = 该年度没有这个单位，{ $reader ->
    [console] 见“排名与等次”页
   *[command] `minping appraise` 可列出各单位
    }
publication-counts-nowhere = 该活动不计入考核，不公布其结果：{ $why }
publication-campaign-not-closed = 活动截止后才能公布结果，请先截止
publication-release-public = 第 { $number } 个发布版的结果已经公布，没有更新的发布版
publication-no-notice = 该年度的结果还没有公示，请先公示
publication-unsettled = 有 { $n } 个单位仍在申请复核的期限内或等待首次答复：{ $names }；此后方可公布结果
publication-under-review = { $name }（复核中）
publication-all-settled = 各单位均已生效，请按通常方式公布
publication-not-typed = 请键入评价活动代号（{ $campaign }），以免误操作
publication-no-reason = 请说明复核期间公布结果的理由
publication-list-changed = 您看过之后清单已变化，请重新查看
publication-release-changed = 您查看第 { $seen } 次发布之后，又有第 { $now } 次发布；请查看后再公布
publication-notice-runs = 公示期至 { $ends } 止，请在公示结束后公布
publication-not-public = 该活动的结果没有公布

# 开放数据

publication-open-data-note = 数值为字符串形式的精确小数。null 表示不公布的数值（背后人数很少，或可据以推算出这样的数值），也表示不存在的数值。<20% 或 >80% 之类的比例是界限。
publication-method-public-score-text-2 = 满意度得分（0–100）：选项按办法换算为分值；各评价主体均按全部权重计入，答复少的按预期估计补足，无凭证的答复只折合少量有凭证的；不了解不计分，也不推定；四舍五入到0.1
publication-method-interval-text-2 = 参与者经加权后的不确定性，含评价主体之间、无凭证答复之间、单位之间的差异；不是抽样误差
publication-method-ranks-text-2 = 名次同时成立的95%区间；各差距先减去申报偏差后，区间内等次仍相同的，等次为确定
publication-method-odds-text-2 = 按一组分布形状抽取得分1999次并按名额评等，各等次出现的比例；以十分之一表示，最多90%；种子由办法指纹、年度和组别组成
publication-method-cuts-text-2 = 总分之差；各单位民评得分可有不到其一半的误差；及为此至少需要的满分或零分票数（有凭证的和无凭证的分别计算）
publication-method-population-text-2 = 总体各单元按其占比计入评价主体；只有边际数据时按乘积计算
publication-method-imagined = 每个评价主体的预期答复数
publication-method-loose-worth = 一个无凭证渠道最多折合的有凭证答复数
publication-method-verified-worth = 确认了身份的人的答复最多折合的有凭证答复数
publication-method-declared-bias = 申报偏差（分）
publication-method-ranked-move = 正式排名单位的最大变动（分）
publication-method-provisional-move = 名次暂定单位的最大变动（分）
publication-method-support = 正式排名单位的最低有凭证支持度
publication-method-vouched = 有凭证的渠道
publication-field-sponsor = 主办单位
publication-about-title = 标题
publication-about-city = 城市
publication-about-issuer = 发布单位
publication-about-zone = 时间所用时区
publication-field-sponsor-name = { $name }
publication-field-sponsor-unnamed = 办法未列明
publication-field-early = 计划截止时间
publication-field-closed-early = { $planned }；活动提前截止，实际征集时间以上列为准
publication-field-files = 以文件送出的邀请
publication-field-files-text = { $listed }（人）；持有文件的人可能使用其中的邀请，公开日志有每次记录（export）
publication-field-letters = 信函
publication-field-merge = 邮件合并
publication-field-sealed = 交其他单位发送的加密表
publication-field-frame = 抽样框与样本
publication-field-no-frame = 无抽样框：经公开链接或群体链接参评的，均为自行参加
publication-field-frame-text = 同意被联系的名单 { $listed } 人，抽取 { $drawn } 人，邀请 { $invited } 人
publication-field-modes = 作答方式
publication-field-modes-unknown = 不详（导入的评价票不含此项）
publication-field-ways = 来源
publication-field-open = 公开链接
publication-field-group-codes = 群体链接
publication-field-verified = 确认了身份
publication-field-identity = 可确认的身份
publication-field-identity-phone = 手机号，凭短信验证码；自愿确认，号码不保存
publication-field-identity-openid = 身份认证平台的账号；自愿确认，平台的个人编号不保存
publication-field-vouched = 有凭证
publication-field-web = 网页
publication-field-wechat = 微信
publication-field-wecom = 企业微信
publication-field-list = { $listed }
publication-field-count = { $name } { $count }
publication-field-few = { $name }不足 { $floor }
publication-field-none = 无
publication-field-rates = 受邀者应答率
publication-field-no-rates = 未发出个人邀请，无从计算
publication-field-rates-text = 完成率（AAPOR RR1）{ $rr1 }%，含部分完成（RR2）{ $rr2 }%
publication-field-weighting = 加权
publication-field-weighted = 评价主体按办法权重，主体内按人口数加权，另有反刷票权重
publication-field-groups-only = 评价主体按办法权重，另有反刷票权重；无人口数据
publication-field-effect = 设计效应与有效样本量
publication-field-effect-text = 有效票满100张的 { $units } 个单位的中位数：设计效应 { $effect }，有效样本量不少于 { $effective }
publication-field-effect-unknown = 有效票满100张的单位不足五个，不予列明
publication-field-left-out = 未计入的评价票及原因
publication-field-halves = 题目次序的对照
publication-field-halves-items = 活动登记：随机一半的人先答总体评价，另一半最后答
publication-field-halves-scale = 活动登记：随机一半的人由满意到不满意列出选项，另一半相反
publication-field-halves-text = 收到的有效票（未加权，不含本单位人员）两半各约{ $written }张、{ $turned }张；后一半的平均得分比前一半相差{ $points }分（95%区间{ $low }至{ $high }）；得分取各半合计
publication-field-halves-few = 其中一半有效票不足{ $floor }张，差值不予列明
publication-field-halves-notable = 相差超过{ $points }分：次序对得分有影响，比较得分时应予考虑
publication-field-clusters = 同一来路的答复
publication-field-clusters-unknown = 评价票均无链接编号：答复按相互独立计算，同一处的人意见相近时区间偏窄
publication-field-clusters-none = 没有评价票来自限定人数的登记链接：答复按相互独立计算
publication-field-clusters-text = 经登记链接的评价票有 { $keys } 个编号，同一编号答复的共性已计入区间
publication-field-stayed-away = 未作答者
publication-field-stayed-unknown = 不详：未发出个人邀请，无从计算；得分为参评者的得分
publication-field-manski = 受邀者约{ $rate }%作答；对其余的人不作任何假设时，得分{ $score }只能确定在{ $low }至{ $high }之间
publication-field-meng = 作答与满意程度的相关若与大型调查同样小（{ $correlation }），这些答复相当于随机样本{ $size }人
publication-field-indicator = 按名单分层，应答的代表性指标R为{ $indicator }，由分层可见的偏差不超过{ $bias }分
publication-field-sentences = { $listed }
publication-field-reminders = 提醒的证据
publication-field-reminders-unknown = 提醒前后的答复太少
publication-field-no-reminder = 未提醒
publication-field-one-reminder = 提醒一次后
publication-field-more-reminders = 提醒两次及以上
publication-field-level = { $reminders } { $points }
publication-field-slope = 以上为与所评单位均值的差（分）；每提醒一次{ $slope }（标准误{ $error }），始终未答的人可能在同一方向上差得更多

# 年度验证包
publication-bundle-before-notice = 自公示第一天起任何人都可以核对本年度；此前仅限审计员
publication-bundle-no-grant = 尚无查阅本年度含个人信息验证包的授权，或授权尚未生效、已经到期
publication-bundle-unreadable = 数据库中的封存、更正或者公示无法读取：有人改动过，请用备份恢复
publication-bundle-not-logged = 公开日志中没有 { $act } { $number }：请在日志写入后重试；如果一直没有，说明有人改动了数据库

# Files with invitations
handout-no-address = 服务没有公开网址；请设置 MINPING_PUBLIC_URL
handout-nobody = 文件中的人都已拒收，没有生成任何内容
publication-glance-grades = 按年初锁定的名额：{ -grade-first } { $first } 个、{ -grade-second } { $second } 个、{ -grade-third } { $third } 个；实评{ -grade-first } { $given_first } 个、{ -grade-second } { $given_second } 个、{ -grade-third } { $given_third } 个，待人工决定 { $waiting } 个。
publication-units-lead = 各类别内按总分排名，{ -grade-first }、{ -grade-third }名额年初锁定。
publication-leaders-lead = { -grade-first } { $first } 人，{ -grade-second } { $second } 人，{ -grade-third } { $third } 人，{ -grade-fourth } { $fourth } 人，待定 { $waiting } 人。以下为{ -grade-third }、{ -grade-fourth }及被降等的人员；个人得分属内部资料。
publication-sure-barred = 本年不得评为{ -grade-first }：{ $reason }。
publication-method-grade-name = 等次名称
column-paper-organ = 决定机关
column-paper-document = 所依据文件的文号
column-paper-day = 文件日期
column-paper-released = 签发人
publication-open = 截至 { $day }：{ $asked } 个单位或个人的复核、申诉尚待答复（名称后标明“复核中”）；{ $units } 个单位、{ $people } 名干部仍在申请复核的期限内或等待首次答复。本文件载明的是该日有效的结果。
publication-nothing-open = 截至 { $day }：没有待答复的复核、申诉，申请复核的期限均已届满。
publication-method-open = 截至当日
publication-posters-address = 请先设置，海报上的网址要用到它{ $reader ->
    [console] （请告知运维人员）
   *[command] {""}
    }
publication-posters-closed = 该评价活动已截止，海报不能再用于评价
publication-posters-organiser = 海报要写明由谁主办，请先{ $reader ->
    [console] 在设置页登记
   *[command] 用 minping organiser set 登记
    }
publication-posters-unit = 这个活动不评价该单位
