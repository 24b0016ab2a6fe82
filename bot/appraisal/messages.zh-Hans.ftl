# The year's appraisal: its material, decisions, notices, reviews and appeals.

# Material
appraisal-table-empty = 表格只有表头，没有数据；没有保存任何内容
appraisal-unprinted = 报告字体中没有的字将印出其编码：{ $texts }
appraisal-table-needs-year = 这种表格按年度管理，请注明年度（--year）

# Campaigns of a year
appraisal-no-such-campaign = { $year } 年没有这个评价活动，见 { $reader ->
    [console] “评价活动”页
   *[command] `minping campaign show`
    }
appraisal-pilot-counts-nowhere = 试评不计入任何考核，参评者已获告知
appraisal-without-ballots = { $campaign } 不计入：没有评价票
appraisal-left-out-why = { $campaign } 不计入。{ $why }
appraisal-not-used = { $campaign } 未在此使用
appraisal-campaign-left-out = 该活动已作废，或已决定不计入
appraisal-no-closed-campaign = 该年度没有已截止且评价在册单位的活动，请先截止该活动
appraisal-different-schemes = 所选活动适用不同的考核办法，请只选适用同一办法的活动
appraisal-unit-rated-twice = 两个活动都评价了单位 { $unit }，其评价票不能合并，{ $reader ->
    [console] 请在其中一个活动的页面上选定不计入哪一个
   *[command] 请选定一个（`minping campaign count`）
    }

# Decisions and sealing
appraisal-no-such-proposal = 目前没有这条建议，{ $reader ->
    [console] 见“建议与决定”页
   *[command] `minping appraise` 可列出各建议及编号
    }
appraisal-no-such-unit = { $year } 年没有这个单位，{ $reader ->
    [console] 见“排名与等次”页
   *[command] `minping appraise` 可列出各单位
    }
appraisal-grade-not-decided = 该单位的等次不由人工决定；只有有效票不足的单位才由人工决定
appraisal-no-fourth-grade = 单位的等次只能是{ -grade-first }、{ -grade-second }或{ -grade-third }
appraisal-decided-how-many = 一次请选 1 至 { $most } 条建议
appraisal-decided-alone = 影响等次、职务或须移送的建议只能逐条决定
appraisal-decision-unsigned = 作出决定须填写决定人姓名和理由
appraisal-name-too-long = 姓名超过 { $max } 个字符
appraisal-units-wait = 年度不能封存：{ $names }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 个单位
    }待人工决定等次（{ $reader ->
    [console] 见“排名与等次”页
   *[command] `minping appraise --grade`
    }）
appraisal-tasks-open = 年度不能封存：{ $names }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 个对象
    }还有事项未办（{ $reader ->
    [console] 见“排名与等次”页
   *[command] `minping appraise` 列出
    }）
appraisal-leaders-without-grade = 年度不能封存：{ $names }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 人
    }还没有等次
appraisal-proposals-undecided = 年度不能封存：{ $names }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 条建议
    }涉及等次，还没有决定（{ $reader ->
    [console] 见“建议与决定”页
   *[command] `minping appraise --decide`
    }）
appraisal-lowerings-unheard = 年度不能封存：{ $names }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 条建议
    }未经听取陈述申辩即予确认；请听取后重新决定（{ $reader ->
    [console] 见“建议与决定”页
   *[command] `minping appraise --decide`
    }）
appraisal-filings-wait = 年度不能封存：补录的 { $names }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 张表
    }待第二人放行
appraisal-campaigns-open = 年度不能封存：评价活动 { $names }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 个活动
    }尚未截止
appraisal-sealed-with-others = 该年度以 { $campaigns } 封存，只按封存内容查看
appraisal-sealed-release-missing = 封存结果所依据的第 { $number } 次公布缺失
appraisal-decide-at-console = 本档位下须由登录管理页面的人作出决定
appraisal-left-with-unit = 所在单位 { $unit } 本年度不进行考核
appraisal-seal-form = 封存格式为 { $form }，本版本只读格式 { $known }
appraisal-seal-changed = 事项在您打开后已变化，请重新查看
appraisal-seal-without-organ = 请填写逐名确认名单的机关及其文件
appraisal-seal-day = 机关决定日期应在 { $first }（评价活动已截止、最后一项建议已决定之日）至 { $last } 之间
appraisal-year-not-typed = 请键入年份，以免误操作
appraisal-not-sealed = 该年度尚未封存
appraisal-sealed-for-good = 该年度已经公示，只能依程序更正

