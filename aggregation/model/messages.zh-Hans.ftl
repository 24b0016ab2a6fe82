# Names of codes in print (names.py).

# Grades
label-grade-first = { -grade-first }
label-grade-second = { -grade-second }
label-grade-third = { -grade-third }
label-grade-fourth = { -grade-fourth }

# Posts
label-role-principal = 正职
label-role-deputy = 副职
label-role-officer = 工作人员

# Whether a grade is settled
label-certainty-settled = 确定
label-certainty-provisional = 暂定

# States of proposals
label-proposal-proposed = 待决定
label-proposal-confirmed = 已确认
label-proposal-declined = 未采纳

# Decisions on proposals
label-decision-confirmed = 确认
label-decision-declined = 不采纳

# Consequences that rules propose
label-consequence-grade-four = 确定为{ -grade-fourth }
label-consequence-removal-from-posts = 撤销党政职务
label-consequence-dismissal = 免职
label-consequence-downgrade = 降等
label-consequence-admonition-talk = 诫勉谈话
label-consequence-verification-review = 甄别考察
label-consequence-bar-first = 不得评为{ -grade-first }
label-consequence-void-answers = 评价作废
label-consequence-discipline-referral = 移送纪检
label-consequence-commendation = 表彰
label-consequence-promotion-file = 提拔使用参考

# Findings
label-finding-criminal-offence = 触犯刑律
label-finding-safety-accident = 重大安全责任事故
label-finding-unfitness = 认定不能胜任现职
label-finding-review-finding = 甄别考察结论
label-finding-manipulation = 查实操纵评价
label-finding-veto = 一票否决

# Flags of scores
label-flag-insufficient = 有效票不足，由人工决定
label-flag-pooled = 各评价主体均不足最低票数，合并计算，仅供参考
label-flag-dont-know-high = 不了解比例高
label-flag-open-link-only = 仅有公开链接票
label-flag-open-link-capped = 公开链接票权重已达上限
label-flag-verified-below-floor = 有凭证的票不足最低票数
label-flag-group-below-floor = 评价主体不足最低票数，权重转给其他主体
label-flag-corrected = 得分公布后更正
label-flag-below-floor = 不足最低票数
label-flag-of-groups = { $flag }（{ $groups }）

# Lines of the reason trail

reason-says = { $label }：{ $value }
reason-inputs = 依据 { $inputs }
reason-scheme = 办法 { $field }
label-flag-rank-provisional = 主要依据无凭证的评价，名次暂定
reason-established = { $on } 认定

# 规则的名称
label-rule-bottom-rank = 名次靠后
label-rule-criminal-offence = 违法犯罪
label-rule-first-grade = 评为{ -grade-first }
label-rule-low-personal-score = 个人得分低
label-rule-manipulation = 组织操纵评价
label-rule-review-finding = 考察认定的问题
label-rule-safety-accident = 安全事故
label-rule-third-grade-unit = 单位被评为{ -grade-third }
label-rule-two-year-third = 连续两年{ -grade-third }
label-rule-unfitness = 不适宜担任现职

# 异常信号
label-signal-burst = 六小时内大量提交
label-signal-identical-answers = 所有题目答案相同
label-signal-lockstep = 同一渠道在短时间内意见一致
label-signal-odd-hours = 深夜提交
label-signal-online-findings = 提交时已有异常
label-signal-shared-voters = 同一批人对两个单位意见一致
label-signal-similar-comments = 留言近似
label-signal-single-target = 只评价了一个单位
label-signal-source-share = 单一渠道占比过高
label-signal-staff-orders = 上班时间提交
label-signal-strata = 某一渠道与其他渠道意见不同
label-signal-young-accounts = 来自新账号
