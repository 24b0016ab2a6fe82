# 网页上的文字（对话中的文字在 survey_flows/wording）。

language-name = 中文
product = 民评
product-long = 民评 · 群众评价政府部门
skip-link = 跳到正文
brand-home = 民评首页

start-default = 请您来评价
start-unit = 您将评价：{ $unit }
start-lead = 您的评价会计入部门的年度绩效考核。
start-promise-anonymous = 不记名。被评价的单位不会知道您是谁。
start-promise-short = 大约一分钟，可以随时停止。
start-promise-again = 截止前可以重新评价，也可以全部删除。
start-promise-free = 任何人都无权要求您怎样评价。
start-begin = 开始评价
start-cookie = 为了让您中断后能接着答，并保证每人只计一票，按下“开始评价”后，本网站会在您的浏览器里存一个随机编号（Cookie），90 天后失效。除此之外不使用任何跟踪或统计工具。
start-cookie-refused = 您的浏览器没有接受我们的随机编号（Cookie），所以无法接着往下走。请在浏览器设置中允许本网站使用 Cookie，再按一次“开始评价”。
start-previous = 您有一次评价还没完成？
start-resume = 回到刚才的对话

progress = 第 { $step } 步，共 { $steps } 步
selected = （目前的选择）
field-search = 查找单位（名称、拼音或代码）
field-text = 您的回答
field-number = 您的回答（整数）
send-search = 查找
send-text = 填好了，继续
send-number = 填好了，继续
ask-language = 语言 Language
ask-help = 帮助
ask-privacy = 隐私
ask-delete = 删除我的评价
ask-menu = 其他操作
notice = 提示
receipt-label = 回执编号
nothing-here = 现在没有可以显示的内容。
go-on = 继续
offline = 网络不通，刚才的选择还没有送出。请检查网络后再按一次。
sending = 正在保存…

text-help = 帮助
text-privacy = 隐私
text-back = 返回
text-cookie = 本网站只在您按下“开始评价”后存一个随机编号（Cookie），用来接着您的对话，90 天后失效；不使用跟踪或统计工具。

unsaved-title = 刚才的回答还没有保存
unsaved-text = 系统暂时存不进去，您填的内容还在这一页上。请稍等片刻，再按一次“重试”。
unsaved-retry = 重试

trouble-400-title = 这个请求不完整
trouble-400-text = 请回到上一页再试一次。
trouble-403-title = 这个操作没有被接受
trouble-403-text = 它不是从本网站的页面发出的，或者您没有这项权限。请从首页重新进入。
trouble-404-title = 没有找到这个页面
trouble-404-text = 地址可能不完整。您可以从首页进入。
trouble-405-title = 这个地址不能这样打开
trouble-405-text = 请从首页进入。
trouble-413-title = 内容太长了
trouble-413-text = 没有保存任何内容。请缩短后再试一次。
trouble-429-title = 请稍后再来
trouble-429-text = 从您所在的网络发起的新评价太多了。一小时内会恢复；已经开始的评价不受影响。
trouble-500-title = 抱歉，这一页出了问题
trouble-500-text = 您之前的回答都还在。请回到首页继续。
trouble-503-title = 暂时打不开
trouble-503-text = 您之前的回答都还在。请过一会儿再试。
trouble-home = 回到首页
trouble-retry = 再试一次
