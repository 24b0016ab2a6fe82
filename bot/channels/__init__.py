"""The ways in which citizens reach the service: one channel, one file."""

import sys

# python-telegram-bot brings httpx along, and that its command-line tool with all it prints with, where that is
# installed: 5 MB and a fifth of the start that no citizen needs. httpx takes this for «not installed».
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
