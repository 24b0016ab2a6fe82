"""Public bundles in the making: a large campaign's takes minutes, so the page says so and shows it once it is there.

What lasts is the file alone. A service that was stopped meanwhile has none; whoever looks is offered to make it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from survey_flows.errors import BadInput


@dataclass(slots=True)
class BundleJobs:
    """The bundles that are being made, by campaign, and why the last try of others failed."""

    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    failed: dict[str, BadInput] = field(default_factory=dict)

    def begin(self, campaign: str, make: Callable[[], Awaitable[None]]) -> None:
        """Make a campaign's bundle unless it is being made already."""
        if campaign not in self.tasks:
            self.failed.pop(campaign, None)
            task = self.tasks[campaign] = asyncio.create_task(self._make(campaign, make))
            task.add_done_callback(lambda _: self.tasks.pop(campaign, None))

    async def _make(self, campaign: str, make: Callable[[], Awaitable[None]]) -> None:
        try:
            await make()
        except BadInput as error:
            self.failed[campaign] = error

    async def stop(self, _app: web.Application) -> None:
        """Give up what is not done; a bundle is kept whole or not at all."""
        tasks = list(self.tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


BUNDLE_JOBS = web.AppKey("making", BundleJobs)
