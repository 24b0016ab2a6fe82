"""The key under which handlers find the service in the application."""

from __future__ import annotations

from aiohttp import web

from bot.service.composition import Service

SERVICE: web.AppKey[Service] = web.AppKey("service", Service)
