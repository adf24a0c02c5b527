"""Waiting for something to become true."""

import asyncio
import inspect
import time


async def until(what: str, condition, patience: float = 60, fail: bool = True):
    """Asks again and again until the condition gives something true, and returns that."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            if fail:
                raise TimeoutError(f"waited {patience} s for {what}")
            return None
        await asyncio.sleep(0.05)
