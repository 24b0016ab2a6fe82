# What is wrong in a table of the year's material, and the notes after an import.

records-no-adjustment = 既没有加分也没有扣分，请删去此行或填写分值
records-adjustment-too-large = { $points } 超过 100 分
records-proposal-does-not-stand = 目前没有“{ $proposal }”这条建议，不能预先决定
records-no-proposal-of-year = “{ $proposal }”不是 { $year } 年的建议；格式为 { $year }/规则/类别/对象
records-finding-concerns-unit = 这类认定针对单位，而“{ $subject }”是干部
records-finding-concerns-leader = 这类认定针对干部，而“{ $subject }”是单位
records-history-not-before-year = { $found } 不早于 { $year }
records-no-grade-of-unit = 单位的等次只能是{ -grade-first }、{ -grade-second }或{ -grade-third }
records-neither-yes-nor-no = “{ $text }”既不是“是”也不是“否”

records-no-points-column = 没有分值列，请以其中一项作为列名：{ $indicators }
records-indicator-not-used-row = 按考核办法，{ $subject } 没有“{ $indicator }”这项分值，请删去此行
records-indicator-not-used-cell = 按考核办法，{ $subject } 没有“{ $indicator }”这项分值，请清空单元格

records-code-of-city-unit = “{ $code }”是市直单位或区县的代码，请给内设机构另一个代码
records-code-of-person = “{ $code }”是人员的编号，请给内设机构另一个代码
records-part-of-itself = “{ $code }”从属于自己：{ $ring }；请更正其中一个上级单位
records-level-without-rules = 这是单位内部第 { $level } 层，考核办法没有为它作规定（{ $field }）
records-id-is-unit-code = “{ $id }”是单位的代码，请给干部另一个编号
records-officer-outside-unit = 工作人员属于内设机构，请随内设机构人员一起导入
records-code-is-leader-id = “{ $code }”是干部的编号，请给单位另一个代码
records-code-is-part = “{ $code }”是内设机构的代码，请给单位另一个代码
records-league-not-used = 这类单位按等次比例定等次，没有组别，请清空单元格
records-league-missing = 这类单位须填写所属组别

records-filing-needs-reason = 该年度材料已截止：请说明补录的理由，并由第二人放行
records-filing-too-large = 截止之后，补录的表格不得超过 { $most } 字节，请只交变动的行
records-filing-waits = 待第二人放行（第 { $number } 号），目前什么都没有存入
records-material-closed-already = 该年度材料已经截止
records-established-before = 认定日期早于发生之日（{ $day }）
records-ends-before-it-begins = 截止日期早于起始日期（{ $day }）
records-two-main-posts = { $person } 同一天有两个主要职务，请将其中一个标为非主要职务
records-leaving-has-no-end = 退休、离职、去世没有截止日期，请清空该单元格
records-case-of-another = 文号“{ $id }”属于表中没有的人员 { $person }，请更正文号或人员编号
records-level-of-sanction = 处分须填写种类，立案审查不填种类
records-periods-overlap = { $code } 的两段起止日期有重叠
records-no-such-unit = 没有单位“{ $code }”
records-shares = 得分比例写作 A=0.6 B=0.4，每个原单位一项，合计为 1
records-year-sealed = 该年度已封存：只能依程序更正；公示之前可以启封
records-seal-differs = 第 { $number } 次封存的内容与其摘要不符，数据库被改动过
records-amendment-differs = 第 { $number } 号更正的内容与其摘要不符，数据库被改动过
records-changed-just-now = 刚才已有人办理，请刷新后再看

records-calendar-empty = 表格只有表头没有数据
records-no-kind-of-day = “{ $text }”既不是“休”也不是“班”
records-day-worked-anyway = { $day } 不是周末，本来就上班，请去掉

records-units-after-seal = { $year } 年度已封存，新增单位自其后一年起算；另有起止的，{ $reader ->
    [console] 在“导入数据”页导入单位沿革
   *[command] 用 `minping import unit-periods` 导入
    }
records-units-imported = 新增 { $new } 个，修改 { $changed } 个，未变 { $same } 个
records-replaced = 替换原有 { $count } 条
records-lines-added = 新增 { $count } 条
records-points-lacking = 尚缺 { $count } 处分值：{ $places }
records-units-without-principal = 没有正职的单位：{ $units }
records-people-dropped = { $count } 人所在的内设机构已撤销，不再列入本年度：{ $people }；请重新导入人员

# Who must stand aside
records-recused = 您与{ $subject }有回避情形（{ $why }），请由他人办理
records-other-recused = 经办或签署的人与{ $subject }有回避情形，请由他人办理
