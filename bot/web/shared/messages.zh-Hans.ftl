# 网页服务各部分拒绝请求时的答复。

web-no-such-address = 这个地址没有内容；全部地址见 /api/v1/openapi.json
web-method-not-allowed = 这个地址不支持此方法；可用的方法见响应头 Allow
web-request-too-large = 请求太大
web-body-compressed = 只接受未压缩的请求体；请去掉 Content-Encoding
web-failed = 服务出错了，请稍后再试
web-database-away = 暂时连不上数据库，请稍后再试
web-no-such-release = 没有这个发布版
