"""One pipeline under load that tests break in turn: every stage a process, as in production.

A site's feeds grow, poll asks them every second or two, and what becomes of each entry is drawn up
after every disturbance. The stages live on from test to test, so what leaks adds up.
"""

import contextlib
import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from desk import progress
from desk.children import Children
from desk.run import CONSUMERS
from store import changes
from store.engine import create_engine
from tests.faults.account import Account, draw_up
from tests.faults.cluster import Cluster
from tests.faults.growing_site import GrowingSite
from tests.pipeline.harness import Pipeline, wait_until

STAGES = ("poll", *CONSUMERS)
# Longer than anything here takes on two busy cores; what hangs fails by it.
PATIENCE_S = 240.0
# Kafka's least.
SESSION_S = 6.0
STATEMENT_TIMEOUT_S = 5.0
# Load stops while so many stories are on their way: a slow machine is not to drown in it.
_ON_THE_WAY = 90

QUICK = {
    "WIREDESK_POLL__MIN_INTERVAL_S": "1",
    "WIREDESK_POLL__MAX_INTERVAL_S": "2",
    # a dead poller's feeds are soon another's
    "WIREDESK_POLL__LEASE_S": "3",
    "WIREDESK_ENRICH__TAGGER": "rules",
    "WIREDESK_EXTRACT__WORKERS": "1",
    "WIREDESK_KAFKA__SESSION_TIMEOUT_S": str(SESSION_S),
    "WIREDESK_DATABASE__STATEMENT_TIMEOUT_S": str(STATEMENT_TIMEOUT_S),
}
# A client keeps a connection to each broker, and a pool fills by and by: more is a leak.
_MORE_DESCRIPTORS = 24
_MORE_THREADS = 8
_MORE_MIB = 150


@dataclass(frozen=True)
class Held:
    """What a process holds at a quiet moment."""

    descriptors: int
    threads: int
    mib: float


