"""The channels by which citizens reach the service: Telegram, WeChat and WeCom.

A channel reads what its platform sends into an `Incoming` update, hands it to the conductor, and
renders the `Reply`. Reading and rendering are pure and total: any bytes are read, or are nothing.

Invariants:

- A channel confirms an update to its platform only when the reply is delivered, or can never be. So
  a platform delivers again whatever a crash or a lost connection has swallowed.
- A message that shows answers is removed or replaced as soon as its time is over, so that nobody
  can sell or extort the sight of it.
- A channel logs kinds and numbers only: no id, no text, no address, no token.
- Channels do not know each other. The web chat is `bot.web.public`.
"""

import sys

# python-telegram-bot imports httpx, and httpx its command-line tool where that is installed:
# 5 MB and a fifth of the start that no citizen needs. httpx reads this as «not installed».
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
