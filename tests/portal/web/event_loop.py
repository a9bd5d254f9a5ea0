"""Runs what is asynchronous in an event loop of its own.

Not in this thread: after a browser test Playwright keeps a running loop here.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor


def run_alone(coroutine: Coroutine):
    """Return what a coroutine returns."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, coroutine).result()
