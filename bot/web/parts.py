"""Where handlers find the service."""

from __future__ import annotations

from aiohttp import web

from bot.app import Service

SERVICE: web.AppKey[Service] = web.AppKey("service", Service)
