# 帮助
help-minping = 市民评价全市单位，年终据此考核。
help-version = 显示软件、数据库和 Python 的版本
help-commands = 命令
help-appeals = 列出对结果的复核和申诉及其期限
help-approvals = 等待第二人签字的事项、对审计员的授权和档位
help-approvals-show = 显示档位和待签事项；签字在管理页面办理
help-approvals-grant = 授权审计员在若干天内揭示一次评价活动的评价票
help-approvals-grant-login = 审计员的登录名
help-approvals-grant-year = CAMPAIGN 处填写年度：授权审计员查阅含个人信息的年度验证包
help-approvals-grant-days = 天数，默认 14
help-approvals-profile = 调整须由几人决定
help-approvals-profile-name = solo：一名管理员；office：由核查员或批准人作第二签字人；city：由批准人作第二签字人
help-appeals-again = 登记申诉：不服答复，或答复逾期
help-appeals-answer = 经办人答复：RULING 为 upheld（成立）或 rejected（不成立）
help-appeals-ask = 代为登记复核申请
help-appeals-at-once = 干部不经复核直接申诉
help-appeals-by = 作出决定的账号；将要求输入其密码
help-appeals-cause = 就迟延理由作出决定：RULING 为 upheld（成立）或 rejected（不成立）
help-appeals-charge = 指定经办人
help-appeals-late = 已过申请期限；理由中须写明迟延原因
help-appeals-list = 列出复核和申诉，最新的在前，标出逾期的
help-appeals-reason = 申请理由、决定理由或书面内容
help-appeals-remedies = 一并列出可以更正的内容，写法同 answer 的 --remedy
help-appeals-remedy = 更正的内容，如 grade:second: 或 value:95:objective
help-appeals-show = 显示一件复核或申诉及其经过
help-appeals-withdraw = 登记书面撤回
help-appraise = 考核一个年度：组别、等次、建议；说明理由、作出决定、封存
help-appraise-by = 决定人（与 --decide、--grade 合用）
help-appraise-seen = 您所见事项的标记，由 `--proposals` 列出；给定等次时为前一次的编号
help-appraise-organ = 作出决定的机关；确认免职、撤销职务时必填，以下三项同
help-appraise-document = 所依据文件的文号
help-appraise-decided-on = 文件日期
help-appraise-released-by = 文件签发人
help-appraise-heard = 听取本人陈述申辩的日期；确认不利处理时必填
help-appraise-reason = 理由（与 --decide、--grade 合用）
help-appraise-explain = 列出一项结果的全部理由
help-appraise-inside = 列出一个单位的内设机构及其人员
help-appraise-proposals = 列出建议及其编号和依据
help-appraise-open = 只列出待决定的建议
help-appraise-decide = 确认或不采纳一条建议
help-appraise-grade = 为评价票不足的单位确定等次
help-material = 查看年度材料的录入记录（原值、新值）；材料截止
help-material-close = 材料截止：此后补录须说明理由并由第二人放行
help-material-none = 登记某机关某一类没有需要报送的（无）；--take-back：登记有误，撤回
help-material-kind = criminal_offence、safety_accident 等各类认定，或 adjustments、absences、discipline；“show”列出全部
help-material-organ = 报送机关
help-material-document = 该机关的文件
help-material-take-back = 登记有误，依所列机关和文件撤回
material-report-handed-in = 已报送 { $rows } 项
material-report-none = 无（{ $organ }，{ $document }）
material-report-missing = 缺：请报送，或注明“无”
material-close-how = 截止请加 --typed { $year } --list { $digest }
help-material-typed = 再键入一次年份，以免误操作
material-none = 还没有录入
material-filing = { $number }. { $kind }，{ $file }：{ $count } 行，{ $by } 录入
material-cleared = { $by } 放行：{ $reason }
material-closed = { $year } 年度材料已截止
help-seal = 查看年度封存的内容；封存、启封，或与现有材料比对
help-seal-organ = 逐名确认名单的机关
help-seal-document = 该机关的文件
help-seal-day = 该机关作出决定的日期，如 2026-12-28
help-seal-typed = 再键入一次年份，以免误操作
help-seal-reason = 启封的理由
help-seal-seen = 按您看到的、有此摘要的内容封存
help-seal-lift = 启封；公示之后不能启封
help-seal-compare = 把封存的内容与现有材料算出的结果比对
help-archive = 写入、核对已截止评价活动的归档（评价组合计数，Parquet 文件），并据以计分
help-archive-write = 写入或更新归档；中断后从中断处继续
help-archive-write-auditors = 另含逐张评价票的代号和日志位置，供审计员使用（不得公开）
help-archive-check = 核对归档的每个文件；如有逐张评价票，核对其计数
help-archive-check-engine = 清点逐张评价票的引擎，默认 duckdb
help-archive-score = 只凭归档列出民评得分，与 `minping score` 相同
help-audit = 控制台、程序接口和命令的操作日志
help-audit-show = 列出操作，最新的在前
help-audit-show-login = 只列出这个账号的操作，命令写 cli:账号
help-audit-show-since = 只列出这一天以来的操作，写法如 2026-11-24
help-audit-show-last = 列出最近的条数，默认 100
help-audit-verify = 检查有没有改动或删除过的行
help-bundle = 写出已截止评价活动的验证包，任何人都可以用 `minping verify` 检查；旁边附上独立验证程序 minping_verify.py
help-bundle-openings = 另含全部评价票和留言的揭示，供审计员使用（不得公开）
help-bundle-year = 写出已封存年度的验证包，任何人都可以用 `minping verify-year` 检查
help-bundle-year-people = 另含个人和全部材料，供审计员使用（不得公开）
help-calendar = 节假日和调休上班日
help-calendar-import = 用表格替换所含年份的节假日
help-calendar-import-columns = 用表格替换所含年份的节假日；列：{ $columns }
help-calendar-show = 列出一年的节假日和调休上班日
help-campaign = 起草、开启、截止、查看评价活动
help-campaign-create = 用已存储的单位起草评价活动（见 `minping import units`）
help-campaign-create-id = 简短的名称：a–z、0–9 和 -，如 2026
help-campaign-change = 修改草稿的标题和时间
help-campaign-create-leaders = 与 --like 并用：同时沿用该活动年度的干部名单
help-campaign-create-like = 沿用另一活动的办法、问卷和配额
help-campaign-create-year = 考核年度
help-campaign-create-title-zh = 中文标题
help-campaign-create-title-en = 英文标题
help-campaign-create-opens = 如 2026-11-24 或 2026-11-24T08:00，本市时间
help-campaign-create-closes = 从这一刻起不再收评价票
help-campaign-create-units = 只评这些单位；默认为已存储的全部单位
help-campaign-create-questionnaire = 随附问卷之外的问卷（YAML，或 XLSForm 的 .xlsx）
help-campaign-create-scheme = 考核办法文件；默认为随附的办法
help-campaign-create-population = 各层或各边际的总体数据（CSV 或 XLSX），用于加权
help-campaign-create-grades = 各等次名额，开启时锁定；默认按单位数套用 99 个中一等 18、三等 6 的比例并向下取整，或按 --scheme 中的数目
help-campaign-searches = 列出至少十位市民搜过而没有找到单位的词
help-campaign-create-door = 没有链接的人能否进入：everyone 人人可入；link 须有链接；invited 须受邀请
help-campaign-create-halves = 随机一半的人换一种次序作答：items 总体评价放最后；scale 选项由不满意到满意
help-campaign-create-identity = 评价人可自愿确认身份：phone 手机号和短信验证码，openid 身份认证平台；不写则不确认
help-campaign-create-purpose = counting 为正式评价（默认）；pilot 为试评，不计入考核，并告知市民
help-campaign-create-about = 评价对象：units 单位（默认）；leaders 领导干部，仅限试评
help-campaign-create-asks = 评价主体：public 群众（默认）；staff 本单位职工、superiors 上级、peers 同级，仅限试评
help-campaign-link = 新建为一类评价主体作凭证的链接
help-campaign-link-group = service_user、resident、enterprise、deputy、grassroots 或 supervisor
help-campaign-link-stratum = 人口的一层，如一个区
help-campaign-link-people = 预定的人数；默认不限
help-campaign-open = 从现在起在起止时间内收评价票
help-campaign-pause = 暂不收评价票，并记入公开日志
help-campaign-resume = 暂停后重新收评价票
help-campaign-check = 截止之后核对评价票与日志；核对一致的，核验中的活动继续截止
help-campaign-close = 不再收评价票，不可撤回
help-campaign-show = 列出评价活动，或显示一个评价活动及其链接
help-cases = 排查有组织评价；每个案件由两名核查员投票
help-cases-scan = 排查一个已截止的评价活动；案件等待核查员投票
help-cases-list = 列出案件，不显示单位
help-cases-show = 按核查员所见显示案件的证据
help-cases-effect = 测算去掉各条规则后得分和名次的变化，控制台也会显示
help-cases-effect-json = 输出 JSON
help-cases-reopen = 重开有结论的案件；再有结论之前，原结论有效
help-cases-reopen-by = 提出人
help-cases-reopen-reason = 理由
help-closed-campaigns = 提供得分的已截止评价活动
help-contacts = 可以邀请的人：导入、清点、登记拒收
help-contacts-import = 新增或更改联系人；全部写入，否则一行不写
help-contacts-import-columns = 新增或更改联系人；全部写入，否则一行不写；列（CSV 或 XLSX）：{ $columns }
help-contacts-import-dry-run = 只检查，不存储
help-contacts-count = 按评价主体清点可以邀请的人，按原因清点不能邀请的人
help-contacts-count-fatigue-days = 默认按设置
help-contacts-opt-out = 不再邀请表格中的人
help-contacts-opt-out-columns = 不再邀请表格中的人；列：{ $columns }
help-default-all = 默认全部
help-demo = 用模拟城市填充空数据库：单位、领导干部、一个考核年度、3 万张评价票
help-demo-seed = 换一个数字就换一座城市，默认 1
help-demo-year = 考核年度，默认 2010
help-demo-ballots = 评价票数，默认 30000
help-export = 把一个年度的考核或一个评价活动的得分写成 XLSX、CSV、Parquet 和 SPSS 文件（只有数字，没有评价票）
help-export-year = 要导出的年度
help-export-campaign = 已截止的评价活动；与 --year 合用时为提供得分的评价活动
help-export-audience = public（默认）：不含个人；internal：另含领导干部、建议和理由
help-folder = 写入的文件夹，没有时新建
help-import = 导入单位、领导干部、指标等和评价票；全部写入，否则一行不写
help-import-table-columns = { $help }；列（CSV 或 XLSX）：{ $columns }
help-import-table-year = 考核年度
help-import-table-scheme = 须符合的考核办法；默认为该年度评价活动的办法
help-import-table-reason = 材料截止之后补录的理由；随后由第二人放行
help-import-table-dry-run = 只检查，不存储
help-import-ballots = 导入在别处收集的评价（CSV、XLSX、Parquet）
help-import-ballots-map = 说明各列含义的 YAML 文件
help-import-ballots-campaign = 已有的评价活动；默认由说明文件新建
help-invitations = 样本的个人邀请：生成邀请、清点回应
help-invitations-make = 为样本中的每个人生成邀请，不发送
help-invitations-count = 按单元格清点受邀、打开和作答的人数
help-json-scores = 输出 JSON，精确到四位小数
help-held = 截止核验未通过的活动
help-held-show = 查看哪项核验卡住了活动截止、缺少什么
help-held-settle = 带缺口截止核验中的活动，须由两名管理员共同办理
help-held-settle-missing = 缺少的数量，以 `minping held show` 所示为准
help-held-settle-reason = 理由，与活动一起保存到截止
help-staging = 混洗器没有收下的密封件：计数、重试、拒收
help-staging-show = 按原因计数，任何人都看不到内容
help-staging-retry = 密钥或读取程序恢复后，放回混洗器重试
help-staging-refuse = 按一种原因最终拒收，只保留摘要值
help-staging-refuse-by = 决定放弃 unknown_key、unknown_form 或 lost_key 的人，须各自输入密码；除“单人”档位外写两次
help-staging-reason = 只处理这种原因的密封件
help-letters = 未能处理的更新（死信）：列出、重新处理、丢弃
help-letters-show = 列出死信：编号、接入方式、时间、尝试次数和错误种类
help-letters-replay = 重新处理，每封一次；再次失败的保留
help-letters-replay-all = 全部，最早的在前
help-letters-drop = 不经查看删除一封
help-letters-drop-reason = 理由，写入服务的运行日志
help-mixer = 让混洗器离开服务单独运行，使用自己的密钥
help-mixer-gate = 在运行服务处：显示入口的公钥
help-mixer-desk = 在运行服务处：显示签发处的公钥；依指令办理的事项由它签名
help-mixer-key = 在运行混洗器处：显示日志的公钥，供 MINPING_LOG_KEY 使用
help-mixer-run = 在运行混洗器处：持续混洗，直到收到 SIGTERM 或 SIGINT
help-mixer-keys = 混洗器自己的密钥文件夹
help-mixer-run-gate = 入口的公钥，由 `minping mixer gate` 显示
help-mixer-run-desk = 签发处的公钥，由 `minping mixer desk` 显示
help-orders = 未经签发处签名而被混洗器拒绝的事项
help-orders-show = 列出这些事项，以及无人指令而变更状态的评价活动；有新情况时退出码为 1
help-orders-seen = 记下已经查看；记录仍然保留
help-openapi = 输出程序接口的 OpenAPI 文档（docs/api.md）
help-messengers = 发送消息的账号
help-messengers-check = 像服务启动时一样读取账号文件
help-messengers-test = 给自己发一条消息，编码不属于任何人
help-messengers-address = 您自己的联系方式，与账号的种类相同
help-messengers-templates = 显示须经服务商审核的模板
help-messengers-write = 起草模板的文字，随后为草稿
help-messengers-state = 登记服务商对模板的审核状态
help-messengers-file = 报审的文字，带服务商的变量
help-messengers-id = 服务商的模板编号
help-messengers-note = 书面同意的文号，或未通过的原因
help-handout = 带邀请的文件：信函，或由其他单位代发
help-handout-show = 列出评价活动的文件，以及只能用文件送达的人数
help-handout-ask = 申请文件，由第二人批准
help-handout-form = 信函 PDF、邮件合并表，或只有公钥持有人能打开的表
help-handout-kind = 联系方式的种类；前两种形式只用信函
help-handout-recipient = 发送单位的 age 公钥（加密表）
help-handout-purpose = 用途，公开日志会显示
help-handout-make = 生成已批准的文件，由申请人本人生成
help-handout-drop = 放弃尚未生成的文件
help-handout-returns = 登记退回的信函和不愿再收的人
help-handout-returns-columns = 登记退回的信函和不愿再收的人；列：{ $columns }
help-posters = 为每个窗口制作海报（PDF），扫码即可评价该单位
help-posters-columns = 为每个窗口制作海报（PDF），扫码即可评价该单位；列（CSV 或 XLSX）：{ $columns }
help-posters-file = 窗口表
help-posters-to = 扫码后打开的地方，默认 { $place }
help-publish = 公布已截止评价活动的最新发布版：网页、开放数据和验证包；此前无人可见
help-publish-withdraw = 从公开网页撤下得分
help-publish-unsettled = 查看尚未生效的单位；加 --seen 则标明“复核中”后公布
help-publish-reason = 复核期间公布的理由
help-publish-typed = 再键入评价活动代号
help-publish-seen = 查看时最后给出的摘要
publish-unsettled = 有 { $n } 个单位尚未生效，将标明“复核中”：{ $names }
publish-unsettled-how = 公布请用 `minping publish { $campaign } --unsettled --typed { $campaign } --seen { $seen } --reason …`
help-push = 向受邀的人发送邀请和提醒
help-push-begin = 为全部受邀的人安排邀请或下一次提醒
help-push-begin-hours = 本市时间，默认按设置
help-push-begin-kind = invitation 邀请（发给还没收到的人）或 reminder 提醒；不填则按进度
help-push-begin-to = 提醒发给谁：unopened 未打开邀请的人，all 全部
help-push-begin-not-on = 不发送消息的日子，写法如 2026-10-01；默认按设置
help-push-pause = 暂停发送尚未发出的消息
help-push-resume = 暂停后继续发送
help-push-cancel = 取消本轮尚未发出的消息
help-push-short = 短信内容的文件，链接写作 { "{link}" }
help-push-message = 消息文件；默认为简短的邀请
help-push-show = 显示每轮的进度和剩余时间
help-push-test = 只向您自己的一个聊天试发
help-push-test-chat = 您与机器人的聊天编号
help-push-work = 在服务之外发送排队的消息，直到停止
help-questionnaire = 显示随附的问卷，检查自己的问卷
help-questionnaire-show = 以 YAML 显示一份随附的问卷，可作为起草的底稿
help-questionnaire-check = 检查文件是不是问卷，指出错误及其位置
help-questionnaire-check-file = YAML，或 XLSForm 的 .xlsx
help-quotas = 配额：每个单元格最多有多少人可以评价一个单位
help-quotas-set = 用表格为草稿设定配额
help-quotas-set-columns = 用表格为草稿设定配额，替换原有配额；列（CSV 或 XLSX）：{ $columns }
help-quotas-show = 显示每项配额的使用情况
help-release = 决定改变了计票范围之后，为已截止的评价活动制作新的发布版；过小的变化暂不公布
help-release-correct = 仍然公布这些单位的得分
help-release-by = 决定更正的人
help-release-reason = 必须公布的理由
help-report = 把一个年度的通报或各单位的依据页写成 PDF 和 HTML
help-report-kind = 整个年度，或每个单位一页
help-report-unit = 与 evidence 合用：只写这些单位；默认全部
help-report-audience = public（默认）：不含个人；internal：另含领导干部、建议和留言主题
help-responses = 评价活动邀请的处置代码、回应率和中途退出
help-sample = 抽取受邀的人，或核对一次抽样
help-sample-plan = 在开启前确定抽样框和样本量
help-sample-plan-size = 样本人数
help-sample-plan-allocation = 默认 { $method }
help-sample-plan-cells = 列 group、[area]、[size]、value：neyman 用标准差，fixed 用人数
help-sample-plan-least = 每个单元格至少抽取的人数
help-sample-plan-fatigue-days = 不抽最近 N 天内受邀的人；默认按设置
help-sample-draw = 抽取征集中评价活动的样本，写出可公布的文件
help-sample-draw-out = 尚不存在的文件
help-sample-verify = 重新抽取已公布的样本，不需要数据库
help-sample-verify-bundle = 与公开日志核对样本
help-scheme = 显示、检查、比较考核办法，并用于以往年度
help-scheme-show = 以 YAML 显示随附的考核办法，可作为起草的底稿
help-scheme-check = 检查考核办法，逐条指出错误及其字段
help-scheme-diff = 列出两个考核办法不同的条款
help-scheme-simulate = 用另一个考核办法推演一个年度，不存储
help-scheme-simulate-year = 推演的年度
help-score = 列出已截止评价活动的民评得分、95% 区间和名次
help-sensitivity = 推演其他量表、权重和剔除规则下的名次和等次，不存储
help-sensitivity-rules = 另推演去掉各条反刷票规则，需重新清点全部评价票
help-serve = 运行服务：网页聊天、控制台、Telegram
help-staff = 控制台账号：新增、更改、停用、重设密码
help-staff-add = 新增账号；密码只显示一次
help-staff-add-login = 1 至 64 个字符：a–z、0–9、点、- 和 _
help-staff-add-role = 决定此人能看什么、能做什么
help-staff-unit = 本人所属单位，须回避该单位的案件
help-staff-password = 重设账号的密码，只显示一次；原有登录全部退出
help-staff-change = 更改账号的角色或单位，下一次点击即生效
help-staff-change-role = 默认不变
help-staff-change-unit = 本人所属单位；默认不变，'' 表示没有
help-staff-disable = 停用账号，并退出其全部登录
help-staff-enable = 启用已停用的账号
help-staff-sign-out = 退出账号的全部登录
help-staff-reset-factor = 手机和恢复码遗失时，解除账号的第二因素
help-staff-show = 列出账号
help-staff-check = 指出不是系统写入的账号、令牌和待签事项；有则退出码为 1
help-staff-accept = 按现状全部认可，如在恢复旧数据库之后
help-table = 把已存储的表格写成带代码选项的 XLSX，供 `minping import` 使用
help-table-kind = { $kind }（{ $help }）
help-table-kinds = { $kinds }
help-table-year = 考核年度；单位表不需要
help-table-scheme = 列出代码所依据的考核办法；默认为该年度评价活动的办法
help-table-lang = 表头和名称的语言，默认 zh-Hans
help-token = 程序使用接口的令牌（docs/api.md）
help-token-add = 新增令牌，只显示一次
help-token-add-name = 1 至 32 个字符：a–z、0–9、点、- 和 _；不可重复使用
help-token-add-days = 有效天数，默认 { $days }
help-token-list = 列出令牌，不显示密文
help-token-revoke = 立即吊销令牌，不可恢复
help-verify = 检查评价活动的验证包：签名、条目、回执、得分；每项一行
help-verify-key = 日志的公钥
help-verify-witness = 须有其签名的见证方
help-verify-receipt = 检查这张回执是否在日志中
help-verify-since = 较早的检查点：检查此后日志是否只增不改
help-verify-inclusion = 服务给出的包含证明
help-verify-promise = 入口的承诺：检查是否已兑现
help-verify-year = 检查已封存年度的验证包：日志、封存、更正、名次和等次；每项一行，最后列出本包不能说明的内容
help-witness = 见证一个日志：只要它只增不改，就联署其检查点（应在服务以外运行）
help-witness-key = 见证方的私钥文件
help-witness-name = 用这个名称新建密钥并显示公钥，如 witness.example/1
help-witness-log = 所见证日志的服务
help-witness-log-key = 日志的公钥
help-witness-state = 保存最后签署的检查点
help-witness-every = 每隔多少秒再查一次；默认只查一次

