"""The keys under which handlers find what they share in the application."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bot.conversations.phone_codes import PhoneCodes
from bot.openid.client import OpenIdClient
from bot.service.children import Children
from bot.service.composition import Service
from bot.service.metrics.request_counts import RequestCounts

SERVICE: web.AppKey[Service] = web.AppKey("service", Service)
PHONE_CODES: web.AppKey[PhoneCodes] = web.AppKey("phone codes", PhoneCodes)
CHILDREN: web.AppKey[Children] = web.AppKey("children", Children)
REQUEST_COUNTS: web.AppKey[RequestCounts] = web.AppKey("request counts", RequestCounts)
OPENID: web.AppKey[Mapping[str, OpenIdClient]] = web.AppKey("openid", dict)
"""The identity providers by their names."""
