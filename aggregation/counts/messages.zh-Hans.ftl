# 无法读取的评价组合。

counts-questionnaire = 问卷 { $id }
counts-question = 问卷 { $questionnaire }，题目 { $question }
counts-questionnaire-unknown = 此活动没有这份问卷
counts-scale-unknown = 办法中没有量表“{ $scale }”；现有：{ $known }
counts-pattern-length = 评价组合“{ $pattern }”应有 { $codes } 个代码
counts-code-unknown = 量表中没有代码“{ $code }”
