# The public log as it is read.

transparency-sizes-unknown = 日志未曾依次有过这些大小，请使用不超过检查点的大小

# 日志的守护记录
transparency-guard-damaged = 日志的守护记录已损坏；请从混洗器的磁盘恢复该文件夹，或参阅 docs/operations.md 的 “The log's guard”
transparency-guard-missing = 日志原有守护记录，{ $folder } 里却没有，因此不再签名；请恢复该文件夹，或参阅 docs/operations.md 的 “The log's guard”
transparency-desk-changed = 签发处的密钥与日志所认的不同（见此文件），因此不再写入日志；请从备份恢复 `keys/desk/desk.key`，并以 `mixer run --desk` 给出它的公钥
transparency-log-key-other = 数据库里最新的检查点（{ $size } 个条目）不是用这把日志密钥签名的，因此不再签名；请恢复正确的 `log.key`，或与之对应的数据库
transparency-rows-missing = 最新的检查点签了 { $signed } 个条目，数据库里有 { $rows } 个，因此不再签名；请参阅 docs/operations.md 的 “The log's guard”
transparency-rows-changed = 数据库里前 { $size } 个条目得不出已签名的树根，因此不再签名；请参阅 docs/operations.md 的 “The log's guard”
transparency-log-refused = 数据库里的日志有 { $rows } 个条目，树根为 { $rows_root }；而已签名的是 { $size } 个条目，树根为 { $root }，因此不再签名；请参阅 docs/operations.md 的 “The log's guard”
transparency-nothing-to-refill = 数据库和守护记录里的日志一致，没有需要补回的条目
transparency-entries-missing = 数据库里缺少日志条目；请参阅 docs/operations.md 的 “The log's guard”
transparency-tiles-missing = 数据库里缺少日志的分块；请参阅 docs/operations.md 的 “The log's guard”
transparency-other-gate = 日志没有可以更换的签发处密钥，或日志中的入口密钥与 `keys/sign.key` 不符；没有任何变动
transparency-other-desk = 日志没有可以更换的入口密钥，或日志中的签发处密钥与 `keys/desk/desk.key` 不符；没有任何变动
transparency-gate-changed = 入口的签名密钥与日志所写的不同，而有活动正在进行，因此不再混合：请从备份恢复 `keys/sign.key` 并以 `mixer run --gate` 给出它的公钥，或见 `minping log replace-gate --help`
transparency-older-than-known = 数据库中的日志有 { $rows } 个条目，而已签名的有 { $size } 个（树根 { $root }），不再签名；其余条目在更新的备份或旧磁盘的守护记录中
transparency-other-history = 数据库中前 { $size } 个条目得不出外部所知的树根，不再签名；见 docs/operations.md 的“The log's guard”一节
