demo-ballots = 这座城市至少需要 { $least } 张评价票
demo-database-full = 演示需要空数据库，而 { $table } 表中已有数据；请换一个 MINPING_DATA
demo-year = 模拟城市的年度须在 1990 至 { $last } 之间
demo-campaign-title = { $year } 年民评（演示）
demo-sponsor = 示范市绩效考核领导小组办公室
demo-organ = 示范市纪委监委
demo-document = 年度情况说明
