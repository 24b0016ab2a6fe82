# 与活动或办法不符的评价票和公布数据。

estimation-unit = 单位 { $code }
estimation-ballots-of-unknown-unit = 有评价票评价了不在此活动中的单位
estimation-category-unknown = 办法中没有类别“{ $category }”
estimation-group-twice = 同一单位的一个评价主体列了两次
estimation-group-floor = 评价主体“{ $group }”是否计入，与其 { $n } 张评价票不符
estimation-link-kind-twice = 评价主体“{ $group }”的一种链接列了两次
estimation-sums-impossible = 评价主体“{ $group }”的合计数不可能成立
