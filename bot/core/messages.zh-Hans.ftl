# 设置：环境变量的问题。

setting-unknown = 没有这项设置；可用的设置有：{ $settings }
setting-no-number = “{ $value }”不是整数
setting-unknown-time-zone = 没有时区“{ $value }”；请按 Asia/Shanghai 的格式填写
setting-no-metrics-place = “{ $value }”既不是带端口的地址（如 127.0.0.1:9108），也不是套接字的绝对路径
setting-log-key-of-witness = 这是见证方的密钥；日志的密钥用 `minping mixer key` 显示
setting-no-witness-key = 其中有的不是见证方的密钥；见证方的密钥用 `minping witness --key FILE` 显示
setting-unknown-level = “{ $value }”不可用；可用的有：{ $levels }

# Names of codes (labels.py).

# Verdicts on changes of scores
label-change-better = 显著上升
label-change-worse = 显著下降
label-change-open = 未见显著变化
label-change-other = 两年量法不同，不作检验

# Files that cannot be read or written (file_errors.py).

core-forbidden-character = 文字中有看不见的字符 { $character }，请删去并重新输入
core-file-not-found = 文件无法读取：没有这个文件，请核对文件名
core-file-read-forbidden = 文件无法读取：当前账号没有读取权限，请开通权限
core-file-is-folder = 文件无法读取：这是一个文件夹，请指定文件
core-file-not-private = 文件含有密钥，其他人可以读取；请运行 chmod 600
core-file-not-utf8 = 文件不是 UTF-8
core-file-unreadable = 文件无法读取：文件或磁盘可能已损坏
core-file-not-utf-8 = 文件不是 UTF-8 文本，此处有别的编码；请另存为 UTF-8
core-file-too-large = 文件过大，最多 { $megabytes } MB；请拆分
core-file-write-forbidden = 文件无法写入：当前账号没有写入权限，请开通权限或换一个文件夹
core-disk-full = 文件无法写入：磁盘已满，请腾出空间后重试
core-no-room = 无法保存：磁盘已满或有故障，请腾出空间后重试
core-file-unwritable = 文件无法写入：请换一个文件名或文件夹
core-folder-not-found = 文件无法写入：没有这个文件夹，请核对文件夹名
core-file-write-is-folder = 文件无法写入：这是一个文件夹，请指定文件
core-file-exists = 文件无法写入：文件已存在，请换一个文件名
core-disk-read-only = 文件无法写入：磁盘只读，请换一个文件夹

# 机器和服务程序的故障 (faults.py)

core-memory-full = 内存不足，请关闭其他程序后重试
core-system-exhausted = 系统不再提供文件或内存，请关闭其他程序后重试
core-path-forbidden = 本账号没有权限，请授予权限，或换一个文件夹
core-folder-unusable = 无法建立此文件夹，请换一个
core-redis-away = 连不上 Valkey 或 Redis，请启动它，或更正此地址
core-database-away = 连不上数据库，请启动它，或更正此地址
core-database-held = 另一个程序占用着数据库，请关闭它后重试
core-port-taken = 端口 { $port } 已被另一个程序占用，请关闭它，或换一个端口
core-port-forbidden = 本账号无权使用端口 { $port }，请换一个大于 1023 的端口
core-host-not-ours = “{ $host }”不是本机的地址，请设为 127.0.0.1 或本机的其他地址
core-socket-not-made = 无法在 { $path } 建立套接字，请改用本账号可写的已有目录

# 表单、请求和命令的各项，用于指明位置。

field-login = 用户名
field-password = 密码
field-role = 角色
field-unit = 单位
field-units = 单位
field-name = 名称
field-scopes = 权限范围
field-days = 有效天数
field-hours = 发送时段
field-not-on = 不发送的日子
field-fatigue-days = 邀请间隔天数
field-second-factor = 须用第二重验证的角色
field-id = 编号
field-campaign = 评价活动
field-year = 年度
field-title = 标题
field-title-zh = 中文标题
field-title-en = 英文标题
field-opens-at = 开始时间
field-closes-at = 截止时间
field-first = { -grade-first }名额
field-second = { -grade-second }名额
field-third = { -grade-third }名额
field-purpose = 用途
field-about = 评价对象
field-asks = 评价主体
field-door = 入口
field-group = 评价主体
field-stratum = 分层
field-source = 渠道
field-capacity = 人数上限
field-max-people = 人数上限
field-items = 配额
field-confirm = 确认
field-page = 页码
field-limit = 每页条数
field-state = 状态
field-status = 状态
field-audience = 读者范围
field-name-en = 英文名称
field-name-zh = 中文名称
field-country = 国家代码
field-privacy = 个人信息事务联系人
field-phone = 电话
field-police = 公安备案号
field-icp = ICP 备案号
field-body = 请求正文
field-method = 分配方法
field-values = 各抽样单元的数值
field-size = 抽取人数
field-sample = 样本
field-least = 每个抽样单元至少抽取
field-fatigue = 邀请间隔天数
field-text = 正文
field-text-zh-Hans = 中文正文
field-text-en = 英文正文
field-theme = 主题
field-rating = 评价
field-reason = 理由
field-remedy = 更正
field-ruling = 申诉结论
field-decision = 决定
field-verdict = 结论
field-grade = 等次
field-note = 说明
field-population = 人口数据
field-questionnaires = 问卷
field-receipt = 回执
core-form-stale = 您打开之后已有改动，请核对后重新提交
