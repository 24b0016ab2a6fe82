# 帮助
help-usage = 用法：
help-arguments = 参数
help-options = 选项
help-help = 显示本帮助后退出
help-lang = 输出的语言，默认为终端的语言

# 文件
file-not-text = 文件不是 UTF-8 文本

# 数量
count-fewer-than = 少于 { $count }
count-at-least = 至少 { $count }

# 存储的代码
word-administrator = 管理员
word-observer = 只读
word-staff = 工作人员
word-checker = 核查员
word-auditor = 审计员
word-office = 承办单位
word-unit = 单位
word-done = 完成
word-refused = 未接受
word-failed = 失败
word-received = 受理
word-assigned = 指定经办人
word-answered = 已答复
word-again = 申诉
word-waiting = 待办理
word-charged = 办理中
word-final = 已办结
word-upheld = 成立
word-rejected = 不成立
word-running = 发送中
word-cancelled = 已取消
word-queued = 待发送
word-sent = 已发送
word-unreachable = 无法送达
word-not-started = 从未启用机器人
word-opted-out = 已拒收
word-expired = 已过期
word-declined = 收到后拒收
word-started = 已开始
word-partial = 部分完成
word-broken = 中途退出
word-completed = 已完成
word-no-consent = 未同意
word-fatigue = 近期已邀请
word-decided = 已有结论
word-dropped = 已撤销
word-uphold = 维持建议权重
word-release = 恢复原权重
word-proposed = 建议降权
word-reopen = 重开
word-good = 有效
word-revoked = 已吊销
source-open = 公开链接
source-invited = 邀请链接
source-personal = 个人邀请
source-import = 导入

# 表头
head-after = 现
head-all = 合计
head-ballots = 评价票
head-before = 原
head-category = 类别
head-certainty = 是否确定
head-changed-rule = 改变的规则
head-dont-know = 不了解
head-field = 条款
head-flags = 标记
head-furthest = 最大移动
head-grade = 等次
head-grades-changed = 等次改变
head-grounds = 依据
head-in = 所在
head-interval = 95% 区间
head-key = 建议编号
head-notes = 说明
head-person = 人员
head-post = 职务
head-proposal = 建议
head-public-score = 民评得分
head-rank = 名次
head-rank-set = 可能名次
head-ranks-moved = 名次改变
head-rule = 规则
head-score = 得分
head-status = 状态
head-subject = 对象
head-tau-b = 相关系数 tau-b
head-top-two-rate = 满意率
head-total = 总分
head-unit = 单位
head-valid = 有效票
head-waiting = 待定
head-weights = 权重
head-weights-groups = 主体权重

# 表格
listing-after = 现
listing-before = 原
listing-categories = 类别
listing-departments = 市直部门
listing-digest = 校验码
listing-discretionary = （酌定）
listing-fields-differ = { $count } 处不同
listing-grade-quota = 名额 一/二/三等 { $units }
listing-grades = 等次
listing-grades-changed = 等次改变的单位
listing-grades-departments = 市直部门等次
listing-leaders = 领导干部
listing-no-difference = 两个办法没有差别
listing-none = （无）
listing-not-sealed = 未封存
listing-nothing-stored = 以上仅为推演，未存储任何内容
listing-people = 人员
listing-proposal-count = 建议 { $count } 条
listing-proposals = 建议
listing-proposals-by-subject = 建议（按对象数）
listing-scheme-state = 办法 { $version }；{ $state }
listing-sealed = 已封存
listing-sensitivity = 敏感性
listing-units-moved = 变动的单位
listing-unused-decisions = 无对应建议的决定：{ $keys }
listing-waits-for-unit = { $title }：待单位本身定等次后评定
inner-units-none = 没有存储该单位的内设机构，其他单位也没有
inner-units-elsewhere = 没有存储该单位的内设机构；有内设机构的单位：{ $units }

# 命令行参数哪里不对；`%…` 由 argparse 填写。

arguments-error = { $program }：错误：{ $problem }
arguments-of = 参数 { $argument }：{ $problem }
arguments-unknown = 没有这样的参数：{ $arguments }，见 --help
arguments-conflict = 不能与参数 { $other } 同用
arguments-needless-value = 不带取值，却给了“{ $value }”
arguments-missing = 缺少参数：{ $arguments }
arguments-one-of = 须有以下参数之一：{ $arguments }
arguments-one-value = 后面缺少取值
arguments-one-value-at-most = 最多一个取值
arguments-one-value-at-least = 后面至少要有一个取值
arguments-values = 取值须有 { $count } 个
arguments-ambiguous = { $option } 可以指多个选项：{ $options }
arguments-no-number = “{ $value }”不是这里可用的数
arguments-choice = 不能选“{ $value }”，可选：{ $choices }
