# Scores, releases and counts of a closed campaign.

results-scores-before-close = 此活动尚未截止，截止后才能查看得分
results-release-before-close = 此活动尚未截止，截止后才能公布得分
results-nothing-to-correct = 此单位没有暂不公布的变动，无须更正
results-correction-unsigned = 更正须写明经办人和理由
results-release-damaged = 所存的发布版已损坏，请恢复数据库
results-other-release = 刚刚已有新的发布版，请先查看

results-parquet-unreadable = 不是评价票的 Parquet 文件，或文件已损坏，请重新导出
results-weight-unknown = 有反刷票权重为 { $weight }（单位为四分之一）；只能是 0、1、2 或 4
results-ballots-without-campaign = 有评价票没有所属活动，请逐票写明
results-several-campaigns = 文件中有以下活动：{ $campaigns }；请选择一个
results-column-missing = 缺少“{ $column }”列，请连同此列导出评价票
results-column-not-text = “{ $column }”列在每张评价票中都应是文字，请照此导出
results-column-not-whole-numbers = “{ $column }”列在每张评价票中都应是整数，请照此导出
results-column-not-filled = “{ $column }”列有评价票未填，没有内容请写空文字
results-no-spark = 尚未安装 Spark，可用 `make test-spark` 安装
