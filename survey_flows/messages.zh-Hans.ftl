# How every message is put together: its place, its lines, its lists.

problem = { $place }：{ $text }
problems = 共 { $count } 处问题，没有保存任何内容
problems-more = 另有 { $count } 处
joint-place = ，
joint-list = 、
joint-sentences = ；
place-file = { $value }
place-sheet = 工作表“{ $value }”
place-line = 第 { $value } 行
place-row = 第 { $value } 行
place-column = “{ $value }”列
place-field = { $value }
place-subject = { $value }

# 问卷文件；位置指明行或单元格。

form-not-yaml = 这不是有效的 YAML；请检查缩进、冒号和引号
yaml-too-long = 文件超过 { $max } 个字段和值；请拆分
yaml-forbidden-character = 文字中有看不见的字符 { $character }；请删去
yaml-too-deep = 列表和字段嵌套超过 { $levels } 层；请减少嵌套
form-not-yaml-text = 这不是 YAML 文本
form-fields-needed = 文件须分项填写，如 id、version、questions
form-field-missing = 缺少 { $field } 一项
form-field-twice = { $field } 一项出现了两次
form-field-unknown = 这里没有 { $field } 这一项
form-text-needed = { $field } 须为文字
form-number-needed = { $field } 须为整数，不能是“{ $text }”
form-flag-needed = { $field } 须为 true 或 false，不能是“{ $text }”
form-texts-needed = { $field } 须按语言分别填写文字
form-text-list-needed = { $field } 须为文字列表
form-list-needed = { $field } 须为列表
form-item-fields-needed = { $field } 的每一条都须分项填写
form-kind-unknown = 没有题型“{ $kind }”；可用的题型：{ $known }
form-scale-unknown = 没有量表“{ $scale }”；现有：{ $known }
form-id-invalid = 编号“{ $id }”须为 1 至 24 个字符：a–z、0–9 和 _
form-id-twice = 编号 { $id } 用了两次
form-version-empty = 没有填写版本
form-weights-sum = 评分题的权重合计为 { $total }，须为 100
form-overall-missing = 须有且只有一道总体评价题，这里没有
form-overall-several = 须有且只有一道总体评价题，这里有：{ $ids }
form-rating-weight = 评分题的权重须为 1 至 100
form-weight-without-rating = 只有评分题可以有权重，或作为总体评价题
form-max-length = max_length 须为 1 至 { $longest }
form-bounds-without-integer = 只有整数题可以有最小值和最大值
form-minimum-above-maximum = 最小值 { $low } 大于最大值 { $high }
form-kind-without-options = { $kind } 题型没有选项
form-two-options = 至少要有两个选项
form-dont-know-missing = 评分题须有选项 { $code }（不了解），否则会替不了解的人作出猜测
form-yes-no-options = yes_no 题的选项只能是 yes 和 no
form-code-invalid = 代码“{ $code }”须为 1 至 12 个字母、数字或 _
form-code-repeated = 选项 { $code } 出现了 { $times } 次
form-group-invalid = 评价主体“{ $group }”须为 1 至 24 个字符：a–z、0–9 和 _
form-condition-and-or = “{ $text }”同时用了 and 和 or，只能用其中一个
form-condition-not-comparison = “{ $text }”不是条件；请写成 contact != dk 的形式，可用 = != < <= > >=
form-condition-question = 条件提到的 { $question } 不是排在前面的题目
form-condition-number = { $value } 不是数字
form-condition-kind = 条件提到的 { $question } 既没有选项，也不是数字题
form-condition-operator = { $question } 的选项只能用 = 和 != 比较
form-condition-option = { $question } 没有选项 { $option }
form-condition-names = “{ $text }”须以 ${"{"}name{"}"} 的形式写出前面的题目
form-text-missing = { $field } 缺少 { $lang } 文字
form-text-language = { $field } 有 { $lang } 文字，而问卷的语言只有 { $languages }
form-text-placeholder = { $field } 中有 { $mark }；只能使用 {"{"}unit{"}"}
form-sheet-unsupported = 只支持 survey、choices 和 settings 三张工作表，请删去这一张
form-no-question = 工作表 survey 中没有题目
form-label-column-missing = 没有“label::Chinese (zh-Hans)”这样的列
form-setting-missing = 工作表 settings 中须填写 { $name }
form-list-name-missing = 没有填写 list_name
form-scale-codes = 量表 { $scale } 的代码须依次为 { $codes }
form-type-unsupported = 不支持类型“{ $type }”（可用 text、integer、note、select_one 加列表名）
form-list-unknown = 列表“{ $list }”既不在 choices 中，也不是量表
form-weight-not-whole = 权重“{ $text }”不是整数
form-yes-no-cell = { $column } 须为 yes、no 或留空，不能是“{ $text }”
form-column-twice = “{ $column }”列出现了两次
form-column-unsupported = 不支持“{ $column }”列
form-cell-without-column = 这个单元格上方没有列名

