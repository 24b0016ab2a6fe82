# Why there is no bundle yet, what is wrong with one, and what a witness refuses.

verification-ballots-not-logged = 有 { $count } 张评价票不在日志中，无法证明
verification-result-not-logged = 当前结果尚未记入日志，请在记入之后再试
verification-log-empty = 日志是空的，请在有首个条目之后再试
verification-zip-method = 此 ZIP 中有文件不是用 deflate 压缩的，不是我们的验证包
verification-zip-damaged = 不是完整的 ZIP 文件，请重新获取
verification-bundle-too-large = 验证包过大，请重新获取
verification-bundle-files-wrong = 验证包所含文件不符，请重新获取
verification-unknown-format = 格式不是 { $format }，请使用生成它的程序版本
verification-first-line-wrong = 首行不是“{ $head }”，请重新获取验证包
verification-file-cut-off = 文件不完整，请重新获取验证包
verification-no-json = 不是 JSON，请重新获取文件
verification-no-utf-8 = 不是 UTF-8 文本，请重新获取文件
verification-entry-wrong = 不是日志条目，或位置不连续
verification-public-entry-wrong = 不是公开条目
verification-public-entry-twice = 公开条目重复，或不属于该日志
verification-no-campaign = bundle.json 没有写明活动，请重新获取验证包
verification-manifest-wrong = bundle.json 的内容不是 format、campaign、origin 和 openings，或其中一项类型不对；请重新获取验证包
verification-owner-wrong = 这不是活动的编号，也不是公开条目的“-”
verification-owners-differ = older.txt 列出 { $named } 个旧条目，而日志开头有 { $entries } 个；请重新获取验证包
verification-keys-wrong = 条目 { $position } 的“keys”不是下一号，或所列公钥不属于该日志
verification-opening-wrong = 不是揭示内容
verification-opening-twice = 条目重复揭示，或位置不是数字
verification-weight-wrong = 不是位置和权重，或重复出现
verification-case-wrong = 不是案件
verification-case-twice = 案件重复出现
verification-totals-units-wrong = 汇总数据没有逐一列出活动的每个单位
verification-totals-damaged = 汇总数据已损坏，请重新获取验证包

verification-other-log = 检查点属于另一个日志
verification-log-behind = 这是日志较早的状态，只有 { $now } 个条目，而它先前已为 { $before } 个条目签名；请索取较新的状态
verification-log-two-roots = 日志被改写：对同样的 { $size } 个条目签署了两个不同的树根
verification-growth-unproven = 日志无法证明前 { $size } 个条目未经改动
verification-log-proof-unreadable = 日志给出的证明无法读取，请稍后重试
verification-log-unreachable = 无法连接日志，请检查地址和网络
verification-log-answered = 日志对 { $path } 的应答为 { $status }，请检查地址或稍后重试

# What each check of a bundle found.

verification-check-lacks-data = { $check }：验证包缺少所需内容

verification-check-signature = 检查点有日志的签名
verification-check-profile = 由几人决定
verification-profile-solo = { $count ->
    [0] 档位“单人”：由一人独自决定
   *[other] 档位“单人”：由一人独自决定；一人独自任命或授权 { $count } 次
  }
verification-profile-office = { $count ->
    [0] 自第 { $position } 条起档位为“科室”：由第二人签字
   *[other] 自第 { $position } 条起档位为“科室”：由第二人签字；此前一人独自任命或授权 { $count } 次
  }
verification-profile-city = { $count ->
    [0] 自第 { $position } 条起档位为“全市”：由批准人作第二签字人
   *[other] 自第 { $position } 条起档位为“全市”：由批准人作第二签字人；此前一人独自任命或授权 { $count } 次
  }
verification-profile-broken = 第 { $position } 条所记之事由一人决定，而档位要求两人
verification-profile-unknown = 第 { $position } 条写明的档位不存在
verification-key-not-given = 没有日志公钥就无法证明任何内容：请用 --key 给出 { $origin } 公布的公钥
verification-signed = { $size } 个条目的检查点有 { $origin } 的签名
verification-signature-missing = 缺少日志的有效签名，无法检查条目