# Public notice
appraisal-nothing-to-notice = 该年度尚未封存，没有可公示的内容；请先封存（{ $reader ->
    [console] “封存”页
   *[command] `minping seal { $year }`
    }）
appraisal-notice-runs = 该年度正在公示，{ $ends } 止
appraisal-no-notice = 该年度的结果还没有公示
appraisal-leaders-there = 该年度已有干部名单，请修改名单后导入
appraisal-leaders-none = 该年度没有可以沿用的干部
appraisal-newer-release = 该活动第 { $last } 次发布晚于本年度现行的第 { $stands } 次发布，其页面会显示与公示不同的得分；请启封后重新封存，或经申诉更正得分
appraisal-unreachable = 无法向 { $names }{ $more ->
    [0] {""}
   *[other] 等另外 { $more } 人
}送达通知书：其单位不在本年度结果之中；请更正其任职
appraisal-no-address = 通知书须写明本人页面的网址，而本服务没有对外网址；请设置 MINPING_PUBLIC_URL
appraisal-holidays-inside = 公示期内有这些节假日，不计入工作日：{ $days }。
appraisal-by-letter = 另有 { $units } 个没有账号的单位和 { $people } 人以通知书告知：请自公示首日起印发并送达。
appraisal-list-changed = 您看过之后清单已变化，请重新查看

# Reviews and appeals
appraisal-appeal = 第 { $number } 号申诉
appraisal-review-asked = 已申请过复核；对复核答复不服的，可申诉一次
appraisal-no-such-appeal = 没有这件申诉，见 { $reader ->
    [console] “公示与申诉”页
   *[command] `minping appeals list`
    }
appraisal-decider-barred = 此前作过决定的人和该单位的人应当回避，请交由他人办理
appraisal-no-amended-score = 这件申诉没有更正过得分
appraisal-score-published = 已公布的得分与评价票一致，没有公布新的得分
appraisal-would-worsen = 这会使申请人的结果变差；复核和申诉不得加重
appraisal-remedy-value = “{ $text }”不是 0 至 100 的分值
appraisal-standing-changed = 准备之后现行结果已变化，请重新答复
appraisal-remedy-missing = 支持申诉的，请注明更正什么
appraisal-changed-just-now = 刚才已有人办理，请刷新后再看
appraisal-no-such-subject = 该年度没有这个单位或干部
appraisal-no-administrator = 该账号不是管理员，见 { $reader ->
    [console] “人员”页
   *[command] `minping staff show`
    }
appraisal-reason-missing = 请说明理由
appraisal-text-too-long = 文字超过 { $max } 个字符

# What-if
appraisal-without-rule = 不用规则 { $rule }

# Tables that are imported
appraisal-table-units = 市直部门、区县及其组别
appraisal-table-leaders = 该年度的领导干部及其职务
appraisal-table-inner = 单位内部的科室和岗位，层级不限
appraisal-table-people = 该年度科室和岗位的人员
appraisal-table-indicators = 单位各项指标和领导干部个人的得分；也可每项指标一列
appraisal-table-adjustments = 加分和扣分
appraisal-table-findings = 违法、事故等认定
appraisal-table-posts = 职务任免（起止日期）
appraisal-table-absences = 离岗、退休、离职等情况
appraisal-table-discipline = 立案审查和处分
appraisal-table-unit-periods = 单位沿革（起止日期）
appraisal-table-unit-events = 单位的新设、合并、更名、撤销
appraisal-table-decisions = 对各项建议的人工决定
appraisal-table-history = 以往年度的等次
appraisal-own-total = { $subject }的总分
appraisal-own-grade = { $subject }的等次
appraisal-own-public = { $subject }的民评得分
appraisal-own-personal = { $subject }的个人得分
appraisal-own-indicator = { $subject }的{ $part }
appraisal-own-figure = { $subject }的数据
appraisal-own-post = { $unit } { $post }
appraisal-own-decision = { $kind }：{ $subject }
appraisal-own-history = { $subject } { $year } 年的等次
appraisal-own-history-in = { $subject } { $year } 年的等次：{ $where }
appraisal-no-letter = 最近一次公示的通知书还没有印发给这个人
appraisal-delivered-already = 这份通知书的送达日期已经录入
appraisal-delivery-day = 送达日期应在 { $first } 至 { $last } 之间
appraisal-letters-made = 这里的人都已有通知书或者已申请印发；如需重新印发，请指明个人
appraisal-no-letters = 这个单位没有由您申请而尚未生成的通知书

# Recusal
appraisal-no-person = 任何年度的材料中都没有此人
appraisal-no-kin = 没有申报过此人为亲属
appraisal-no-challenge = 没有这件回避申请，或已有决定
appraisal-persons-alike = 有几人同名，请填写其中一人的编号：{ $ids }

