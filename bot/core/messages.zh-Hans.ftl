# 设置：环境变量的问题。

setting-unknown = 没有这项设置；可用的设置有：{ $settings }
setting-no-number = “{ $value }”不是整数
setting-unknown-time-zone = 没有时区“{ $value }”；请按 Asia/Shanghai 的格式填写
setting-log-key-of-witness = 这是见证方的密钥；日志的密钥用 `minping mixer key` 显示
setting-no-witness-key = 其中有的不是见证方的密钥；见证方的密钥用 `minping witness --key FILE` 显示
setting-unknown-level = “{ $value }”不可用；可用的有：{ $levels }

# Names of codes (labels.py).

# Verdicts on changes of scores
label-change-better = 显著上升
label-change-worse = 显著下降
label-change-open = 未见显著变化
label-change-other = 两年量法不同，不作检验

# Files that cannot be read or written (file_errors.py).

core-file-not-found = 文件无法读取：没有这个文件，请核对文件名
core-file-read-forbidden = 文件无法读取：当前账号没有读取权限，请开通权限
core-file-is-folder = 文件无法读取：这是一个文件夹，请指定文件
core-file-unreadable = 文件无法读取：文件或磁盘可能已损坏
core-file-write-forbidden = 文件无法写入：当前账号没有写入权限，请开通权限或换一个文件夹
core-disk-full = 文件无法写入：磁盘已满，请腾出空间后重试
core-file-unwritable = 文件无法写入：请换一个文件名或文件夹
