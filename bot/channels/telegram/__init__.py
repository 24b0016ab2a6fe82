"""Telegram: parsing, rendering and delivery through the Bot API."""