# 全部命令
bar-ballots = 评价票
bar-rows-read = 已读行数
bar-contacts = 联系人
bar-cases = 案件
command-interrupted = 已中断，做完的部分已保存
command-not-audited = minping：签发处的密钥不在此处，因此未写入操作日志；所做之事见公开日志

# appeals
appeals-round = 第 { $round } 轮
appeals-due = 期限 { $day }
appeals-overdue = 期限 { $day }，已逾期

# appraise
appraise-grade = 等次只能写 first（一等）、second（二等）或 third（三等）
seal-how = { $year } 年度可以封存：加上 --seen { $seen } --typed { $year } --organ … --document … --decided-on … 即封存
seal-done = { $year } 年度已封存
seal-lifted = { $year } 年度已启封
appraise-subject-unknown = 该年度没有这个单位或领导干部，请写单位代码或干部编号
appraise-verdict = 决定只能写 confirm（确认）或 decline（不采纳）

# archive
archive-ballots-agree = 用 { $engine } 清点逐张评价票，与计数一致
archive-checkpoint = 对应日志中有 { $size } 个条目的检查点
archive-files = { $files } 个文件，清单的 SHA-256 为 { $digest }
archive-intact = { $folder }：评价活动 { $campaign } 的归档与写入时一致
archive-written = { $folder }：评价活动 { $campaign } 共 { $files } 个文件，本次写入 { $new } 个

