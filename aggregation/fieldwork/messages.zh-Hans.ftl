# 与抽样框不符的样本。

fieldwork-sample = 样本
fieldwork-cell = { $cell } 层
fieldwork-cell-too-small = 要抽 { $size } 人，而只有 { $of } 人，请少抽一些
fieldwork-cell-unknown = 这一层没有可邀请的人，请去掉
fieldwork-size-does-not-fit = { $size } 人不合适：每层至少 { $least } 人时，样本为 { $low } 至 { $high } 人
fieldwork-allocation-unknown = 没有分配方法“{ $method }”；可用的有：{ $known }
fieldwork-not-drawable = 不能抽取 { $value } 人，请填 0 到 { $most } 的整数
fieldwork-below-least = { $value } 人少于 { $least } 人，请多抽一些或不抽
fieldwork-sizes-sum = 各层合计 { $sum } 人，而样本为 { $size } 人，请改为一致
fieldwork-deviation-missing = 请填写其标准差，须大于 0
fieldwork-number-twice = 抽样框中有编号出现了两次
fieldwork-others-drawn = 按种子重新抽取，{ $cell } 层的编号与文件所列不同
