# 账号、令牌、第二重验证和设置的问题。

account-bad-login = 登录名为 1 至 64 个字符，可用 a–z、0–9、点、- 和 _
account-login-taken = 这个登录名已被使用；请换一个
account-unknown = 没有这个登录名
account-unknown-role = 没有这个角色；可用的角色有：{ $roles }
account-unit-missing = 这个角色的人员必须属于某个单位；请指明单位（命令中用 `--unit`）
account-unknown-unit = 没有单位“{ $unit }”；见 `minping import units`
account-last-administrator = 这是最后一名管理员；请先添加另一名管理员
account-password-length = 密码应为 { $shortest } 至 { $longest } 个字符
account-password-easy = 这个密码太容易猜到；请用几个互不相关的词
second-factor-in-use = 第二重验证已启用；请先关闭
second-factor-other-key = 第二重验证是用另一把密钥封存的；请重置
token-bad-name = 令牌名称为 1 至 32 个字符，可用 a–z、0–9、点、- 和 _
token-unknown-scope = 请在下列权限中选择：{ $scopes }
token-bad-days = 令牌的有效期为 1 至 { $most } 天
token-name-taken = 已有令牌用过这个名称；请换一个
token-unknown = 没有这个令牌，或它早已撤销；见 `minping token list`
preferences-bad-hours = 发送时段填写有误；请按 { $example } 的格式填写
preferences-bad-day = 有的日期填写有误；请按 2026-10-01 的格式填写
preferences-bad-days = 请按 2026-10-01 的格式填写日期，最多 { $most } 个；请删去已过的日期
preferences-bad-fatigue-days = 天数应为 0 至 { $most } 的整数
