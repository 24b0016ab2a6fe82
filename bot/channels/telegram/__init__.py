"""Telegram: parsing, rendering and delivery through the Bot API.

Updates come by webhook, or by long polling where Telegram cannot reach the service. A reply goes in
the webhook's response, which saves a call, unless its outcome must be known: whenever answers could
stay in the chat unnoticed. While Telegram answers 429, every process that uses the token is silent
(`rate_limit`). Errors leave `http` without addresses, because these hold the token.
"""
