"""Run one benchmark, on one thread, or list them: ``python -m benchmarks [NAME [options]]``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "NPROC": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
}
"""Read once, when the libraries load: they must be set before Python starts."""
_STARTED = "MINIXAI_BENCHMARK_STARTED"


def names() -> list[str]:
    """Return the names of all benchmarks, sorted."""
    asking = [path for path in FOLDER.glob("*.py") if path.stem not in ("timing",)]
    return sorted(path.stem for path in asking if not path.stem.startswith("_"))


def question(name: str) -> str:
    """Return the question that a benchmark answers: the first line of its docstring."""
    text = import_module(f"benchmarks.{name}").__doc__ or ""
    return text.strip().split("\n\n")[0].replace("\n", " ")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark named first, or list all; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help"):
        print("python -m benchmarks NAME [--quick] [--help]\n")
        width = max(map(len, names()))
        for name in names():
            print(f"  {name:<{width}}  {question(name)}")
        return 0
    name, *rest = given
    if name not in names():
        print(f"There is no benchmark {name!r}: choose from {', '.join(names())}.", file=sys.stderr)
        return 2
    if os.environ.get(_STARTED) != "1":
        environment = {**os.environ, **ONE_THREAD, _STARTED: "1"}
        command = [sys.executable, "-m", "benchmarks", *given]
        return subprocess.run(command, env=environment, check=False).returncode
    import_module(f"benchmarks.{name}").main(rest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
