# 公开日志的拒绝说明。

public-log-empty = 日志还没有条目
public-sizes-needed = 请以条目数给出 old 和 new
public-not-text = 这不是文本
public-no-known-witness = 其中没有本系统已知见证方的签名
public-not-our-checkpoint = 这不是本日志的检查点