verification-check-witnesses = 检查点有每个指定见证方的签名
verification-no-witness-named = 没有指定见证方：日志若向他人出示另一份历史，将无从发现（--witness）
verification-witnessed = 见证方 { $witnesses } 已签名，证实日志只有增加

verification-check-root = 条目与检查点一致
verification-size-differs = 检查点有 { $signed } 个条目，而验证包列出 { $listed } 个
verification-root-differs = 验证包中的条目与检查点不一致：有条目遭改动
verification-root-agrees = 验证包中的 { $size } 个条目与检查点一致

verification-check-form = 条目属于哪个活动写在其行中
verification-form-2 = 自条目 0 起为格式 2：条目属于哪个活动写在其行中
verification-form-1-until = 格式 1：此前的条目属于哪个活动，到条目 { $position } 才有承诺；此后写在其行中
verification-form-1-alone = 格式 1：条目属于哪个活动，该验证包的日志中没有任何叶说明
verification-format-misplaced = “format”没有唯一地紧接在 { $count } 个旧条目之后
verification-format-differs = 关于 { $campaign } 的旧条目，“format”与 older.txt 所述不同
verification-older-act-kept-back = 旧条目 { $position } 在 older.txt 中为公开条目，而验证包没有其文本，或者相反

verification-check-public-entries = 公开条目与日志的承诺值一致
verification-registration-kept-back = 日志条目 { $position } 是登记，而验证包没有公开其内容
verification-closing-kept-back = 日志条目 { $position } 是截止记录，而验证包没有公开其内容
verification-result-kept-back = 日志条目 { $position } 是结果，而验证包没有公开其内容
verification-public-text-differs = 公开条目 { $position } 的文本与日志的承诺值不一致
verification-public-texts-agree = { $count } 个公开条目的文本与日志的承诺值一致
verification-act-kept-back = 日志条目 { $position } 是“{ $kind }”，而验证包没有公开其内容
verification-act-other-line = 条目 { $position } 的种类、活动或名称与其行不符
verification-acts-of-unknown-kinds = { $agree }；本程序不认识以下种类：{ $kinds }
verification-unit-twice = 登记中同一单位出现两次
verification-act-number = 条目 { $position } 缺少数字“{ $name }”

verification-check-signatures = 每个公开条目都有应有的签名
verification-act-signature-false = 条目 { $position } 上 { $key } 的签名不成立
verification-act-unsigned = 条目 { $position } 的“{ $kind }”缺少 { $key } 的签名
verification-keys-not-handed-over = 条目 { $position } 的“keys”缺少被替换公钥的签名
verification-acts-unsigned = 格式 1：公开条目没有签名
verification-acts-signed = 格式 2 的 { $count } 个公开条目都有应有的签名
verification-acts-signed-for-desk = { $signed }；其中 { $count } 个只有日志公钥的签名，因为日志没有列出签发处的公钥
verification-keys-broken = { $signed }；活动之前有未经原公钥签名的更换：{ $count } 次

verification-check-labels = 日志中没有重复的回执和公开条目
verification-label-twice = 条目 { $position } 的标签在日志中已出现过
verification-labels-once = 回执和公开条目共有 { $count } 个标签，没有重复

verification-check-registration = 活动在首张评价票之前登记
verification-registrations-not-one = 日志中有 { $count } 次活动登记，应当只有一次
verification-registration-name-differs = 登记所用的名称不是该活动的名称
verification-entry-before-registration = 活动的条目 { $position } 早于活动登记
verification-registered = 题目和权重登记于条目 { $position }，早于活动的 { $entries } 个条目
verification-registered-with-quotas = 题目、权重和 { $quotas } 项配额登记于条目 { $position }，早于活动的 { $entries } 个条目
verification-registered-pilot = { $registered }；这是试评，不计入任何考核

verification-gate-not-in-log = 日志没有列出入口公钥，因此无法检查入口收下了什么
verification-check-batches = 回执按标签排序，其后有同样多的评价票
verification-batches-form-1 = 格式 1：活动截止时回执还没有自己的行
verification-batch-order = 条目 { $position } 的回执没有按标签排序
verification-batch-uneven = 条目 { $position } 处的批次，回执与评价票数目不等
verification-batches-whole = { $receipts } 个回执之后各有评价票，共 { $batches } 个批次

