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
