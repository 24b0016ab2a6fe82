"""Background jobs: a large campaign's bundle or scan takes minutes, longer than a request.

Only what a job stores lasts, and that it stores whole. One that a stop of the service cut off
leaves nothing, and its page offers to begin again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from survey_flows.errors import BadInput


@dataclass(slots=True)
class BundleJobs:
    """The running jobs by name (of a bundle: its campaign), and the errors of those that failed."""

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
