"""What a run does where the disk is full: wait until something that ended has made room, try again, else stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmark.errors import StoppedError, is_full

if TYPE_CHECKING:
    from benchmark.executors import Event, Executor
    from benchmark.store.store import Store


def stopped(store: Store) -> StoppedError:
    """Return what a run that finds no room ends with."""
    return StoppedError(f"the disk of {str(store.folder)!r} is full")


@dataclass
class Room:
    """Takes what needs room on the store's disk again, as long as a job, or what one said, may give some back."""

    store: Store
    executor: Executor
    _late: list[Event] = field(default_factory=list)

    def start(self, start_one: Callable[[], bool]) -> bool:
        """Return what `start_one` does; False where there is no room for now."""
        try:
            return start_one()
        except OSError as error:
            self._bear(error, bool(self._late))
            return False

    def take(self, events: Iterable[Event], take: Callable[[Event], None]) -> None:
        """Take events in the order of each job; those that find no room are kept for the next time.

        All are tried before the run stops: the last of them may be the end of the job that filled the disk.
        """
        waiting, self._late = [*self._late, *events], []
        full: OSError | None = None
        for event in waiting:
            if not any(late.job is event.job for late in self._late):
                try:
                    take(event)
                    continue
                except OSError as error:
                    if not is_full(error):
                        raise
                    full = error
            self._late.append(event)
        if full is not None:
            self._bear(full, len(self._late) < len(waiting))

    def _bear(self, error: OSError, hope: bool) -> None:
        """Raise StoppedError where nothing runs, and nothing else gives hope, that may make room."""
        if not is_full(error):
            raise error
        if not hope and self.executor.free >= self.executor.slots:
            raise stopped(self.store) from error