verification-check-intake = 入口收下的每张评价票在日志中都有回执
verification-intakes-not-one = 日志中有 { $count } 份该活动的入口计数，应当只有一份
verification-intake-form-1 = 格式 1：入口没有签署收下的数目
verification-intake-in-form-1 = 活动在格式 1 中截止，日志中却有入口计数
verification-receipt-after-intake = 条目 { $position } 的回执晚于入口计数
verification-intake-after-closing = 条目 { $position } 的入口计数晚于活动截止
verification-intake-differs = 入口收下 { $accepted } 张评价票，而日志中有 { $receipts } 个回执
verification-intake-agrees = 入口签署收下 { $accepted } 张评价票，日志中有其回执
verification-intake-missing = { $agrees }；其中缺少 { $count } 个
verification-intake-uncounted = { $agrees }；另有 { $count } 个回执不在入口计数中

verification-check-closing = 活动在最后一张评价票之后截止
verification-closings-not-one = 日志中有 { $count } 次活动截止记录，应当只有一次
verification-entry-after-closing = 活动的条目 { $position } 晚于活动截止
verification-closing-names-more = 截止记录称有 { $named } 个条目，而日志中该活动只有 { $found } 个
verification-closed = 活动截止于条目 { $position }：{ $counted } 张评价票计入，{ $superseded } 张由本人替换，{ $withdrawn } 个条目已撤回
verification-closed-with-gap = { $closed }；带缺口截止：入口收下而未混洗的密封件 { $missing } 件，查不到终点的编号序列 { $unended } 个
verification-closing-name-differs = 截止记录所用的名称不是该活动的名称
verification-closing-receipts = 截止记录称有 { $named } 张评价票，而日志中有 { $receipts } 个回执
verification-closing-sealed = 截止记录称有 { $named } 项撤回和意见，而入口计数之后有 { $found } 个条目
verification-closing-erased = 截止记录称撤回 { $closing } 张评价票，而入口称删除 { $accepted } 张
verification-closing-comments = 截止记录称有 { $closing } 条意见，而入口收下 { $accepted } 条
verification-closed-comments = { $closed }；收下 { $texts } 条意见，其中 { $count } 条在日志中
verification-closed-lost = { $closed }；{ $count } 张评价票的文本随数据库丢失
verification-closed-grown = { $closed }；格式 1：这些数目自开始起没有入口计数约束

verification-check-result = 日志承诺了汇总数据
verification-result-missing = 日志没有承诺验证包中的汇总数据：日志中没有该活动的结果
verification-totals-differ = 验证包中的汇总数据与日志条目 { $position } 的承诺值不一致
verification-result-before-closing = 结果早于活动截止
verification-result-name-differs = 结果所用的名称不是该活动的名称
verification-totals-committed = 日志条目 { $position } 承诺了汇总数据

verification-check-published-scores = 公布的得分可由汇总数据算出
verification-totals-other-campaign = 汇总数据属于另一个活动
verification-scores-contradicted = 以下单位公布的得分与汇总数据不符：{ $units }
verification-scores-agree = { $known } 个单位公布的得分与各评价主体得分在取整范围内相符，各单位的完整合计均有承诺值；这不是得分的证明，由审计员据评价票全部重算（{ $rest } 个单位没有公开得分）
verification-totals-other-method = 汇总数据与登记的计分方法不符
verification-sums-damaged = 完整合计文件已损坏
verification-sums-missing = 供审计员使用的验证包缺少完整合计
verification-totals-follow-older-contrasts = 汇总数据、完整合计和得分可由揭示的评价票算出（{ $scored } 个单位有得分），所用差异值为首次发布时的值，不随后来的改动变化
verification-release-older = 本次发布早于合计承诺值的启用：请用 minping release 重新发布
verification-scores-follow = { $known } 个单位公布的得分可由汇总数据算出
verification-scores-follow-in-part = { $known } 个单位公布的得分可由汇总数据算出；另有 { $rest } 个单位因人数少，无法由公开的汇总数据重算

verification-check-growth = 日志自较早的检查点以来只有增加
verification-older-checkpoint-other-log = 较早的检查点属于另一个日志
verification-log-rewritten = 日志被改写：前 { $size } 个条目与当时不同
verification-log-grew = 日志自有 { $size } 个条目以来只有增加

