# 考核数据哪里不对；位置指明单位、干部或认定。

appraisal-unit = 单位 { $code }
appraisal-leader = 干部 { $id }
appraisal-finding = 认定 { $id }
appraisal-decision = 对 { $key } 的决定
appraisal-unit-decision = 对单位 { $code } 的决定
appraisal-history = { $subject } { $year } 年的等次
appraisal-indicator = 单位 { $code } 的指标 { $indicator }
appraisal-adjustment = { $unit } 的加减分
appraisal-parts-of = { $unit } 的内设机构
appraisal-subject-inside = { $parts }：{ $subject }

appraisal-stands-twice = 出现了两次，请保留一个
appraisal-code-of-unit-and-leader = 单位和干部用了同一个代码，请更改其一
appraisal-category-unknown = 办法中没有类别“{ $category }”，请更正其一
appraisal-leagues-in-year = 该单位 { $year } 年有 { $count } 个组别，请调整起止年份，使之只属于一个
appraisal-league-unknown = 办法中没有组别“{ $league }”，请更正其一
appraisal-leader-unit-unknown = 没有单位“{ $unit }”，请添加单位或更正干部信息
appraisal-role-without-shares = 办法没有规定{ $role }的得分比例，请更正其一
appraisal-personal-score-missing = 缺少个人得分，请补上
appraisal-personal-score-of-nobody = 有个人得分，却没有这位干部，请添加干部或删去得分
appraisal-personal-score-range = 个人得分 { $points } 不在 0–100 之间，请更正
appraisal-indicator-unknown = 没有这个单位或指标，请更正或删去
appraisal-indicator-range = { $points } 不在 0–100 之间，请更正
appraisal-indicator-missing = 缺少分值，请补上；单位其后才成立的，请说明起止（{ $reader ->
    [console] “导入数据”页的“单位沿革”
   *[command] `minping import unit-periods`
    }）
appraisal-adjustment-unit-unknown = 没有这个单位，请更正或删去加减分
appraisal-finding-no-unit = “{ $subject }”不是单位，请更正对象
appraisal-finding-no-leader = “{ $subject }”不是干部，请更正对象
appraisal-finding-date = “{ $date }”不是日期，请写成 YYYY-MM-DD
appraisal-finding-before = 认定日期 { $date } 早于发生日期，请更正
appraisal-finding-source-missing = 缺少依据，请写明出自哪份文件
appraisal-decision-incomplete = 决定须写明姓名、理由和时间，请补上
appraisal-unit-decision-grade = 须是已有单位，等次为{ -grade-first }、{ -grade-second }或{ -grade-third }，请更正
appraisal-quota-sum = { -grade-first } { $first } + { -grade-second } { $second } + { -grade-third } { $third } = { $total }，而按比例定等次的单位有 { $units } 个，请使合计等于 { $units }
appraisal-quota-fits = { $sum }（{ -grade-second }改为 { $second } 即可）
appraisal-quota-offered = { $sum }；按同样比例向下取整为 { $offered }
appraisal-families-changed = 起草之后单位有变动：{ $names } 的分类已不同，请重新起草活动
appraisal-family-too-small = { $family } 有 { $size } 个单位，名额却有{ -grade-first } { $first } 个、{ -grade-third } { $third } 个，请重新起草活动

appraisal-level-without-rules = 办法没有规定单位内部第 { $level } 层，请在办法中加入 { $field }，或删去这些内设机构
appraisal-parent-unknown = 上级单位“{ $parent }”不存在，请添加该单位或更正上级单位
appraisal-part-of-itself = 从属于自己：{ $ring }；请更正其中一个上级单位

# 理由链各行。

