# 考核办法哪里不对；位置指明是哪一项。

scheme-field-missing = 缺少这一项，请补上
scheme-field-unknown = 没有这一项，请删去
scheme-value-empty = 内容为空，请至少填写一个
scheme-value-choices = 只能填写 { $choices }
scheme-value-misfit = 这里不能填这类内容，请对照随附的办法改正
scheme-number-at-least = 数值不得小于 { $limit }
scheme-number-above = 数值须大于 { $limit }
scheme-number-at-most = 数值不得大于 { $limit }
scheme-number-below = 数值须小于 { $limit }
scheme-number-needed = 请填写数字
scheme-whole-number-needed = 请填写整数
scheme-flag-needed = 请填写 true 或 false
scheme-text-needed = 请填写文字
scheme-text-too-long = 文字超过 { $most } 个字符，请缩短
scheme-text-pattern = 文字不符合格式 { $pattern }，请改正
scheme-no-scheme = 这不是考核办法：考核办法应为分项填写的 YAML 文件，样例{ $reader ->
    [console] 可在起草活动的页面下载
   *[command] 用 `minping scheme show` 查看
    }
scheme-fields-needed = 这里须分项填写
scheme-list-needed = 这里须填写列表
scheme-name-unknown = 没有“{ $name }”；请从 { $known } 中选用，或先加入 { $where }
scheme-rule-unknown = 没有规则“{ $name }”；可用的规则：{ $known }
scheme-name-on-level-above = 上一级已用这个名称，请换一个
scheme-name-public-score = 这个名称专用于民评得分，请换一个
scheme-name-parent-total = 这个名称专用于上级单位的总分，请换一个
scheme-group-own-staff = 这个名称专用于本单位职工，他们的评价不计权重，请换一个
scheme-weights-sum = 权重合计为 { $total }，请调整为 100
scheme-option-code-twice = { $codes } 中有重复的代码，每个选项请用不同的代码
scheme-options-falling = 至少要有两个有分值的选项，分值由高到低，不得相同
scheme-shares-sum = 单位占比 { $unit } 与个人占比 { $personal } 合计须为 100，请更正其一
scheme-shares-roles = 请写明正职和副职的得分比例
scheme-ceiling-grades = 请分别写明{ -grade-first }、{ -grade-second }、{ -grade-third }单位的比例上限，不写其他等次
scheme-ceilings-falling = 等次低的单位，比例上限不得高于等次高的单位，请由高到低填写
scheme-inner-quota-grades = 请分别写明{ -grade-first }、{ -grade-second }、{ -grade-third }单位内设机构的比例，不写其他等次
scheme-floor-below-threshold = 低于 min_n.publish_cell，会使得分不予公布的单位也参加排名，请调高
scheme-leagues-missing = 有类别按组别评等次，请列出各组别
scheme-weighting-limits = lightest 不得大于 1，heaviest 不得小于 1，因为平均的回答须保持原有权重
scheme-figure-twice = { $figure } 的总体数据出现了两次，请保留一个
scheme-figures-cells-or-margins = { $people }：单元格和边际只能填写一种
scheme-figures-sums = { $people }：各边际合计为 { $sums }，请更正为一致
scheme-people = 评价主体 { $group }
scheme-people-of-unit = 单位 { $unit } 的评价主体 { $group }
scheme-evidence-with-method = 方法2需要写明 evidence 各常数，方法1没有这些常数；请两项都写或都不写
scheme-verified-vouched = { $source } 只说明是同一个人，不说明由抽样选中；请从 vouched 中去掉，另设 verified_worth
scheme-shrunken-with-method = 方法2对答复少的评价主体已参照预期估计；请写 direct
scheme-name-pooled = 这个名称留给合并组，请换一个
scheme-family-places = 各类名额合计 { $total } 个，而总名额为 { $wanted } 个，请使两者一致
scheme-grade-names-distinct = 各等次及不定等次、不进行考核的名称须各不相同，且不能空着