# audit
audit-day = 日期请写成 2026-11-24 的样子
audit-empty = 还没有任何操作
audit-intact = ok    共 { $rows } 行，环环相扣
audit-broken = 不通过  { $problem }
audit-anchored = 通过    公开日志第 { $position } 条确认至第 { $row } 行
audit-not-anchored = 公开日志尚未确认任何一行

# bundle
bundle-mixer-waits = 混洗器还没有把结果写入日志，请确认它在运行，然后重试
bundle-year-written = 以公开日志为据。任何人都可以这样检查：{ $command }
bundle-written =
    检查命令：{ $command }
    不安装 minping 也可检查：{ $alone }

# calendar
calendar-imported = { $year } 年：{ $count } 天
calendar-off = 休息
calendar-unknown = 还没有 { $year } 年的节假日，只把周末当作休息日；请用 `minping calendar import FILE` 导入
calendar-worked = 上班
weekday-monday = 周一
weekday-tuesday = 周二
weekday-wednesday = 周三
weekday-thursday = 周四
weekday-friday = 周五
weekday-saturday = 周六
weekday-sunday = 周日

# campaign
campaign-figures = { $state }，{ $opens } 至 { $closes }；{ $units } 个单位，评价票 { $ballots } 张
campaign-link = { $group }（{ $parts }）：
campaign-link-limit = 供 { $people } 人
campaign-key-missing = 该密钥从备份恢复之前，不接收评价：{ $file }
campaign-checked = { $campaign } 的评价票与日志一致。
campaign-copies =
    截止时会销毁 { $campaign } 在入口和混洗器的密钥。请今天就销毁
    voters/{ $campaign }.key 和 mixer/campaign-{ $campaign }.key 的每一份备份：同时有这两把密钥和数据库副本，就可以查出谁评了什么。
    活动有托管密钥的，今天也请销毁，并用 `minping backup destroyed` 声明。