appraisal-rank-set-alone = 单看本单位的可能名次
appraisal-odds-label = 各等次的概率
appraisal-odds = { -grade-first } { $first }，{ -grade-second } { $second }，{ -grade-third } { $third }
appraisal-cut-first = 距{ -grade-first }
appraisal-cut-second = 距{ -grade-second }
appraisal-cut-third = 距{ -grade-third }
appraisal-cut-below = 总分差 { $gap } 分
appraisal-cut-above = 总分高 { $gap } 分
appraisal-cut-score = 合民评 { $points } 分
appraisal-cut-ballots-best = 至少需 { $ballots } 张满分票
appraisal-cut-ballots-worst = 至少需 { $ballots } 张零分票
appraisal-cut-never-best = 再多满分票也不够
appraisal-cut-never-worst = 再多零分票也不够
appraisal-cut-and = { $left }；{ $right }
appraisal-places-first = { -grade-first }名额
appraisal-places-third = { -grade-third }名额
appraisal-places-over = 超出 { $count }
appraisal-places-short = 空缺 { $count }
appraisal-waiting-units = 待人工决定

appraisal-public-part = 民评
appraisal-parent-part = 所在单位得分
appraisal-parent-grade = 上级单位等次
appraisal-adjustments = 加扣分合计
appraisal-total = 总分（四舍五入）
appraisal-barred = 不得评为{ -grade-first }
appraisal-rank = 名次
appraisal-rank-set = 可能名次
appraisal-insufficient = 有效评价不足，不参加排名
appraisal-places = 本类名额{ -grade-row }（核定→实评）
appraisal-grade = 等次
appraisal-standing = 用于领导干部名额的档次
appraisal-with-certainty = { $grade }（{ $certainty }）
appraisal-waits = 待人工决定
appraisal-unit-total = 单位得分
appraisal-personal-score = 个人得分
appraisal-leader-score = 领导干部得分
appraisal-leader-ceiling = { -grade-first }名额上限（已用/上限，人数）
appraisal-grade-by-score = 按得分和名额的等次
appraisal-lowered = 已确认的降等依据
appraisal-grade-last-year = 上年等次
appraisal-not-appraised = 未考核
appraisal-proposal-of = 拟处理·{ $consequence }
appraisal-discretionary = { $status }（可酌情）
appraisal-ground = { "　" }事由·{ $ground }
appraisal-decided = { "　" }决定人、理由、时间
appraisal-decided-by = { $name }；{ $reason }；{ $at }
appraisal-source-says = { $source }：{ $says }
appraisal-valid-ballots = 有效票 { $count }
appraisal-interval = 95% 区间 { $low }–{ $high }
appraisal-direct-score = 直接得分 { $points }
appraisal-fact-and = { $left }，{ $right }
appraisal-variance = 总分方差 { $variance }
appraisal-total-first = 总分
appraisal-tie-breaks = { $field }：依次按{ $order }
appraisal-field-inside = { $where }: { $field }
appraisal-places-use = { $places } → { $given }（共 { $units } 个单位）
appraisal-adjustment-limits = { $points }（≤ { $most }，≥ { $least }）
appraisal-ceiling-use = { $used }/{ $ceiling }（{ $leaders }）
appraisal-pool = 名额组 { $name }

# 规则推演：同样的答案，不同的规则。