# Amendments without an appeal
appraisal-lift-instead = 该年度尚未公示：请启封、改正后重新封存
appraisal-no-finding = 该年度没有依据此项认定，或已经计入
appraisal-not-deferred = 该年度没有因此项立案而暂不定等次的人
appraisal-late-counts-later = 按考核办法，此项认定计入 { $year } 年，不改已封存的年度
appraisal-report-adjustments = 加减分
appraisal-report-absences = 离岗和离职情况
appraisal-report-discipline = 审查和处分
appraisal-escrows-kept = 尚未声明以下活动的托管密钥已销毁，备份仍可能把评价票与个人对应起来：{ $campaigns }
appraisal-reports-missing = 既没有报送，也没有注明“无”：{ $names }
appraisal-points-missing = 缺少这项指标得分的单位：{ $names }{ $more ->
    [0] {""}
   *[other] 等，另有 { $more } 个
}
appraisal-scores-missing = 以下领导干部没有个人得分，暂不能定等次：{ $names }{ $more ->
    [0] {""}
   *[other] 等，另有 { $more } 人
}
appraisal-no-report-kind = 没有这一类报送；可选：{ $kinds }
appraisal-report-handed-in = 这一类已报送 { $count } 项，不能注明“无”
appraisal-report-said = 这一类已注明“无”
appraisal-report-not-said = 这一类没有注明“无”
appraisal-report-closed = 材料已截止：迟到的材料请说明理由，作为表补录
appraisal-report-without-organ = 请注明报送机关和文件
appraisal-no-value = 该单位或个人当年没有这一项材料
appraisal-same-value = 与现有的相同
appraisal-bonus-value = “{ $text }”不是 −100 至 100 的分值；取消该项加减分请填 0
appraisal-bonus-twice = 该单位已有事由、依据和分值都相同的加减分
appraisal-post-days = “{ $text }”不是任职起止日期；请写作 2026-03-01..2026-05-31，仍在任的写作 2026-03-01..，未任该职的填 0
appraisal-post-missing = “{ $text }”不是完整的任职；请写明单位代码、正副职和起止日期，例如 { $example }
appraisal-post-none-left = 这样该人当年就没有任职了；未任职的人不予考核，请另行处理
appraisal-post-other-body = 这样该人会转到 { $unit } 所属的另一级考核，不能在已封存的年度里更正
appraisal-check-bonus-unknown = { $unit }：更正了公开材料里没有的加减分
appraisal-same-line = 该年度所依据的等次与现行的一致
appraisal-correction-worsens = 这样会使结果变差；只有因本方提供虚假材料获益的，经听取申辩后才可以
appraisal-cause-unsigned = 请填写所依据的文件和理由
appraisal-hearing-day = 请填写听取本人陈述申辩的日期，应在 { $first } 至 { $last } 之间
appraisal-cause-day = 日期应在 { $first } 至 { $last } 之间
appraisal-decide-with-it = 请一并决定涉及等次的建议：{ $keys }
appraisal-not-to-execute = 该决定目前并非已确认，或已经执行
appraisal-not-to-restore = 该决定未曾执行、已经恢复，或依据仍然成立
appraisal-not-to-recall = 罢免只登记一次，且限于免职、撤职执行之前担任选举产生职务的人
appraisal-not-recalled = 本人担任选举产生的职务：请先登记选举机关罢免的文件
appraisal-review-waits = 第 { $number } 号申请尚待答复；复核、申诉期间不停止执行，决定失去依据的须在一个月内恢复
appraisal-review-runs = { $until } 之前仍可申请复核；复核期间不停止执行，决定失去依据的须在一个月内恢复
appraisal-name-not-typed = 请键入姓名或代码（{ $name }），以免误操作

# Tasks of a sealed year
appraisal-task-overturned = 认定 { $finding } 已于 { $on } 撤销：请决定是否更正该年度
appraisal-task-late = 认定 { $finding } 于 { $on } 作出：请决定是否更正该年度
appraisal-task-deferred = 立案 { $case } 已于 { $on } 了结：请补定等次
appraisal-task-line = 本年度所依据的 { $year } 年等次已有变动（{ $before } → { $after }）：请登记
appraisal-task-line-lost = 本年度所依据的 { $year } 年等次已有变动（{ $before } → { $after }），依据已失：{ $keys }；请决定是否更正
appraisal-task-restore = { $key } 已执行（{ $document }），依据已失：请于 { $due } 前恢复
appraisal-no-handler = 尚未指派办理人，无从申请回避

