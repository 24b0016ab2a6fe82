# 数据文件夹中的发送账号。

messengers-missing = 此账号缺少这一项
messengers-name = 账号名只用小写字母、数字和连字符，最多 32 个
messengers-bad-url = 地址必须以 https:// 开头
messengers-bad-hook = 回执地址的密钥至少要有 { $least } 个随机的字母和数字
messengers-bad-tls-pin = 证书指纹是证书的 SHA-256，64 位十六进制数字
messengers-bad-rate = 每秒条数，大于 0，最多 1000
messengers-bad-hours = 时段的写法如 08:00-22:00
messengers-choice = “{ $value }”不在可选项之中：{ $choices }
messengers-mac = 签名缺少存放的字段，或缺少组成签名的字段
messengers-kind-twice = 另一账号已用于同一种联系方式；请只留一个
messengers-mail-security = security 只能是 starttls 或 tls；本机的中继可用 none
messengers-mail-port = 端口是不大于 65535 的数字
messengers-mail-from = 这不是电子邮件地址
messengers-agent = 应用的 AgentId 是数字
messengers-no-address = 消息带有链接，服务需要公开的 https 网址
