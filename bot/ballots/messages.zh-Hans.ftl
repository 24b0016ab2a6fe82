# The ballot box.

ballots-key-of-other-log = 这是“{ $name }”的公钥，而 MINPING_LOG_ORIGIN 为“{ $origin }”；请给出本日志的公钥

# Checks of a close
ballots-held-gap = 入口收下而未混洗的密封件共 { $missing } 件，涉及单位：{ $units }
ballots-held-gap-no-unit = 入口收下而未混洗的密封件共 { $missing } 件，无法确定涉及的单位
ballots-held-unended = 入口有 { $streams } 个编号序列查不到终点
ballots-held-unfinished = 入口尚未报告共收下多少密封件，请检查服务是否在运行
ballots-settle-reason = 请写明带缺口截止的理由
ballots-settle-other-check = 这项活动还有其他核验未通过，须先处理（`minping held show`）
ballots-settle-missing = 现在缺 { $missing } 件密封件；请查看 `minping held show`，再填写这个数

# 评价票与日志的核对
close-check-rows = 保存的评价票、意见或撤回中有 { $count } 条与日志的承诺值不符，最前的位置为 { $positions }
close-check-missing = 日志中有 { $count } 个条目对应的评价票或意见已不在库中，最前的位置为 { $positions }
close-check-log = { $count ->
    [0] 数据库里的日志条目得不出已签名的树根
   *[other] 数据库里的日志有 { $count } 个条目不是已签名的条目，最前的位置为 { $positions }
  }
close-check-order = 有 { $count } 张评价票标为已被替换，库中却没有同一人更晚的评价票，最前的位置为 { $positions }
close-check-unlogged = 库中有 { $count } 张评价票或意见从未写入日志
close-check-accepted = 入口收下 { $accepted } 张评价票，而已存或已撤回的共 { $stored } 张，两数应当相等
close-check-numbers = 评价票的数目与日志中截止条目的数目不再一致
close-check-definition = 该活动的单位、问卷、方案或其他内容与日志中登记的不一致
close-check-unclosed = 该活动标为已截止，日志中却没有它的截止条目
close-check-weights = 有 { $count } 张评价票的权重与日志中的裁定不符，最前的位置为 { $positions }
close-check-cases = 有 { $count } 个刷票核查案件与日志中裁定的承诺值不符
close-check-quotas = 有 { $count } 个登记的配额，其评价票多于名额
close-check-release = { $count ->
    [0] 保存的第 { $number } 次发布无法读取
   *[other] 保存的第 { $number } 次发布中有 { $count } 个单位的结果不能由评价票和日志中的裁定得出，其中有 { $units }
  }
close-check-not-over = 该活动仍在接收评价，截止之后才能核对
