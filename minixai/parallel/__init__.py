"""How work is spread: one engine for threads on one machine and for more."""

from minixai.parallel.engine import as_engine
from minixai.parallel.threads import Threads

__all__ = ["Threads", "as_engine"]