verification-check-receipt = 回执对应的评价票已计入日志
verification-receipt-not-included = 验证包的日志中没有该回执
verification-receipt-other-campaign = 日志中有该回执，但属于另一个活动：{ $campaign }
verification-receipt-not-opened = 日志中有该回执，但其条目既未揭示也未撤回
verification-receipt-included = 日志中有该回执，即条目 { $position }

verification-check-promise = 入口的承诺已兑现
verification-promise-other = 这不是该日志、该活动的承诺
verification-promise-unsigned = 入口没有签署该承诺
verification-promise-due = 该承诺到期时间为 { $said }，而本活动的承诺为 { $due }：它可用来识别某人
verification-promise-kept = 承诺已兑现：其回执在日志中，即条目 { $position }
verification-promise-broken = 未兑现：入口签署了承诺，而已截止的日志中没有其回执
verification-promise-not-yet = 尚未到期：该日志中活动还没有截止，承诺于 { $due } 到期
verification-promise-overdue = 已逾期（{ $due } 到期）：入口签署了承诺，而该日志中活动仍未截止

verification-check-inclusion-proof = 包含证明对该日志成立
verification-proof-unknown-format = 包含证明的格式不是 { $format }
verification-proof-does-not-hold = 包含证明不成立
verification-proof-other-history = 包含证明与验证包出自日志的两份不同历史：请保存两者并告知他人
verification-proof-holds = 包含证明成立，对应该日志的条目 { $position }

verification-check-openings = 每项揭示与日志的承诺值一致
verification-opened-not-sealed = 条目 { $position } 已揭示，但不是日志的密封条目
verification-opening-differs = 条目 { $position } 的揭示与日志的承诺值不一致
verification-opened-other-campaign = 条目 { $position } 已揭示，但不属于该活动
verification-openings-agree = { $count } 项揭示与日志的承诺值一致

verification-check-completeness = 活动的每个条目都已揭示或撤回
verification-withdrawal-of-later = 条目 { $position } 的撤回所指的条目并不更早
verification-withdrawn-twice = 条目 { $position } 重复撤回
verification-withdrawn-not-sealed = 条目 { $position } 已撤回，但不是该活动的密封条目
verification-withdrawn-and-opened = 条目 { $position } 已撤回，却仍有揭示
verification-entries-not-opened = 活动有 { $count } 个条目既未揭示也未撤回，首个为 { $position }
verification-opened-or-lost = 活动的每个密封条目都已揭示，或已撤回（{ $withdrawn } 个），或如公开条目所述随数据库丢失（{ $lost } 个）
verification-all-opened = 活动的每个密封条目都已揭示或撤回（撤回 { $withdrawn } 个）

verification-check-ballots-fit = 每张评价票都符合登记的活动
verification-entry-not-canonical = 条目 { $position } 的写法不合规范
verification-entry-unknown-kind = 条目 { $position } 属于未知类型“{ $kind }”
verification-ballot-wrong-unit = 条目 { $position } 的评价票不属于活动中的单位，或所用问卷不符
verification-ballot-outside-time = 条目 { $position } 的评价票不在活动时间之内
verification-ballots-fit = 每张评价票的单位、问卷和时间都符合登记的活动
verification-ballots-fit-asides = 每张评价票的单位和问卷都符合登记的活动；其中 { $count } 张仍存有附记，时间都在活动期间
verification-body-misplaced = 条目 { $position } 处于入口计数的错误一侧
verification-aside-differs = 条目 { $position } 的附记与评价票的承诺值不一致
verification-id-twice = 条目 { $position } 的评价票或意见与另一条编号相同

verification-check-gate = 每张评价票、每条意见和每项撤回都有入口的签名
verification-gate-form-1 = 格式 1：评价票、意见和撤回没有签名
verification-gate-not-signed = 入口没有签署条目 { $position }
verification-erasures-more = 撤回涉及 { $found } 次删除，而入口收下 { $accepted } 次
verification-gate-signed = 入口签署了 { $count } 张评价票、意见和撤回
verification-gate-unsigned = { $signed }；格式 1：另有 { $count } 项没有签名

