"""Background jobs that make bundles: a large campaign's takes minutes, longer than a request.

Only the file lasts. A job that a stop of the service cut off leaves none, and the page of exports
offers to make the bundle again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from survey_flows.errors import BadInput


@dataclass(slots=True)
class BundleJobs:
    """The running jobs by campaign, and the error of the last job that failed."""

    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    failed: dict[str, BadInput] = field(default_factory=dict)

    def begin(self, campaign: str, make: Callable[[], Awaitable[None]]) -> None:
        """Starts a campaign's job unless it is running."""
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
        """Cancels the running jobs; a bundle is stored whole or not at all."""
        tasks = list(self.tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


BUNDLE_JOBS = web.AppKey("bundle_jobs", BundleJobs)