campaign-misfit = { $year } 年度照此无法考核：{ $problem }
campaign-none = 还没有评价活动，见 `minping campaign create --help`
campaign-searched = { $word }：{ $people } 人以上
campaign-nothing-missed = 还没有至少十人搜过而没有找到的词
campaign-pilot = 试评，{ $state }

# cases
cases-found = { $campaign }：新案件 { $new } 个，已有 { $known } 个，撤销 { $dropped } 个
cases-head-rule = 去掉的规则
cases-head-scores = 变动的得分
cases-head-shift = 最大变动
cases-next = 核查员在控制台投票；得分在下一次 `minping release { $campaign }` 后变化
cases-reopened = { $case }：已重开；两名核查员意见一致之前，原结论有效
cases-vote = 第 { $round } 轮：{ $verdict }，{ $reason }

# contacts
contacts-checked = 联系人：将新增 { $new } 人，更改 { $changed } 人，{ $unchanged } 人不变
contacts-eligible = 可以邀请 { $count } 人
contacts-imported = 联系人：新增 { $new } 人，更改 { $changed } 人，{ $unchanged } 人不变
contacts-left-out = 不能邀请 { $count } 人
contacts-opt-outs = { $count } 人拒收，其中 { $before } 人此前已拒收
contacts-kinds = 各类联系方式的人数
contacts-opted-out = { $count } 人已拒收，保持不变

