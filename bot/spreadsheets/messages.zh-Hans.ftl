# What is wrong with a table that somebody brings: the file, its columns, its cells.

spreadsheets-unknown-sheet-format = 不支持这种文件，请另存为 .csv 或 .xlsx
spreadsheets-unknown-table-format = 不支持这种文件，请使用以下格式之一：{ $endings }
spreadsheets-file-too-large = 文件有 { $has } MB，最多读取 { $megabytes } MB，请拆分
spreadsheets-unpacked-too-large = 文件解压后有 { $has } MB，最多读取 { $megabytes } MB；请删去表格下方只有格式的空行和右侧的空列，再保存
spreadsheets-file-empty = 文件是空的，需要表头和至少一行数据
spreadsheets-no-rows = 文件只有表头没有数据，请填入评价票
spreadsheets-too-many-rows = 文件超过 { $max } 行，请拆分
spreadsheets-too-many-cells = 工作表超过 { $max } 个单元格，请删去表格旁边的列
spreadsheets-too-many-merged = 工作表的合并单元格超过 { $max } 处，请取消合并
spreadsheets-unknown-encoding = 文字既不是 UTF-8 也不是 GB18030 编码，请存为 UTF-8
spreadsheets-csv-malformed = 不是规范的 CSV 文件，请从电子表格重新保存
spreadsheets-no-workbook = 不是 Excel 工作簿，或已加密，请另存为 .xlsx
spreadsheets-damaged-workbook = 工作簿的这一部分已损坏，请用电子表格打开后另存为 .xlsx
spreadsheets-no-parquet = 不是 Parquet 文件，或文件已损坏，请重新导出
spreadsheets-damaged-parquet = Parquet 文件的这一部分已损坏，请重新导出
spreadsheets-too-many-rows-declared = 表格声明有 { $has } 行，最多 { $max } 行；请拆分
spreadsheets-unpacks-too-large = 解压后为 { $has } MB，最多 { $megabytes } MB；请拆分
spreadsheets-part-too-large = 这一部分解压后为 { $has } MB，最多 { $megabytes } MB；请用较小的数据页重新导出
spreadsheets-cell-too-long = 文字有 { $has } 个字，最多 { $max } 个
spreadsheets-old-workbook = 这是旧格式（.xls）或加了密码的工作簿，请去掉密码并另存为 .xlsx
spreadsheets-broken-encoding = 文字是 { $encoding } 编码，但此处有字符被截断，请重新导出
spreadsheets-open-quote = 这个单元格的引号到第 { $last } 行才结束，中间的行因此读不到；属于文字的引号请写两个
spreadsheets-title-row = 这是标题；表头（现在第 { $header } 行）必须是第一行，请删去它上面的内容
spreadsheets-other-sheets = 只读取了工作表“{ $read }”，没有读取：{ $left }（{ $count } 个）
spreadsheets-hidden-sheet = { $name }（隐藏）
spreadsheets-hidden-rows = 从这里到第 { $last } 行有 { $count } 行被筛选或隐藏，请取消隐藏或删去
spreadsheets-hidden-column = 这一列被隐藏，请取消隐藏或删去
spreadsheets-merged-cells = 单元格与其他单元格合并（到第 { $last } 行），请取消合并并逐个填写
spreadsheets-more-rows-wrong = 另有 { $count } 行有误
spreadsheets-parquet-type = 这一列的类型是 { $type }，不是表格单元格，请导出为文字或数字

spreadsheets-column-without-name = 第 { $number } 列没有列名
spreadsheets-column-twice = “{ $column }”列出现了两次
spreadsheets-same-column = “{ $first }”和“{ $second }”是同一列
spreadsheets-column-missing = 缺少“{ $column }”列
spreadsheets-unknown-column = 没有“{ $column }”这一列；可用的列：{ $columns }
spreadsheets-column-with-heading = { $heading }（{ $column }）
spreadsheets-mapped-column-twice = 映射中 { $field } 所指的“{ $column }”列出现了两次
spreadsheets-mapped-column-missing = 文件中没有映射 { $field } 所指的“{ $column }”列；文件中的列：{ $columns }

spreadsheets-more-cells-than-columns = 单元格比表头的 { $columns } 列多
spreadsheets-other-cell-count = 这一行有 { $cells } 个单元格，而表头有 { $columns } 列
spreadsheets-duplicate-row = “{ $text }”在第 { $row } 行已出现

spreadsheets-formula-without-result = 公式没有保存结果，请用电子表格打开并保存
spreadsheets-cell-error = 单元格是错误值 { $error }，请填入数值
spreadsheets-cell-boolean = 单元格是 TRUE 或 FALSE，请填写文字或数字
spreadsheets-cell-percentage = 单元格是百分比格式，{ $value } 含义不明，请改为数字格式
spreadsheets-forbidden-character = 文字中有看不见的字符 { $character }，请删去并重新输入
spreadsheets-too-many-digits = 数字单元格只保留 { $digits } 位，后面的数字已经丢失；请把这一列设为文本格式并重新输入
spreadsheets-format-shows-otherwise = 单元格的值是 { $value }，格式 { $format } 显示的不同；请按显示的内容填写文字
spreadsheets-no-day-of-number = { $value } 不是日期或时间，请设为文本格式并写明日期
spreadsheets-cell-empty = 单元格是空的
spreadsheets-text-too-long = 文字超过 { $max } 个字符
spreadsheets-no-code = “{ $text }”不是代码：须为 1 至 32 个字母 A–Z、数字、“_”、“.”或“-”
spreadsheets-no-number = “{ $text }”不是数字，请写成 87.5 的形式
spreadsheets-points-out-of-range = { $points } 不在 0 到 100 之间
spreadsheets-no-year = “{ $text }”不是年份，请写成 2026 的形式
spreadsheets-no-date = “{ $text }”不是日期，请写成 2026-11-24 的形式
spreadsheets-no-time = “{ $text }”不是时间，请写成 2026-11-24 或 2026-11-24T15:30 的形式
spreadsheets-date-outside-year = { $date } 不在 { $year } 年内
spreadsheets-unknown-choice = “{ $text }”不在可用值之内；可用值：{ $choices }
spreadsheets-unknown-code = 没有“{ $text }”这个{ $kind }
spreadsheets-unknown-code-of-few = 没有“{ $text }”这个{ $kind }；可用的有：{ $codes }

# What a code names.

spreadsheets-kind-unit = 单位
spreadsheets-kind-campaign-unit = 参评单位
spreadsheets-kind-unit-or-leader = 单位或干部
spreadsheets-kind-unit-or-part = 单位或内设机构
spreadsheets-kind-league = 组别
spreadsheets-kind-category = 类别
spreadsheets-kind-level-category = 第 { $level } 层类别
spreadsheets-kind-indicator = 指标
spreadsheets-kind-group = 评价主体

# 发给单位填写的表格。

spreadsheets-codes = 可用代码
spreadsheets-code-of = { $column }：代码
spreadsheets-meaning = 含义
spreadsheets-may-be-empty = 可以留空。
spreadsheets-choose = 从列表中选择；含义见第二页。
