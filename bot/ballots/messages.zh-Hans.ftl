# The ballot box.

ballots-key-of-other-log = 这是“{ $name }”的公钥，而 MINPING_LOG_ORIGIN 为“{ $origin }”；请给出本日志的公钥