class Rig:
    """The pipeline, its servers, its site, and the account of it all."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.cluster = cluster
        self.site = GrowingSite()
        self.pipeline = Pipeline(
            cluster.bootstrap_servers,
            cluster.database_url,
            "wire",
            folder,
            copies=3,
            **QUICK,
        )
        self.children = self.pipeline.children
        self.logs = folder / "logs"
        # entries that a test means to die
        self.may_die: set[str] = set()
        self._engine = create_engine(cluster.database_url)
        self._held: dict[int, Held] = {}

    @contextmanager
    def running(self) -> Iterator["Rig"]:
        """Serve the site and run all stages."""
        with self.site:
            for stage in STAGES:
                self.children.start(stage)
            try:
                self.pipeline.add_feeds(*self.site.feeds)
                yield self
            finally:
                self.pipeline.close()
                self._engine.dispose()

    # --- load

    @contextmanager
    def load(self, each_s: int = 6) -> Iterator[None]:
        """Let so many stories be filed in each second."""
        ended = threading.Event()

        def file() -> None:
            known = 0
            while not ended.wait(0.5):
                with contextlib.suppress(psycopg.Error):
                    known = self.rows()
                if self.site.count - known < _ON_THE_WAY:
                    self.site.publish(max(1, each_s // 2))

        thread = threading.Thread(target=file, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def rows(self) -> int:
        """Return how many articles there are."""
        return int(str(self.pipeline.rows("select count(*) from wire.articles")[0][0]))

    def wait_for_rows(self, more: int) -> None:
        """Wait until so many more articles are stored."""
        goal = self.rows() + more
        wait_until(lambda: self.rows() >= goal, PATIENCE_S)

    # --- processes

    def process(self, stage: str) -> psutil.Process:
        pids = self.children.pids()
        assert stage in pids, f"{stage} ended:\n{self._ends()}"
        return psutil.Process(pids[stage])

    def kill(self, stage: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a stage by a signal, and start it again when it is gone."""
        self.end(stage, how)
        self.children.start(stage)

    def end(self, stage: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a stage by a signal, and wait until it is gone."""
        os.kill(self.children.pids()[stage], how)
        wait_until(lambda: self.children.ended(stage), PATIENCE_S)

    @contextmanager
    def held_back(self, stage: str, before: str) -> Iterator[None]:
        """Freeze a stage until the `with` ends, with stories waiting for it that `before` made."""
        process = self.process(stage)
        process.suspend()
        try:
            with self.said(before, f"/story/{self.site.count + 2}"):
                self.site.publish(3)
            yield
        finally:
            process.resume()

    def second(self, *stages: str) -> "Seconds":
        """Return second members of these stages' groups, to be started and ended."""
        return Seconds(Children(self.pipeline.environment, self.logs.parent / "second"), stages)

    @contextmanager
    def said(self, stage: str, *words: str) -> Iterator[None]:
        """Expect the stage to log a line with all of these words before the `with` ends."""
        log = self.logs / f"{stage}.log"
        start = log.stat().st_size
        yield

        def found() -> bool:
            lines = log.read_bytes()[start:].decode(errors="replace").splitlines()
            return any(all(word in line for word in words) for line in lines)

        wait_until(found, PATIENCE_S)

    # --- after each

    def settle(self, within_s: float = PATIENCE_S) -> Account:
        """Wait until all that was served has come to something, and hold the account even."""
        try:
            wait_until(self._is_settled, within_s)
        except AssertionError:
            raise AssertionError(f"it does not settle: {self.account()}\n{self._ends()}") from None
        account = self.account()
        assert not account.problems, str(account)
        self._hold_still()
        return account

    def account(self) -> Account:
        return draw_up(self.site.texts(), self.pipeline.rows, self.may_die)

    def _is_settled(self) -> bool:
        self.children.watch()
        served = self.site.count
        ended = self.pipeline.rows(
            "select (select count(*) from wire.articles) "
            "+ (select count(distinct url) from wire_data.dead_letters)"
        )
        if int(str(ended[0][0])) < served:
            return False
        now = progress.look(self.pipeline.settings.kafka, self.pipeline.topics, 0)
        return now.drained and changes.relayed(self._engine)

    def _hold_still(self) -> None:
        """See that no process holds more than when it was first seen at rest."""
        for stage in STAGES:
            process = self.process(stage)
            first = self._held.setdefault(process.pid, held(process))

            def leaks_nothing(process: psutil.Process = process, first: Held = first) -> bool:
                now = held(process)
                return (
                    now.descriptors <= first.descriptors + _MORE_DESCRIPTORS
                    and now.threads <= first.threads + _MORE_THREADS
                    and now.mib <= first.mib + _MORE_MIB
                )

            try:
                wait_until(leaks_nothing, 60)
            except AssertionError:
                raise AssertionError(f"{stage} leaks: {first}, then {held(process)}") from None

    def _ends(self) -> str:
        logs = [(stage, self.logs / f"{stage}.log") for stage in STAGES]
        return "\n".join(
            f"--- {stage}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            for stage, log in logs
        )


class Seconds:
    """Second members of groups, each a process, inside a `with`."""

    def __init__(self, children: Children, stages: tuple[str, ...]) -> None:
        self._children = children
        self._stages = stages

    def __enter__(self) -> Children:
        for stage in self._stages:
            self._children.start(stage)
        return self._children

    def __exit__(self, *_: object) -> None:
        self._children.stop()


def held(process: psutil.Process) -> Held:
    """Return what a process holds now."""
    return Held(
        process.num_fds(), process.num_threads(), round(process.memory_info().rss / 2**20, 1)
    )


def shuffled(chance: random.Random, count: int) -> list[str]:
    """Return `count` stages in random order, each about as often as the others."""
    stages = [STAGES[number % len(STAGES)] for number in range(count)]
    chance.shuffle(stages)
    return stages


@contextmanager
def broken_in(folder: Path) -> Iterator[Rig]:
    """A pipeline at work on servers of its own, warm: its first stories are stored."""
    cluster = Cluster(folder / "servers")
    try:
        with Rig(cluster, folder / "rig").running() as rig:
            rig.site.publish(12)
            rig.settle()
            yield rig
    finally:
        cluster.close()