# demo
demo-filled = { $units } 个单位，{ $leaders } 名领导干部，{ $year } 年评价票 { $ballots } 张，在评价活动 { $campaign } 中
demo-next = 可以试试：minping score { $campaign }；minping appraise { $year }；minping export --year { $year } --out out
demo-open = 评价活动 { $campaign } 征集中；运行 `minping serve` 后可在此评价

# export
export-year-or-campaign = 请写 --year，或用 --campaign 写一个评价活动

# import
ballots-replaced = { $rows } 行被后来的行替换，{ $ballots } 张已存储的评价票被替换
ballots-stored = { $campaign }：{ $rows } 行，已存储评价票 { $ballots } 张
ballots-unanswered = { $ballots } 张没有评分，计为不了解
import-checked = { $kind }：可存储 { $rows } 行，本次没有存储
import-stored = { $kind }：已存储 { $rows } 行

# invitations
invitations-all = 合计：受邀 { $invited } 人，回应率至少 { $rate }%
invitations-cell = { $cell }：受邀 { $invited } 人，打开 { $opened } 人，作答 { $answered } 人
invitations-made = { $campaign }：已生成 { $invitations } 份邀请，可送达 { $people } 人
invitations-none = 还没有邀请，见 `minping invitations make`

# Held campaigns and refused envelopes
held-for = { $campaign }：{ $reason }
held-state-now = { $campaign } 现为：{ $state }
staging-none = 没有未收下的密封件
staging-count = { $reason }（{ $why }），{ $source }：保留 { $kept } 件，最终拒收 { $dropped } 件
staging-unknown-key = 找不到对应的混洗密钥
staging-bad-signature = 签名不是发送方的
staging-unknown-form = 本程序没有能读取的版本
staging-broken = 已损坏，或不是用该密钥密封
staging-repeated = 同一密封件先前已收到
staging-closed = 活动已截止
staging-lost-key = 由入口丢失的密钥签名，且超出丢失前已接受的票数
staging-retried = 已放回 { $count } 件，随下一批混洗
staging-dropped = 已最终拒收 { $count } 件
orders-none = 没有被拒绝的事项，各项状态均有指令
orders-refused-act = { $at }  { $kind }  { $campaign }  { $name }  已拒绝：{ $why }
orders-unsigned = 没有签发处的签名
orders-misfit = 不属于签发处的事项，或记录与其内容不一致
orders-repeated = 日志中已有
orders-late = 它比日志中已有的一项下达得早，被扣下后才补入
orders-unproven = 这个结果不能从评价票推得
orders-differs = 评价活动与签名时的不一致
orders-state = { $campaign } 的状态为“{ $state }”，但无人指令
orders-seen = 已将 { $count } 项记为已查看
approvals-profile = 档位：{ $profile }
approvals-waiting = 第 { $number } 号：{ $kind }，{ $subject }；由 { $account } 提出，等待签字
approvals-approved = 第 { $number } 号：{ $kind }，{ $subject }；由 { $account } 提出，已批准，{ $until } 起生效
approvals-none = 没有等待签字的事项
approvals-granted = { $login } 可在 { $days } 天内揭示 { $campaign } 的评价票
staff-row-changed = { $name }：与系统写入的不同
staff-row-accepted = { $name }：已按现状认可
staff-rows-known = 账号、令牌和待签事项均为系统所写
# letters
letters-dropped = 已丢弃 { $key }
letters-name-some = 请写出死信编号，或写 --all
letters-none = 没有死信
letters-other-key = 用其他密钥密封
letters-replayed = 已处理 { $taken } 封，再次失败并保留 { $failed } 封
letters-store-away = 目前无法存储（{ $error }），请稍后重试
letters-tried = 已试 { $tries } 次