# 单位、已存的对话、回执。

unit-code-length = 单位代码须为 1 至 { $most } 个字节，请缩短
session-not-json = 不是规范的 JSON，请重新开始对话
session-version = 这不是第 { $version } 版的对话，请重新开始
session-field-type = 有一项类型不对，请重新开始对话
receipt-characters = 回执为 16 个字符（A–Z 和 2–7），请照原样复制

# 签名文本和检查点。

note-no-key = 这不是公钥；请写成 name+id+key 的形式，以日志或见证方公布的为准
note-key-mistyped = 公钥“{ $name }”有误：其标识应为 { $id }
note-too-long = 签名文本超过 { $most } 个字符
note-control-characters = 签名文本中有控制字符
note-unsigned = 签名文本缺少空行和其下的签名
note-signatures = 签名文本的签名超过 { $most } 个
note-signature-format = 签名须为破折号、名称和 base64，各隔一个空格
note-signature-short = 签名过短
note-checkpoint-lines = 检查点须为三行：来源、大小和树根
note-origin = 来源为空，或含有空格或加号
note-size = 大小不是日志所写的整数
note-root = 树根不是 { $length } 个字节
note-base64 = 这不是 base64

# 规范 JSON 和日志的行。

canonical-too-deep = 列表和对象嵌套超过 { $most } 层
canonical-no-json = 这不是 JSON
canonical-no-object = 这是 JSON，但不是对象
canonical-double-key = 对象中的键“{ $found }”出现了两次
canonical-key-not-ascii = 键“{ $found }”含有 ASCII 以外的字符
canonical-decimal = “{ $found }”是小数；请写整数，或把小数写成字符串
canonical-no-number = “{ $found }”不是数字
canonical-number-too-large = 数字 { $found } 达到或超过 2^53，各程序读出的值会不同
canonical-surrogate = 字符串中有半个代理对
canonical-other-spelling = 文本不规范：键须有序，不留空格，每个字符只有一种写法
log-line-characters = 该行含有日志的行中没有的字符，如回车
log-line-spaces = 该行各部分之间须各有一个空格
log-line-form = 该行既不以格式号 2 开头，也不是 128 位小写十六进制数
log-line-campaign = 该行没有写明活动：须为 1 至 32 个字符（a–z、0–9 和连字符）
log-line-kind = 该行没有写明种类：须为 1 至 16 个字符（a–z 和连字符）
log-line-hashes = 该行的哈希值不是 64 位小写十六进制数
log-line-parts = 该行的哈希值个数与其种类不符
log-line-older-late = 格式 1 的条目出现在格式 2 的条目之后
log-signature-form = 签名须为公钥名称和 68 个字节的 base64
log-signatures-order = 签名须按公钥名称升序，每把公钥一个

# 分半对照

halves-unknown = 分半的方式须为以下之一，每种至多一次：{ $known }
halves-condition = 问卷 { $questionnaire } 有题目取决于总体评价，总体评价不能放到最后

# 身份确认

identity-unknown = 确认身份的方式须为以下之一，每种至多一次：{ $known }