# 年度验证包各项核对的结果。
appraisal-no-year = 这不是年度，请输入四位数字
appraisal-bundle-year = bundle.json 没有写明年度，或者所列文件与实际不符，请重新下载
appraisal-bundle-form = year.json 的格式不是 { $known }，请使用生成它的程序版本
appraisal-difference = { $subject } 的 { $field }：封存为 { $sealed }，重新计算为 { $now }
appraisal-more-differences = 另有 { $count } 处
appraisal-check-name-log = 日志中本年度的行为
appraisal-check-name-seal = 日志中的封存
appraisal-check-name-rules = 考核办法
appraisal-check-name-totals = 总分
appraisal-check-name-grades = 名次和等次
appraisal-check-name-amendments = 日志中的更正
appraisal-check-name-kinder = 更正不使任何单位变差
appraisal-check-name-standing = 现行结果
appraisal-check-name-whole-seal = 封存全文
appraisal-check-name-whole-amendments = 更正全文
appraisal-check-name-heads = 何人封存、更正、公示
appraisal-check-name-material = 材料
appraisal-check-name-whole-result = 全部结果
appraisal-check-name-whole-standing = 更正的内容
appraisal-check-not-sealed = 日志中没有本年度现行有效的封存
appraisal-check-numbers = 本年度的 { $kind } 没有按 1、2、3……编号：有缺漏或者重复
appraisal-check-log = 本年度的封存、更正和 { $count } 次公示编号连续
appraisal-check-seal = 现行封存的 SHA-256 为 { $digest }（第 { $position } 条，本年度第 { $count } 号）
appraisal-check-public-differs = year.json 不是第 { $position } 条封存所承诺的内容
appraisal-check-other-year = year.json 与 bundle.json 不是同一年度
appraisal-check-rules-differ = 本年度所用的考核办法与 { $campaign } 登记的不同
appraisal-check-rules = { $count ->
    [0] 没有可供比对考核办法的登记
   *[other] 考核办法与 { $count } 个评价活动在第一张评价票之前登记的一致
  }
appraisal-check-amendment-count = 日志中有 { $logged } 次更正，验证包中有 { $told } 次
appraisal-check-amendment-differs = 第 { $number } 次更正不是第 { $position } 条所承诺的内容
appraisal-check-amendment-chain = 第 { $number } 次更正不是从此前的结果得出的
appraisal-check-amendments = { $count ->
    [0] 没有更正，日志中也没有
   *[other] { $count } 次更正逐次从此前的结果得出，与日志一致
  }
appraisal-check-worse = 有单位因更正而等次降低
appraisal-check-kinder = { $kept ->
    [0] 没有单位因更正而等次降低
   *[other] 没有单位因更正而等次降低，其中 { $kept } 次维持原结果
  }
appraisal-check-no-notice = 公示还没有开始
appraisal-check-standing-differs = 公示表与封存加更正的结果不一致
appraisal-check-standing = { $count } 个单位的公示表就是封存加更正的结果，公示时间与日志一致
appraisal-check-totals-differ = 有 { $count } 个总分不能由得分和权重得出
appraisal-check-totals = { $count } 个总分可由得分、权重和公布的民评得分在舍入误差内得出
appraisal-check-grades-differ = 有 { $count } 处分类、名次或者等次不能由总分和办法得出
appraisal-check-grades = { $count } 个单位的分类、名次和等次可由总分和办法得出
appraisal-check-other-engine = 本年度由计算程序 { $sealed } 封存；计算程序 { $now } 有 { $count } 处不同，以封存为准
appraisal-check-seal-differs = seal.json 不是日志中的封存
appraisal-check-public-other = year.json 与 seal.json 中关于单位的内容不同
appraisal-check-whole-seal = seal.json 就是日志中的封存，year.json 是其中关于单位的内容；共 { $units } 个单位、{ $people } 人
appraisal-check-amendment-missing = 验证包和日志中的更正次数不同
appraisal-check-amendment-other = 第 { $number } 次更正不是日志中的更正
appraisal-check-amendment-public = 第 { $number } 次更正的公开内容与其全文不同
appraisal-check-whole-amendments = { $count ->
    [0] 没有更正
   *[other] { $count } 次更正与日志一致，公开内容由其得出
  }
appraisal-check-row = { $row }：所存的行不是日志所承诺的内容
appraisal-check-heads-differ = 封存、更正和公示中有 { $count } 行与日志不同
appraisal-check-heads = 封存、更正和公示的 { $count } 行与日志所承诺的一致
appraisal-check-whole-result-differs = 有 { $count } 个数不能由封存的材料得出
appraisal-check-whole-result = { $units } 个单位和 { $people } 人的结果可由封存的材料得出
appraisal-check-whole-standing-differs = 更正中有 { $count } 个数不能由所更正的内容得出
appraisal-check-whole-standing = { $count ->
    [0] 没有更正
   *[other] { $count } 次更正的结果可由所更正的内容得出
  }
