# 身份认证平台：数据目录中的文件。

openid-name = 平台名只用小写字母、数字和连字符，最多 32 个
openid-bad-issuer = issuer 是以 https:// 开头的地址，其中没有 ? 和 #
openid-no-client = 请填写平台给本服务的 client_id 和 client_secret
openid-bad-label = label 是页面上对平台的称呼，须有以下每种语言：{ $languages }
openid-bad-use = 没有这种用途；可用的用途有：{ $uses }
openid-two-for-citizens = 已有一个供评价人使用的平台；有两个，一个人就可能计两票
openid-bad-claims = 可以指定的声明有：{ $claims }
openid-no-groups = 请在 groups 下写明各分组的角色；没有分组，谁也不能登录