verification-check-again = 每人对每个单位只有首张评价票称自己为首张
verification-again-form-1 = 格式 1：一张评价票是否替换同一人的另一张，只有混洗器说明
verification-two-firsts = 条目 { $position } 的评价票称是本人对该单位的首张，而其前另有一张
verification-no-first = 有 { $count } 人对某单位没有首张评价票
verification-firsts-agree = { $count } 人次对单位的评价各有一张首张评价票
verification-firsts-missing = { $agrees }；其中 { $count } 张不在此处

verification-check-units = 每个单位都有入口收下且未被删除的评价票
verification-units-form-1 = 格式 1：入口没有签署各单位的数目
verification-intake-file-differs = intake.json 与入口计数的承诺值不一致
verification-intake-sums-differ = 各单位数目之和与入口计数不符
verification-unit-differs = { $unit }：揭示 { $found } 张评价票，而入口收下且未被删除的有 { $accepted } 张，或其中再次评价的数目不符
verification-units-lack = 各单位共缺 { $count } 张入口收下且未被删除的评价票
verification-units-agree = { $count } 个单位都有入口收下且未被删除的评价票
verification-units-missing = { $agrees }；缺少 { $count } 张

verification-check-counted = 每人对每个单位以最后一张评价票为准
verification-counted-differs = 截止记录称计入 { $closing } 张，而揭示的有 { $opened } 张
verification-superseded-differs = 截止记录称替换 { $closing } 张，而揭示的有 { $opened } 张
verification-withdrawn-differs = 截止记录称撤回 { $closing } 个，而揭示的有 { $opened } 个
verification-voters-differ = 截止记录称有 { $closing } 人，而揭示的有 { $opened } 人
verification-last-ballots-count = 每人对每个单位以最后一张评价票为准：计入 { $counted } 张，替换 { $superseded } 张

verification-check-quotas = 没有超出配额
verification-quota-exceeded = { $cell } 计入 { $count } 张评价票，而配额为 { $capacity }
verification-quotas-kept = 登记的 { $count } 项配额均未超出
verification-no-quotas = 活动没有登记配额

verification-check-weights-of-ballots = 反刷票权重只用于计入的评价票
verification-weight-impossible = 条目 { $position } 的权重为 { $weight }（单位为四分之一），这不可能
verification-weights-given = 剔除 { $excluded } 张，降权 { $lighter } 张，其余全部足额计入

verification-check-weights = 权重与日志所载核查结论一致
verification-case-not-in-both = 案件 { $case } 没有同时见于日志所载结论和验证包
verification-case-weights-differ = 案件 { $case } 的权重与日志最后一次结论的承诺值不一致
verification-entry-weight-differs = 条目 { $position } 的权重与案件 { $case } 的结论不一致
verification-decision-missing = 有 { $count } 张评价票未足额计入，而日志中没有相应结论，首个为条目 { $position }
verification-decision-name-differs = 条目 { $position } 的结论所用的名称与其内容不符
verification-decision-number-differs = 条目 { $position } 的结论不是该案件的下一次
verification-decision-verdict = 条目 { $position } 的结论不在已知之列
verification-weights-decided = 权重与日志所载 { $cases } 个案件的结论一致，其他评价票均未降权

verification-check-totals = 汇总数据可由评价票算出
verification-totals-do-not-follow = 验证包中的汇总数据无法由揭示的评价票算出
verification-totals-follow = 汇总数据和得分可由揭示的评价票算出（{ $scored } 个单位有得分）
verification-stored-differs = 保存的第 { $position } 个条目的内容与日志的承诺值不符
verification-keys-desk-lost = { $signed }；签发处的密钥曾丢失，未经原密钥签名，由日志和入口共同更换（{ $count } 次）
verification-keys-gate-lost = { $signed }；入口的密钥曾丢失，未经原密钥签名，由日志和签发处共同更换（{ $count } 次）
verification-gate-lost-more = 有 { $found } 张评价票由入口丢失的密钥签名，而更换时它只接收过 { $accepted } 张；有人在此之后用过它
verification-acts-late = { $signed }；其中 { $count } 项被扣下后才记入（下达早于它前面的条目），首项为条目 { $position }
