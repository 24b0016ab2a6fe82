keeping-another-runs = 这个数据文件夹正在备份或恢复，请等它结束
keeping-other-format = 这份备份由更新的程序生成，请用那个程序打开
keeping-no-backup = 这个加密文件不是备份，或者备份不完整；请换另一份副本
keeping-part-changed = 其中的 { $part } 与备份文件头的记载不符；请换另一份副本
keeping-no-data-file = 这是密钥文件；请指定以“data-”开头的数据库文件
keeping-no-keys-file = 这是数据库文件；请指定以“keys-”开头的密钥文件
keeping-database-not-whole = 数据库副本不完整，没有保留任何内容
keeping-log-not-whole = 日志的 { $size } 个条目得不出已签名的树根，未做备份：数据被改动，或者磁盘有故障
keeping-guard-other = 数据库中的日志不是守护记录的开头部分，未做备份；处理办法见运维手册
keeping-program-missing = 这台机器上没有 PostgreSQL 的程序 { $program }；请安装与服务器同版本的客户端程序
keeping-program-older = 程序 { $program } 比 PostgreSQL 服务器旧；请安装与服务器同版本的客户端程序
keeping-program-failed = PostgreSQL 的程序 { $program } 没有正常结束；请看服务器的日志
keeping-service-runs = 有服务正在使用这个数据文件夹，请先停止它
keeping-database-not-empty = 数据库不是空的；备份只能恢复到空数据库：请移走旧文件，或指定另一个数据库
keeping-keys-not-empty = 这里已有密钥；请不要指定密钥文件，或先移走旧文件夹
keeping-keys-needed = 这里没有密钥；请同时指定备份的密钥文件
keeping-guard-there = 这里已有守护记录；请不要再指定另一份
keeping-other-version = 备份中的数据库是版本 { $version }，本程序需要 { $known }；请用当时的程序恢复，再安装本程序
keeping-other-database = 这是{ $database ->
    [sqlite] SQLite 文件
   *[postgresql] PostgreSQL 数据库
    }的备份；请相应设置 DATABASE_URL
keeping-other-log-key = 检查点不是用这把日志密钥签名的，没有恢复；请取来属于这份日志的密钥
keeping-nothing-known = 这里没有任何材料说明备份之后还签过什么，没有恢复；请指定旧磁盘上的守护记录文件夹，或者见证方、审计员、验证包所存的最新检查点
keeping-guard-other-restore = 守护记录的开头与备份不符，或者比所指定的检查点旧；没有恢复
keeping-loss-undecided = 这样恢复会失去市民持有回执的内容，没有恢复；请用更新的备份，或由有权决定的人以 --loss 和 --by 写明
keeping-not-restored = 没有恢复任何内容
