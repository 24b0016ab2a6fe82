# 密钥和签名的问题。

crypto-key-missing = 缺少这把密钥，且不会另造新的；请从备份恢复该文件，恢复前不接收任何内容
crypto-key-file-damaged = 密钥文件应为 { $bytes } 字节；请从备份恢复
crypto-conversation-other-key = 保存的对话是用另一把密钥封存的
crypto-address-other-key = 有地址是用另一把密钥封存的；请从备份恢复 { $file }
crypto-false-signature = { $name } 的签名不成立；不要相信这个检查点
crypto-checkpoint-unsigned = 检查点没有 { $names } 的签名
crypto-no-key-given = 没有给出可用来验证检查点的密钥
crypto-no-witness-key-file = 这不是见证方的密钥；可用 `minping witness --name NAME --key FILE` 生成
crypto-no-age-key = 这不是 age 公钥；请向发送单位索取以“age1”开头的一行
crypto-no-age-secret = 文件中没有 age 私钥，或不止一个；应有一行以“AGE-SECRET-KEY-1”开头
crypto-age-other-key = 这个文件是用另一把公钥加密的，这把私钥打不开
crypto-age-damaged = 这不是加密文件，或者已被截断、改动；请换另一份副本
