# Files that cannot be read or written (file_errors.py).

core-file-not-found = 文件无法读取：没有这个文件，请核对文件名
core-file-read-forbidden = 文件无法读取：当前账号没有读取权限，请开通权限
core-file-is-folder = 文件无法读取：这是一个文件夹，请指定文件
core-file-unreadable = 文件无法读取：文件或磁盘可能已损坏
core-file-write-forbidden = 文件无法写入：当前账号没有写入权限，请开通权限或换一个文件夹
core-disk-full = 文件无法写入：磁盘已满，请腾出空间后重试
core-file-unwritable = 文件无法写入：请换一个文件名或文件夹