appraisal-scale-even = 量表等距
appraisal-scale-points = 量表 { $points }
appraisal-public-weight = 民评权重 { $step } 个百分点
appraisal-without-open-link = 不计公开链接
appraisal-without-fraud-rules = 不用反刷票规则
appraisal-equal-answers = 每张票同权（不分主体）
appraisal-cut-safe = 各单位得分误差都不超过{ $points }分时，等次不变
appraisal-cut-vouched-best = 至少需{ $ballots }张100分的有凭证评价票
appraisal-cut-vouched-worst = 至少需{ $ballots }张0分的有凭证评价票
appraisal-cut-loose-best = 至少需{ $ballots }张100分的公开链接评价票
appraisal-cut-loose-worst = 至少需{ $ballots }张0分的公开链接评价票
appraisal-cut-never-loose = 公开链接评价票再多也达不到
appraisal-group-few = 权重{ $weight }；答复太少不便列明，按预期估计补足
appraisal-group-level = 折合共同水平{ $level }分（该评价主体在其他单位相差{ $group }分，公开链接答复相差{ $loose }分）；权重{ $weight }×{ $evidence }，{ $real }
appraisal-group-mean = 连同预期答复约{ $mean }分；权重{ $weight }×{ $evidence }，{ $real }
appraisal-group-real = 实占得分{ $share }%
appraisal-group-real-hidden = 实际占比不予列明，以免推知小群体人数
appraisal-score-mean = 民评得分
appraisal-score-imagined = 以上各水平的加权平均，四舍五入；每个评价主体补{ $each }份按预期估计的答复，共占{ $share }%
appraisal-score-imagined-some = 以上各水平的加权平均，四舍五入；每个评价主体补{ $each }份按预期估计的答复
appraisal-score-vouched-only = 只计有凭证的答复
appraisal-score-vouched = { $points }分
appraisal-score-bound = 再多一张评价票
appraisal-score-move = 得分最多变动{ $points }分
appraisal-imagined-answers = 每个评价主体补{ $count }份预期答复
appraisal-loose-worth = 无凭证答复最多折合{ $count }份
appraisal-score-among = 与其他单位相比
appraisal-score-interval = { $low }–{ $high }分，不含各单位共有的误差
appraisal-cut-apart-more = 除非未作答者比作答者高{ $points }分，且超出其他单位的同类差距
appraisal-cut-apart-less = 除非未作答者比作答者低{ $points }分，且超出其他单位的同类差距

# Amendments of a sealed year
appraisal-amended = 经复核改定
appraisal-amended-overturned = 依据撤销后改定
appraisal-amended-deferred = 补定等次
appraisal-amended-late = 依后来的认定改定
appraisal-amended-correction = 材料更正后改定
appraisal-amended-false = 查实材料虚假后改定
appraisal-amended-line = 依往年等次的变动改定
appraisal-amended-grade = { $before } → { $after }
appraisal-amended-figures = 按以上数字改定，等次不变
appraisal-amended-number = 第 { $number } 号更正
appraisal-amended-why = 第 { $number } 号更正：{ $reason }
appraisal-kept = 受保护
appraisal-kept-how = 他人的更正本会使该结果变差，按规定不作变动
appraisal-without-grade = 无等次
appraisal-places-amended = 更正后与原定名额不同：因更正本应降等的，等次不变

# 给定的等次和奖励
appraisal-given-barred = 该单位不得评为{ -grade-first }，请给其他等次
appraisal-given-no-place = 所在分类已没有这一等次的名额，请给其他等次
appraisal-given-refused = 给定的等次不成立
appraisal-no-reward = 不予奖励
appraisal-no-reward-value = 有事项尚未了结或已经认定
appraisal-possible-grades = 可能的等次
appraisal-possible-grades-value = { $grades }

# 谁参加考核，谁负责
appraisal-leader-main-post = 12月31日的主要职务在 { $unit }，请更正干部或任职记录
appraisal-state-appraised = 参加考核
appraisal-state-no-grade = { -no-grade }
appraisal-state-not-appraised = { -not-appraised }
appraisal-state-waiting = 待补
appraisal-state-with-reason = { $state }：{ $reason }
appraisal-state-deferred = { $state }：{ $reason }，了结后补定等次
appraisal-state = 是否参加考核
appraisal-days-in-unit = { $unit }：{ $days } 天
presence-unit-ended = 该单位于 { $on } 终止
presence-unit-young = 本年存在 { $days } 天，不足 { $least } 天
presence-retired = 已退休
presence-left = 已离职
presence-died = 已去世
presence-no-post = 年末无职务
presence-late = 本年任职 { $days } 天，不足 { $least } 天
presence-absent = 缺勤 { $days } 天，超过 { $most } 天
presence-probation = 试用期内
presence-investigation = 正在接受调查
presence-sanction = 处分期内
presence-nobody-answers = { $finding } 发生时该单位没有正职：请指明由谁负责，或说明无人负责
presence-recorded = { $finding } 记录在案，{ -no-grade }：{ $how }
appraisal-paper = 所依据的文件
appraisal-paper-said = { $organ } { $document }（{ $day }），签发人 { $by }
