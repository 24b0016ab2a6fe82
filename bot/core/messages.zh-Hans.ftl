# 设置：环境变量的问题。

setting-unknown = 没有这项设置；可用的设置有：{ $settings }
setting-no-number = “{ $value }”不是整数
setting-unknown-time-zone = 没有时区“{ $value }”；请按 Asia/Shanghai 的格式填写
setting-log-key-of-witness = 这是见证方的密钥；日志的密钥用 `minping mixer key` 显示
setting-no-witness-key = 其中有的不是见证方的密钥；见证方的密钥用 `minping witness --key FILE` 显示
setting-unknown-level = “{ $value }”不可用；可用的有：{ $levels }
