# 管理页面的拒绝说明。

admin-choose-year = 请选择年度
admin-choose-ruling = 请选择成立或不成立
admin-choose-request = 请选择申请事项
admin-choose-verdict = 请选择确认或不采纳
admin-choose-grade = 单位的等次为{ -grade-first }、{ -grade-second }或{ -grade-third }
admin-no-such-button = 这一页没有这个按钮，请返回重试
admin-not-this-name = 与活动代号不符，没有执行任何操作
admin-too-many-files = 文件超过 { $n } 个
admin-confirm-publication = 请勾选“任何人都可以查看这些结果”
admin-no-inner-units = 这个单位在该年度没有内设机构
admin-no-such-login = 没有这个用户名
admin-no-second-factor = 还没有启用动态验证码
admin-no-such-session = 这一处登录已经退出
admin-no-bot = 没有可用来发送的机器人，请设置其令牌
admin-whole-number-needed = 这不是整数
admin-login-without-unit = 这个账号不属于任何单位；请管理员在“人员”页添加所属单位的账号
admin-page-of-other-roles = 您的角色不能查看此页；可查看的角色有：{ $roles }
admin-row-changed = 这一行在您打开后已有改动，请重新查看
admin-nothing-ticked = 请先勾选要决定的建议
admin-no-such-subject = 该年度没有这个单位或领导干部

# 名称。

admin-ranking-title = { $year } 年度绩效考核总分
admin-no-answer = 未作答
admin-choose-cause = 请选择更正的依据

# 问卷和办法的编辑。

admin-kind-rating = 满意度
admin-kind-choice = 单选
admin-kind-yes-no = 是否
admin-kind-text = 文字
admin-kind-integer = 整数
admin-kind-note = 说明
admin-item-id = 代码
admin-item-version = 版本
admin-item-title = 名称
admin-item-kind = 题型
admin-item-label = 题目
admin-item-short = 简称
admin-item-scale = 量表
admin-item-weight = 权重
admin-item-overall = 总体评价题
admin-item-optional = 可跳过
admin-item-options = 选项
admin-item-code = 代码
admin-item-group = 评价主体
admin-item-condition = 什么时候问
admin-item-length = 最多字数
admin-item-minimum = 最小值
admin-item-maximum = 最大值
admin-item-weights = 权重合计
admin-item-at = 第 { $n } 题
admin-in-chinese = 中文
admin-in-english = 英文
admin-own-staff = 本单位职工
admin-as-shipped = 随产品提供的
admin-yes = 是
admin-no = 否
admin-some-unit = 某单位