# mixer
mixer-public-key = 这不是由 64 位十六进制数字组成的公钥；请在运行服务处用 `minping mixer gate` 和 `minping mixer desk` 查看
mixer-runs = 正在为日志混洗：{ $key }

# posters
posters-written = { $file }：{ $count } 张海报

# publish
publish-done = { $campaign }：第 { $release } 个发布版已公布，网址 { $address }
publish-no-bundle = 没有可供检查的验证包：{ $reason }
publish-withdrawn = { $campaign }：不再公布

# push
push-chat-id = 聊天编号是数字，可向机器人 @userinfobot 查询
push-count = { $state } { $count }
push-invitation = 邀请
push-minutes-left = 约剩 { $minutes } 分钟
handout-line = { $number }：{ $form }（{ $kind }），{ $people } 人，{ $state }，申请人 { $account }：{ $purpose }
handout-waiting = { $people } 人等待文件（{ $kind }）
messengers-line = { $account }：{ $kind }，每秒 { $rate } 条，{ $hours }
messengers-none = 没有账号文件
messengers-unknown = 没有这个账号
messengers-not-taken = 未被接受：{ $outcome }（{ $code }）
messengers-taken = 已被接受；请看是否送达
messengers-template = { $account }，{ $kind ->
    [0] 邀请
    [2] 确认手机号的验证码
   *[other] 提醒
    }，{ $lang }：{ $state }；编号 { $id }；{ $by }，{ $at }；{ $units } 字，计 { $parts } 条
messengers-no-templates = 还没有起草模板
handout-none = 没有文件，也没有人等待文件
handout-written = { $file }：{ $people } 份邀请；本机不另存
handout-returned = 送达 { $delivered }，退回 { $returned }，拒收 { $opted_out }
push-none = 该评价活动没有推送过，见 `minping push begin`
push-stopped = 已停止：{ $kind }账号不接受这条消息（{ $code }）；改正后运行 minping push resume
push-progress = { $step }：{ $state }；{ $counts }
push-queued = { $campaign }：{ $step }已排队，服务运行时发出；进度见 `minping push show`
push-redis-unset = 单独的发送程序要与服务共用发送速度，请写明服务的 Redis
push-reminder = 第 { $number } 次提醒
push-test-failed = Telegram 没有接受（{ $outcome }）；这个聊天按过“开始”吗？
push-test-sent = 已发送；其中的按钮作为公开链接打开评价活动
push-token-unset = 没有可用的机器人，请设置其令牌

# questionnaire
questionnaire-good = { $id }（版本 { $version }）：{ $questions } 道题，其中 { $rated } 道评分题；可以使用
questionnaire-optional = ，选答

# quotas
quotas-fill = { $cell }：{ $taken } / { $capacity }
quotas-full = 已满
quotas-none = 该评价活动没有配额；可用 `minping quotas set` 为草稿设定
quotas-set = { $count } 项配额，开启时登记到日志

# release
release-correct-hint = 确需更正得分时：--correct 单位 --by 姓名 --reason 理由（只公布得分）
release-corrected = { $unit }：得分已更正：{ $reason }（{ $by }）
release-new = { $campaign }：第 { $number } 个发布版
release-unchanged = { $campaign }：第 { $number } 个发布版，没有新公布的内容
release-withheld = { $unit }：不变，因为差额会透露不足 { $floor } 人的情况

# responses
responses-all = 合计
responses-break-off = 中途退出
responses-by-source = 来自{ $source }：{ $counts }
responses-invited = { $cell }：受邀 { $count } 人
responses-none = 还没有统计；每小时统计一次参与的人
responses-rr1 = 回应率 RR1
responses-rr2 = 回应率 RR2
responses-stop = 停在问卷 { $questionnaire } 的 { $question }：{ $people } 人

# sample
sample-as-registered = 种子、抽样框和设计与验证包中日志登记的一致
sample-as-seeded = { $people } 人中的 { $drawn } 人正是种子抽出的人
sample-cell = { $cell }：{ $people } 人中抽 { $size } 人
sample-drawn = 已抽取 { $count } 人；{ $file } 可以公布
sample-log-not-compared = 没有与日志核对种子和抽样框：请用 --bundle 给出评价活动的验证包
sample-negative = 人数和天数不能小于 0
sample-no-registration = 验证包中的登记不是恰好一条，见 `minping verify`
sample-other-bundle = 这是 { $bundle } 的验证包，样本却属于 { $campaign }
sample-planned = 将从 { $people } 人中抽取 { $size } 人

# staff
staff-account-closed = 已停用
staff-added = { $login }（{ $role }），密码（只显示这一次）：{ $password }
staff-changed = { $login }：{ $role }
staff-changed-unit = { $login }：{ $role }，单位 { $unit }
staff-closed = { $login }：已停用
staff-factor-removed = { $login }：已解除第二因素
staff-login-unknown = 没有这个用户名，见 `minping staff show`
staff-no-factor = { $login }：原本没有第二因素
staff-open = { $login }：已启用
staff-password = { $login }，密码（只显示这一次）：{ $password }
staff-second-factor = 有第二因素
staff-signed-out = { $login }：已退出全部登录
staff-unit = 单位 { $unit }

