# 各规则所提建议的事由，即理由链中的各行。

rules-low-rank = 名次靠后
rules-rank-in-family = { $family }第 { $rank } 名（共 { $of } 个）
rules-rank-of-unit = { $unit }的名次
rules-grade = 考核等次
rules-third-unit = 单位被评为{ -grade-third }
rules-unit-with-certainty = { $unit }（{ $certainty }）
rules-third-this-year = 本年{ -grade-third }
rules-third-last-year = 上年{ -grade-third }
rules-low-personal-score = 个人得分低于底线
