# The public log as it is read.

transparency-sizes-unknown = 日志未曾依次有过这些大小，请使用不超过检查点的大小
