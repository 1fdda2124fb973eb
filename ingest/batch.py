"""Many small calls made one: what comes within a few milliseconds goes to the database together.

`Batcher` lives on an event loop; the function it calls is synchronous and runs in a thread, one
call at a time. An error of the call is told to everyone who waits for it.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from wire.errors import WireError

T = TypeVar("T")
R = TypeVar("R")

# Short beside a request, long beside a turn of the loop.
GATHER_S: Final = 0.004


class Batcher(Generic[T, R]):
    """Gathers calls of `function`, which answers a sequence with a sequence of the same length."""

    def __init__(self, function: Callable[[Sequence[T]], Sequence[R]], *, most: int) -> None:
        self._function = function
        self._most = most
        self._asked: list[tuple[T, asyncio.Future[R]]] = []
        self._gathering: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """Return the function's answer for `item`.

        Raises:
            WireError: what the function raised.
        """
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._asked.append((item, answer))
        if self._gathering is None or self._gathering.done():
            self._gathering = asyncio.create_task(self._gather())
        return await answer

    async def _gather(self) -> None:
        await asyncio.sleep(GATHER_S)
        while self._asked:
            batch, self._asked = self._asked[: self._most], self._asked[self._most :]
            # who was cancelled meanwhile wants no answer
            batch = [(item, answer) for item, answer in batch if not answer.done()]
            if not batch:
                continue
            try:
                answers = await asyncio.to_thread(self._function, [item for item, _ in batch])
            except WireError as error:
                _fail(batch, error)
                continue
            except BaseException:
                _cancel(batch)
                raise
            for (_, answer), result in zip(batch, answers, strict=True):
                if not answer.done():
                    answer.set_result(result)


def _fail(batch: Sequence[tuple[object, asyncio.Future[R]]], error: WireError) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(error)


def _cancel(batch: Sequence[tuple[object, asyncio.Future[R]]]) -> None:
    """Free who waits when the batch fails in a way that nobody foresaw; the task tells why."""
    for _, answer in batch:
        answer.cancel()