# token
token-added = { $name }（{ $scopes }），令牌（只显示这一次）：{ $token }
token-last-used = 最近使用 { $day }
token-listed = { $name }  { $state }，有效期至 { $until }，{ $used }；创建人 { $account }；{ $scopes }
token-never-used = 从未使用
token-none = 还没有令牌，见 `minping token add --help`
token-revoked = { $name }：已吊销

# witness
witness-key-exists = 已有密钥；请换一个文件，或去掉 --name
witness-key-unreadable = 无法读取密钥，请用 --name 新建
witness-log-options = 还要写 --log-key 和 --state
witness-name = 名称不能有空格和加号
witness-retry = { $reason }；{ $seconds } 秒后重试
witness-signed = 已签署：{ $size } 个条目
witness-unchanged = 没有变化：{ $size } 个条目

# minping log
help-log = 核对日志与守护记录，恢复数据库后补回条目
help-log-show = 显示数据库和守护记录的树根；不能签名时退出码为 3
help-log-refill = 补回旧数据库缺少的条目，并在日志中公开损失
help-log-refill-by = 作出决定的人，须各自输入密码；除“单人”档位外写两次
help-log-refill-reason = 原因，会在日志中公开
help-log-keys = 混洗器的文件夹；默认为数据文件夹里的 keys/mixer
log-guard-head = 已签名：{ $size } 个条目，树根 { $root }
log-rows-head = 数据库：{ $size } 个条目，树根 { $root }
log-agrees = 数据库与已签名的内容一致。
log-refilled = 已补回 { $entries } 个条目。日志继续写入，公开条目写明了损失。
log-lost = { $campaign }：{ $count } 个条目的内容已丢失，位置为 { $positions }
help-log-replace-desk = 签发处密钥的文件和所有备份都丢失时，另立一个；日志会写明
help-log-replace-gate = 入口签名密钥的文件和所有备份都丢失时，另立一个；日志会写明
log-desk-replaced = 签发处的密钥已更换：{ $key }
    单独运行的混合器请用 `--desk` 指定它。账号按现状接收，请用 `minping staff show` 核对。
log-gate-replaced = 入口的签名密钥已更换：{ $key }
    若混合器单独运行，请用 `--gate` 告诉它。用丢失的密钥签过、尚未混合的评价票照常混合。

# campaign open
help-campaign-name = 再写一遍活动代号，以免误操作
help-campaign-list = 清单摘要；不写时，命令会列出清单和摘要
opening-stop = 不能开启：{ $problem }
opening-locks = { $family }：{ $units } 个单位，锁定{ -grade-first } { $first }、{ -grade-second } { $second }、{ -grade-third } { $third }
opening-ask = 请想一想：{ $ask }
opening-confirm = 开启后不能撤销。要开启，请运行：minping campaign open { $name } --name { $name } --list { $digest }
help-organiser = 由谁主办：每项活动都会告诉市民
help-organiser-set = 登记主办单位；以后开启的活动都写明它
help-organiser-show = 照市民看到的样子显示
help-organiser-name-zh = 主办单位
help-organiser-name-en = 主办单位的英文名称
help-organiser-phone = 电话
help-organiser-privacy = 个人信息事务的电话或邮箱
help-organiser-country = 国家代码，默认 CN
help-organiser-icp = ICP 备案号，国家代码为 CN 时必填
help-organiser-police = 公安备案号，国家代码为 CN 时必填
organiser-none = 还没有登记由谁主办
help-questionnaire-version = 版本；默认 { $version }，新草稿所用
help-campaign-close-reason = 在原定截止时间之前截止的理由，公布在日志中
help-campaign-count = 决定已截止的活动是否计入年度
help-campaign-void = 作废已截止的活动：不计入任何考核，评价票仍可验证
help-campaign-choice-reason = 理由，公布在日志中
help-notice = 公示年度结果，并以通知书告知个人
help-notice-give = 从今天起公示；该年须已封存
help-notice-list = 看过的清单的摘要；不写则只列出清单
help-notice-show = 显示每个单位有多少人已有通知书、多少人确已知悉
help-notice-order = 申请印发某单位尚无通知书者的通知书，或为某人重新印发
help-notice-print = 生成由您申请的带查询码的通知书；只能生成一次
help-notice-deliver = 录入某人通知书的送达日期
help-notice-day = 送达日期（YYYY-MM-DD）
notice-given = { $year } 年度结果自 { $begins } 至 { $ends } 公示；单位可在 { $until } 前申请复核
notice-would = { $year } 年度自今日公示：{ $begins } 至 { $ends }，单位申请复核截止 { $until }
notice-how = 公示：`minping notice give { $year } --typed { $year } --list { $list }`
notice-waiting = 还有 { $n } 人没有通知书
notice-printed = 通知书已写入 { $file }；请打印后删除该文件

# Recusal
help-recusal = 回避：账号本人、亲属、回避申请
help-recusal-show = 列出回避申请及其决定
help-recusal-person = 登记账号对应名册中的何人，“-”表示没有
help-recusal-kin = 申报某人是办理人员的亲属
help-recusal-no-kin = 说明某人不是或不再是办理人员的亲属
help-recusal-challenge = 登记回避申请：单位或个人申请办理人员回避
help-recusal-rule = 决定回避申请：accepted 准予，refused 不予
help-recusal-by = 由谁决定，须登录确认
help-recusal-why = 理由
recusal-done = 已登记
recusal-taken = 已登记第 { $n } 件回避申请

