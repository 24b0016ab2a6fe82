# What is wrong with ballots that were collected elsewhere, or with their mapping.

imported-mapping-no-yaml = 不是规范的 YAML，请更正这一行
imported-key-twice = “{ $key }”出现了两次，请只保留一处
imported-field-missing = 缺少这一项，请补上
imported-field-unknown = 没有这一项，请删去
imported-field-empty = 这一项是空的，请填写
imported-field-too-long = 文字太长，请缩短
imported-field-not-number = 不是整数，请写成 2026 的形式
imported-field-not-time = 不是带时区的时间，请写成 2026-11-24T08:30+08:00 的形式
imported-field-malformed = 内容不合要求，请参阅 docs/importing.md
imported-column-or-constant = 列（column）和常量（constant）只能给出其中一个
imported-no-time-zone = 没有“{ $zone }”这个时区，请写成 Asia/Shanghai 的形式

imported-mapping-makes-campaign = 映射会自建评价活动，请不要再指定其他活动
imported-mapping-makes-none = 映射没有自建评价活动，请指定一个已有的活动
imported-campaign-no-draft = 系统外收集的评价票只能导入草稿；请在映射中自建评价活动
imported-no-questionnaire = 没有“{ $name }”这份问卷；可用的有：{ $names }
imported-unit-twice = 代码 { $code } 出现了两次，请只保留一处

imported-no-closed-question = 活动的问卷中没有这道选择题
imported-mapped-option-unknown = 这道题没有选项“{ $code }”；可用的有：{ $codes }
imported-no-unit = 活动中没有单位“{ $unit }”
imported-no-group = 考核办法中没有评价主体“{ $group }”
imported-stratum-too-long = 层最多 { $max } 个字符
imported-source-too-long = 渠道最多 { $max } 个字符
imported-comment-too-long = 意见最多 { $max } 个字符
imported-respondent-missing = 缺少评价者标识
imported-respondent-cut = “{ $text }”是电子表格截断的长数字，不同的人会变成同一个人；请把这一列设为文本格式并重新导出
imported-value-not-mapped = “{ $text }”不在映射的取值之内
imported-option-unknown = 题目 { $question } 没有选项“{ $code }”
imported-question-not-of-unit = 该单位的问卷 { $questionnaire } 中，题目 { $question } 没有选项“{ $code }”
imported-no-time = “{ $text }”不是时间，请写成 2026-11-24T08:30 的形式
imported-time-outside = “{ $text }”不在评价活动的年份（{ $first } 至 { $last }）之内
