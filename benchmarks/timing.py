"""Interleaved timing: what every benchmark here measures with.

The contestants take turns, in another order each round, so that what else the machine does hits
all of them alike; a ratio is the median of the rounds' ratios, never a ratio of two averages.
Beside the wall clock stands the processor time: it shows who used more than one core, and its
ratio is the steadier one on a machine that has other things to do.
"""

from __future__ import annotations

import gc
import importlib.util
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

__all__ = ["Race", "describe_machine", "installed", "race"]


@dataclass(frozen=True)
class Race:
    """The times of contestants that took turns.

    Parameters
    ----------
    seconds, processor_seconds : dict of name -> array (n_rounds,)
        Wall clock and processor time of each turn.
    warm_up : dict of name -> float
        Seconds of the first call, compilation included.
    """

    seconds: dict[str, Any]
    processor_seconds: dict[str, Any]
    warm_up: dict[str, float]

    def median(self, name: str) -> float:
        """Return the median turn in seconds."""
        return float(np.median(self.seconds[name]))

    def spread(self, name: str) -> tuple[float, float]:
        """Return the quartiles of the turns in seconds."""
        low, high = np.percentile(self.seconds[name], [25, 75])
        return float(low), float(high)

    def ratio(self, name: str, base: str) -> float:
        """Return how many times as long as ``base`` a contestant took: median over rounds."""
        return float(np.median(self.seconds[name] / self.seconds[base]))

    def processor_ratio(self, name: str, base: str) -> float:
        """Return the same of the processor times."""
        return float(np.median(self.processor_seconds[name] / self.processor_seconds[base]))

    def cores(self, name: str) -> float:
        """Return processor time over wall time: about 1 for one thread left in peace."""
        return float(self.processor_seconds[name].sum() / self.seconds[name].sum())

    def lines(self, base: str, unit: str, per_turn: float, notes: Mapping[str, str]) -> list[str]:
        """Return a table: time a unit (quartiles), ratios to ``base``, cores, warm-up.

        Parameters
        ----------
        base : str
            The contestant that has the ratio 1.
        unit : str
            What is counted, such as "step".
        per_turn : float
            Units in a turn.
        notes : mapping of name -> str
            What stands at the end of a line: losses, differences.
        """
        width = max(map(len, self.seconds))
        found = [
            f"{'':<{width}}  {'time a ' + unit:>14}  {'quartiles':>19}  "
            f"{'x wall':>7}  {'x cpu':>7}  cores  warm-up"
        ]
        for name in self.seconds:
            low, high = (_time(each / per_turn) for each in self.spread(name))
            found.append(
                f"{name:<{width}}  {_time(self.median(name) / per_turn):>14}  "
                f"{low + ' - ' + high:>19}  {self.ratio(name, base):>7.2f}  "
                f"{self.processor_ratio(name, base):>7.2f}  {self.cores(name):>5.2f}  "
                f"{_time(self.warm_up[name]):>7}  {notes.get(name, '')}".rstrip()
            )
        return found


def race(
    contestants: Mapping[str, Callable[[], Any]], *, n_rounds: int, seconds: float = 60.0
) -> Race:
    """Time each contestant once a round, after one call that does not count.

    Parameters
    ----------
    contestants : mapping of name -> function without arguments
        A turn; it must end when its work is done (wait for what runs elsewhere).
    n_rounds : int
        Rounds, if ``seconds`` suffice; at least three are run.
    seconds : float
        When to stop early.
    """
    names = list(contestants)
    warm_up = {name: _turn(contestants[name])[0] for name in names}
    wall: dict[str, list[float]] = {name: [] for name in names}
    work: dict[str, list[float]] = {name: [] for name in names}
    end = time.perf_counter() + seconds
    for i in range(n_rounds):
        for name in (*names[i % len(names) :], *names[: i % len(names)]):
            spent, busy = _turn(contestants[name])
            wall[name].append(spent)
            work[name].append(busy)
        if i >= 2 and time.perf_counter() > end:
            break
    return Race(
        {name: np.array(times) for name, times in wall.items()},
        {name: np.array(times) for name, times in work.items()},
        warm_up,
    )


def _turn(call: Callable[[], Any]) -> tuple[float, float]:
    """Return wall time and processor time of one call, without the garbage collector."""
    gc.disable()
    try:
        busy, start = time.process_time(), time.perf_counter()
        call()
        return time.perf_counter() - start, time.process_time() - busy
    finally:
        gc.enable()


def installed(*packages: str) -> bool:
    """Say whether packages can be imported; a line tells what is left out where they cannot."""
    missing = [name for name in packages if not _found(name)]
    if missing:
        print(f"({', '.join(missing)} not installed: left out; pip install '.[peers]' brings it)")
    return not missing


def _found(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # blocked
        return False


def describe_machine(packages: Sequence[str]) -> str:
    """Return one line: the interpreter, the processor's kind, the versions in play."""
    found = [f"Python {platform.python_version()}", platform.machine()]
    for name in ("numpy", "numba", *packages):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def _time(seconds: float) -> str:
    units = {"s": 1.0, "ms": 1e3, "us": 1e6}
    unit = next((each for each, factor in units.items() if seconds * factor >= 1.0), "us")
    return f"{seconds * units[unit]:.3g} {unit}"