appraisal-check-no-record = 封存中没有各表的记录
appraisal-check-table = 表 { $table }：封存时 { $sealed } 行，现在 { $now } 行，内容不同
appraisal-check-material-differs = 有 { $count } 张表与封存时不同，而且没有报送记录说明原因
appraisal-check-points-differ = 有 { $count } 个封存的数与材料不同
appraisal-check-material = { $tables } 张表的 { $rows } 行与封存时一致，或者此后有报送记录

# 年度验证包不能说明的内容及其原因。
appraisal-open-registration = 未核对：{ $campaigns } 的办法是否早于评价票，因为本日志中没有它的登记
appraisal-open-older-seal = 未核对：日志对封存以外内容的承诺，因为本年度由旧版本封存
appraisal-open-no-table = 未核对：公示表，因为公示还没有开始
appraisal-open-scores = 未核对：{ $units } 的总分，因为其民评得分没有单独公布
appraisal-open-tentative = 未核对：{ $units } 的等次是否确定，因为需要精确得分
appraisal-open-material = 未核对：材料何时截止，因为日志中没有这一行为
appraisal-open-heads = 未核对：{ $count } 次封存、更正或者公示由何人何时作出，因为由旧版本作出
appraisal-open-ballots = 未核对：民评得分是否由评价票得出；请用 `minping verify` 核对评价活动的验证包
appraisal-open-people = 未核对：个人的等次，因为公开的验证包不含个人信息；审计员的验证包含有
appraisal-open-certainty = 未核对：等次是否确定，因为精确得分只供审计员核对
appraisal-open-moved = 未核对：更正还影响哪些单位，因为需要精确得分；请看审计员的验证包
appraisal-open-tables = 未核对：材料是否仍与封存时一致；审计员的验证包含有各行
appraisal-paper-line = 请写成一行，不超过 { $max } 个字
appraisal-removals-without-paper = 年度不能封存：{ $names }{ $more ->
    [0] {""}
   *[other] 以及另外 { $more } 条建议
    }未写明所依据的文件即予确认；请写明机关、文号、日期和签发人，重新决定
appraisal-decision-changed = 事项在您打开后已变化，您的决定未保存。现为：{ $now }。您填写的是：{ $mine }。请重新查看
appraisal-decision-told = { $verdict }；{ $by }；{ $reason }；{ $at }
appraisal-given-told = { $grade }；{ $by }；{ $reason }；{ $at }
appraisal-not-decided-now = 依据已变，尚无决定
appraisal-appeal-changed = 事项在您打开后已变化，您的选择未保存。现为：{ $state }，经办人 { $now }。您选择的是：{ $mine }。请重新查看
appraisal-nobody-charged = 未指定

# 办法的条款，理由中用名称表示
appraisal-fields = { $fields }
appraisal-field-where = { $level ->
    [1] 单位内部
   *[other] 单位内部第 { $level } 层
}
appraisal-field-adjustments = 加扣分
appraisal-field-bonus-max = 加分上限
appraisal-field-deduct-max = 扣分上限
appraisal-field-confidence = 置信水平
appraisal-field-imagined = 每个评价主体的预期答复数
appraisal-field-states = 暂定名次的条件
appraisal-field-vouched = 有凭证的渠道
appraisal-field-first-pct = { -grade-first }的比例
appraisal-field-league-first = 区县排名靠前的名额
appraisal-field-league-third = 区县排名靠后的名额
appraisal-field-personal-floor = 个人得分底线
appraisal-field-pool = 名额组的划分
appraisal-field-floor-unit = 单位最低票数
appraisal-field-places = 总分的小数位数
appraisal-field-presence = 任职时间
appraisal-field-rules = 各项规则
appraisal-field-rule = 规则「{ $rule }」
appraisal-field-tie-breaks = 同分排序
appraisal-field-unit-quota = 单位等次名额
appraisal-field-ties = 名额分界处同分的处理
appraisal-field-veto = 一票否决
appraisal-field-weight = { $family }中{ $part }的权重
appraisal-field-group-weight = { $family }中{ $group }的权重
appraisal-field-share = { $role }得分的构成
appraisal-field-share-unit = { $role }得分中单位得分的比重
appraisal-field-share-personal = { $role }得分中个人得分的比重