# Amendments
help-amend = 已封存年度：待办事项、不经申诉的更正、执行情况
help-amend-tasks = 列出已封存年度的待办事项
help-amend-material = 列出一个单位或个人可以更正的材料：分值、加减分、任职
help-amend-year = 查看更正后的结果；加 --seen 则提交更正
help-amend-cause = overturned 认定撤销、deferred 补定、late 后来认定、correction 更正材料、line 往年等次变动
help-amend-what = 认定或立案编号、往年年份，或“amend material”列出的材料
help-amend-subject = 单位或个人（更正材料、往年等次时填写）
help-amend-on = 认定撤销或立案了结的日期
help-amend-value = 正确的分值，或任职起止日期，例如 2026-03-01..2026-05-31；取消加减分或任职填 0
help-amend-heard-on = 听取陈述申辩的日期（不利决定须填）
help-amend-document = 所依据的文件
help-amend-reason = 理由
help-amend-false-material = 因本方提供虚假材料获益
help-amend-decide = 一并决定的建议，写作 KEY=confirmed 或 KEY=declined
help-amend-seen = 查看时最后给出的摘要
help-amend-execute = 查看执行前的清单；加 --seen 则登记决定已执行
help-amend-day = 日期
help-amend-restored = 依据已失，已恢复
help-amend-recalled = 选举机关已罢免，之后才能执行
help-amend-typed = 再键入本人（或单位）名称或代码
amend-no-verdict = “{ $text }”应写作 KEY=confirmed 或 KEY=declined
amend-would = 有变动 { $changed }，受保护 { $kept }，只变名次 { $moved }
amend-decide = 须一并决定：{ $key }
amend-execution = { $act ->
    [restored] 恢复
    [recalled] 罢免
   *[executed] 执行
    }：{ $subject }
amend-execution-how = 登记请重复命令并加 --typed { $name } --seen { $seen }
amend-seen = 提交更正请重复命令并加 --seen { $seen }
help-migrate = 查看数据库版本和缺少的部分，或升级到本程序的版本
help-migrate-apply = 执行升级；SQLite 文件先复制为 before-NNNN.sqlite3，期间不得运行服务
help-migrate-backed-up = 已为 PostgreSQL 数据库做好备份
migrate-version = 数据库版本：{ $version }；本程序版本：{ $known }
migrate-missing = 待执行的升级：{ $migrations }
migrate-running = 正在进行的活动：{ $campaigns }
migrate-copy = 升级前的数据库：{ $file }
migrate-done = 数据库已是版本 { $version }，各部分与本版本一致。
help-backup = 数据库和密钥的加密备份，可在服务运行时进行
help-backup-make = 做一份备份：一个数据库文件和一个密钥文件，都用您的公钥加密
help-backup-to = 存放两个文件的文件夹，最好在另一块磁盘上；不写则用 MINPING_BACKUP_FOLDER
help-backup-key = 您的公钥，由 `minping backup new-key` 或 `age-keygen` 给出；不写则用 MINPING_BACKUP_KEY。这里不需要私钥
help-backup-verify = 用私钥打开备份文件并检查全部内容；不会写到任何地方
help-backup-secret = 私钥文件
help-backup-new-key = 生成一对密钥：私钥写入新文件，公钥显示出来
backup-where = 请在这里写明，或设置 MINPING_BACKUP_FOLDER 和 MINPING_BACKUP_KEY
backup-progress = 备份（MB）
backup-progress-verify = 检查（MB）
backup-made = 数据库：{ $data }
    密钥：　{ $keys }
backup-of-data = { $made } 的数据库
backup-of-keys = { $made } 的密钥
backup-log = 日志：{ $size } 个条目，树根 { $root }
backup-left-out = 活动 { $campaign } 正在进行，它的密钥不在任何备份中。磁盘损坏后它不能再接收评价票，也不能截止，尚待混洗的评价票和评语（{ $waiting } 个密封件）都会丢失。
backup-whole = { $file } 完整：{ $parts } 个部分，{ $bytes } 字节。
help-restore = 把备份恢复到空数据库；先说明会失去什么并询问
help-restore-file = 数据库文件 data-时间.age
help-restore-keys = 密钥文件 keys-时间.age；密钥已在原处时不写
help-restore-guard = 旧磁盘上的守护记录文件夹（keys/mixer/guard），不在原处时指定
help-restore-note = 守护记录丢失时，外部所存最新检查点的文件
help-restore-loss = 有损失仍继续；原因会在日志中公开
help-restore-by = 决定接受损失的人，须各自输入密码；除“单人”档位外写两次
help-restore-yes = 不再询问；有损失时仍须用 --loss 和 --by
restore-progress = 恢复（MB）
restore-loss-and-people = 接受损失须写明原因和决定的人：--loss 原因 --by 登录名 --by 登录名
restore-has = 备份已有 { $hours } 小时，含 { $ballots } 张评价票；{ $waiting } 个密封件待混洗。
restore-signed = 已签名 { $signed } 个条目，备份中有 { $here } 个：将失去 { $lost } 个。
restore-guard-elsewhere = 守护记录在混洗器处；混洗器启动时比对，缺少条目就不签名。
restore-unopened = { $envelopes } 个含评价票、评语或请求的密封件无法打开：没有对应的混洗密钥。
restore-keyless = 活动 { $campaign } 正在进行，但没有它的密钥：密钥放回之前不接收评价票，也不能截止。
restore-other-keys = 密钥与数据库不是同一份备份。
restore-nobody-to-ask = 没有终端可供询问；确定要恢复请写 --yes
restore-question = 是否恢复？（是/否）
restore-yes-words = 是 yes y
restore-done = 已恢复到备份时的状态。启动服务前请核对账号和活动。
restore-accounts = 与服务最后写入不一致的账号：{ $rows }。启动前请看 `minping staff check`。
help-backup-escrow = 为正在进行的活动生成托管密钥；私钥只显示一次，此后的备份包含该活动的密钥
help-backup-destroyed = 由两人声明某项活动（已截止）的托管密钥已销毁；日志会写明
help-restore-escrow = 当时正在进行的活动的托管私钥文件；每项活动写一次
backup-escrow-made = 以上一行是活动 { $campaign } 的托管私钥，任何地方都不保存：请打印或抄写交两人保管，不要与备份放在一起，并清除本终端的显示。截止当日请销毁，并用 `minping backup destroyed` 声明。
backup-escrow-destroyed = 日志已写明活动 { $campaign } 的托管密钥已销毁。任何备份都不能再打开该活动的密钥。
