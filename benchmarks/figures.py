"""Samples as the few numbers that people compare."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How samples lie."""

    p50: float
    p95: float
    p99: float
    count: int

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """Of two samples or more."""
        cuts = quantiles(samples, n=100, method="inclusive")
        return cls(p50=cuts[49], p95=cuts[94], p99=cuts[98], count=len(samples))

    def __str__(self) -> str:
        return f"{self.p50:8.1f} {self.p95:8.1f} {self.p99:8.1f}"


@dataclass(frozen=True, kw_only=True)
class Aim:
    """A number that was promised, and what became of it."""

    what: str
    measured: float
    #: It must not be larger.
    most: float
    unit: str

    def __str__(self) -> str:
        verdict = "reached" if self.measured <= self.most else "NOT REACHED"
        return f"{self.what:<50} {self.measured:8.2f}  aim <= {self.most:g} {self.unit:<3} {verdict}"


def load() -> str:
    """How busy the machine is: that makes every number worse, and who reads them has to know."""
    return f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
