# Archives of closed campaigns.

archive-before-close = 此活动尚未截止，截止后才能归档评价票
archive-missing = 没有归档；可用 `minping archive write` 写出
archive-not-finished = 归档尚未完成，请再次写出，会从中断处继续
archive-unknown-format = 归档格式不是 { $format }，请使用生成它的程序版本
archive-manifest-unreadable = 清单无法读取，请重新写出归档
archive-file-contradicts-manifest = 文件内容与清单不符，请重新写出归档
archive-ballots-missing = 部分计数缺少单张评价票，请重新写出归档
archive-ballots-contradict-counts = 评价票与计数不符，请重新写出归档
archive-file-changed = 文件已不是当初写出的内容，请从备份恢复或重新写出
archive-weights-change = 评价票的权重一直在变，请在没有案件核查时重试
archive-folder-in-use = 文件夹中有其他内容，请指定一个空文件夹或新文件夹
archive-of-other-campaign = 文件夹中是 { $campaign } 的归档，请指定其他文件夹
