"""What does a training step cost beside PyTorch, scikit-learn and JAX?

Two networks, Adam, binary cross-entropy, float32, one thread: 3-64-32-1 in batches of 32 (all
overhead) and 512-1024-512-1 in batches of 256 (all arithmetic). Every contestant sees the same
rows in the same order; all but scikit-learn, which draws its own, start from the same weights.

minixai runs what ``fit`` runs, a kernel that walks many mini-batches; its whole ``fit`` stands on
a line of its own. JAX has a whole epoch in one jitted ``lax.scan`` with Adam written out (and
donated buffers), PyTorch is eager with its default Adam and again with its fused one.
The loss after all rounds stands beside each time: a fast wrong step is worth nothing.

``--without-scipy`` times minixai alone in fresh processes, by turns with and without SciPy (or,
with ``--python``, in another environment that has none): the times should be the same.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.timing import Race, describe_machine, installed, race
from minixai.neural import MLPClassifier
from minixai.optim.optimizers import start_optimizer
from minixai.optim.training import flatten

RATE = 1e-3
OURS = "minixai"


@dataclass(frozen=True)
class Case:
    """A network, a batch size and how much is done in a turn."""

    widths: tuple[int, ...]
    batch_size: int
    n_batches: int
    n_rounds: int

    @property
    def title(self) -> str:
        """Return the widths and the batch size in words."""
        return f"{'-'.join(map(str, self.widths))}, batch {self.batch_size}"


CASES = (Case((3, 64, 32, 1), 32, 256, 40), Case((512, 1024, 512, 1), 256, 8, 25))
QUICK = (Case((3, 64, 32, 1), 32, 16, 3), Case((16, 32, 16, 1), 64, 4, 3))
Contestant = tuple[Callable[[], Any], Callable[[], float]]
"""A turn of ``n_batches`` steps, and the mean loss of the last one."""


@dataclass(frozen=True)
class Problem:
    """Rows, labels and the weights to start from, float32."""

    X: Any
    y: Any
    weights: list[Any]
    biases: list[Any]


def make_problem(case: Case) -> Problem:
    """Draw labelled rows and starting weights, the same for all contestants."""
    rng = np.random.default_rng(0)
    n_rows, width = case.batch_size * case.n_batches, case.widths[0]
    X = rng.standard_normal((n_rows, width)).astype(np.float32)
    score = X @ rng.standard_normal(width) / np.sqrt(width) + np.sin(3.0 * X[:, 0])
    y = (score + 0.5 * rng.standard_normal(n_rows) > 0).astype(np.int64)
    weights, biases = [], []
    for n_in, n_out in zip(case.widths[:-1], case.widths[1:], strict=True):
        limit = np.sqrt(6.0 / (n_in + n_out))
        weights.append(rng.uniform(-limit, limit, (n_in, n_out)).astype(np.float32))
        biases.append(np.zeros(n_out, np.float32))
    return Problem(X, y, weights, biases)


def minixai_model(case: Case, problem: Problem) -> Any:
    """Return our classifier with the given first weights."""
    named = {}
    for i, (weight, bias) in enumerate(zip(problem.weights, problem.biases, strict=True)):
        named[f"layers.{i}.weight"], named[f"layers.{i}.bias"] = weight, bias
    model = MLPClassifier(
        case.widths[1:-1], batch_size=case.batch_size, learning_rate=RATE, n_epochs=1, shuffle=False
    )
    return model.with_parameters(named)


def minixai_steps(case: Case, problem: Problem) -> Contestant:
    """Walk the mini-batches as ``fit`` does, in chunks of the trainer's own size."""
    model = minixai_model(case, problem)
    trainer = model.trainer(problem.X, problem.y)
    state = start_optimizer("adam", flatten(model.parameters()))
    order = np.arange(len(problem.X))
    losses = [np.nan]

    def turn() -> None:
        total = 0.0
        for start in range(0, len(order), trainer.rows_per_call):
            part = order[start : start + trainer.rows_per_call]
            total += trainer.run_epoch(part, state, RATE) * len(part)
        losses[0] = total / len(order)

    return turn, lambda: losses[0]


def minixai_fit(case: Case, problem: Problem) -> Contestant:
    """Call the public ``fit`` for one epoch: checks, copies and bookkeeping included."""
    model = minixai_model(case, problem).set_params(warm_start=True)

    def turn() -> None:
        model.fit(problem.X, problem.y)

    return turn, lambda: float(model.loss_curve_[-1])


def pytorch_steps(case: Case, problem: Problem, fused: bool) -> Contestant:
    """Train eagerly: zero the gradients, forward, loss, backward, step."""
    import torch

    torch.set_num_threads(1)
    layers: list[Any] = []
    for weight, bias in zip(problem.weights, problem.biases, strict=True):
        dense = torch.nn.Linear(*weight.shape)
        with torch.no_grad():
            dense.weight.copy_(torch.from_numpy(weight.T.copy()))
            dense.bias.copy_(torch.from_numpy(bias))
        layers += [dense, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True if fused else None)
    criterion = torch.nn.BCEWithLogitsLoss()
    X = torch.from_numpy(problem.X)
    y = torch.from_numpy(problem.y.astype(np.float32)[:, None])
    batches = list(zip(X.split(case.batch_size), y.split(case.batch_size), strict=True))
    losses = [np.nan]

    def turn() -> None:
        found = []
        for rows, labels in batches:
            optimizer.zero_grad()
            loss = criterion(model(rows), labels)
            loss.backward()
            optimizer.step()
            found.append(loss.detach())
        losses[0] = float(torch.stack(found).mean())

    return turn, lambda: losses[0]


def jax_steps(case: Case, problem: Problem) -> Contestant:
    """Run an epoch as one jitted scan; Adam by hand over the tree of parameters."""
    import jax
    import jax.numpy as jnp

    n_in = case.widths[0]
    X = jnp.asarray(problem.X).reshape(case.n_batches, case.batch_size, n_in)
    y = jnp.asarray(problem.y.astype(np.float32)).reshape(case.n_batches, case.batch_size)
    parameters = [
        (jnp.array(weight), jnp.array(bias))
        for weight, bias in zip(problem.weights, problem.biases, strict=True)
    ]

    def mean_loss(parameters: Any, rows: Any, labels: Any) -> Any:
        for weight, bias in parameters[:-1]:
            rows = jax.nn.relu(rows @ weight + bias)
        z = (rows @ parameters[-1][0] + parameters[-1][1])[:, 0]
        return jnp.mean(jnp.maximum(z, 0) - z * labels + jnp.log1p(jnp.exp(-jnp.abs(z))))

    def step(carry: Any, batch: Any) -> Any:
        parameters, first, second, t = carry
        loss, slope = jax.value_and_grad(mean_loss)(parameters, *batch)
        t = t + 1.0
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slope)
        second = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, second, slope)
        size, root = RATE / (1.0 - 0.9**t), 1.0 / jnp.sqrt(1.0 - 0.999**t)
        parameters = jax.tree.map(
            lambda p, m, s: p - size * m / (jnp.sqrt(s) * root + 1e-8), parameters, first, second
        )
        return (parameters, first, second, t), loss

    epoch = jax.jit(lambda carry, X, y: jax.lax.scan(step, carry, (X, y)), donate_argnums=0)
    zeros = [(jnp.zeros_like(weight), jnp.zeros_like(bias)) for weight, bias in parameters]
    carry = [(parameters, zeros, jax.tree.map(jnp.copy, zeros), jnp.float32(0.0))]
    losses = [np.nan]

    def turn() -> None:
        carry[0], found = epoch(carry[0], X, y)
        jax.block_until_ready(carry[0])
        losses[0] = float(found.mean())

    return turn, lambda: losses[0]


def scikit_learn_steps(case: Case, problem: Problem) -> Contestant:
    """Call ``partial_fit`` on all rows: one epoch of mini-batches in their order."""
    from sklearn.neural_network import MLPClassifier as Theirs

    model = Theirs(
        case.widths[1:-1],
        alpha=0.0,
        batch_size=case.batch_size,
        learning_rate_init=RATE,
        shuffle=False,
        random_state=0,
    )

    def turn() -> None:
        model.partial_fit(problem.X, problem.y, classes=[0, 1])

    return turn, lambda: float(model.loss_)


def contestants(case: Case, alone: bool = False) -> dict[str, Contestant]:
    """Return all that can run here, each with its own copy of the problem."""
    problem = make_problem(case)
    found = {OURS: minixai_steps(case, problem)}
    if alone:
        return found
    found["minixai, whole fit"] = minixai_fit(case, problem)
    if installed("torch"):
        found["PyTorch"] = pytorch_steps(case, problem, fused=False)
        found["PyTorch, fused"] = pytorch_steps(case, problem, fused=True)
    if installed("sklearn"):
        found["scikit-learn"] = scikit_learn_steps(case, problem)
    if installed("jax"):
        found["JAX scan"] = jax_steps(case, problem)
    return found


def compare(case: Case, seconds: float) -> dict[str, Any]:
    """Race all contestants on one network and print the table."""
    runners = contestants(case)
    result = race(
        {name: turn for name, (turn, _) in runners.items()},
        n_rounds=case.n_rounds,
        seconds=seconds,
    )
    losses = {name: loss() for name, (_, loss) in runners.items()}
    n_epochs = 1 + len(result.seconds[OURS])
    print(f"\n{case.title}: {case.n_batches} steps a turn, loss after {n_epochs} epochs")
    notes = {name: f"loss {loss:.5f}" for name, loss in losses.items()}
    print("\n".join(result.lines(OURS, "step", case.n_batches, notes)))
    return {
        "ratios": {name: result.ratio(name, OURS) for name in runners},
        "seconds": {name: result.median(name) / case.n_batches for name in runners},
        "losses": losses,
    }


def alone(cases: Sequence[Case]) -> list[float]:
    """Time minixai by itself; return the median seconds a step of each case."""
    found = []
    for case in cases:
        turn, _ = contestants(case, alone=True)[OURS]
        times: Race = race({OURS: turn}, n_rounds=20 * case.n_rounds, seconds=4.0)
        found.append(times.median(OURS) / case.n_batches)
    return found


def compare_without_scipy(
    cases: Sequence[Case], quick: bool, other_python: str | None, n_rounds: int
) -> dict[str, Any]:
    """Start fresh processes by turns with SciPy and without, and print both and the ratio."""
    options = ["--alone", *(["--quick"] if quick else [])]
    blocked = [sys.executable, "-c", _BLOCKING]
    bare = blocked if other_python is None else [other_python, "-m", "benchmarks.training_step"]
    commands = {"with": [sys.executable, "-m", "benchmarks.training_step"], "without": bare}
    times: dict[str, list[list[float]]] = {name: [] for name in commands}
    for i in range(n_rounds + 1):  # the first round may compile
        for name, command in list(commands.items())[:: 1 if i % 2 else -1]:
            output = subprocess.run([*command, *options], stdout=subprocess.PIPE, check=True).stdout
            if i > 0:
                times[name].append(json.loads(output))
    found = {}
    print(f"\nwithout SciPy ({'blocked' if other_python is None else other_python}):")
    for i, case in enumerate(cases):
        having, lacking = (np.array(times[name])[:, i] for name in ("with", "without"))
        found[case.title] = ratio = float(np.median(lacking / having))
        print(
            f"  {case.title}: {np.median(having) * 1e6:.4g} us a step with SciPy, "
            f"{np.median(lacking) * 1e6:.4g} us without, ratio {ratio:.3f} "
            f"(median of {n_rounds} pairs of processes)"
        )
    return found


_BLOCKING = (
    "import sys; sys.modules['scipy'] = None; "
    "from benchmarks.training_step import main; main(sys.argv[1:])"
)


def main(arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Run the benchmark; return its ratios and losses by case."""
    parser = argparse.ArgumentParser(prog="benchmarks training_step", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, for a look at the output")
    parser.add_argument("--without-scipy", action="store_true", help="minixai with and without it")
    parser.add_argument("--python", help="interpreter of an environment without SciPy")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of processes")
    parser.add_argument("--seconds", type=float, default=60.0, help="most time for a network")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    cases = QUICK if options.quick else CASES
    if options.alone:
        print(json.dumps(alone(cases)))
        return {}
    print(describe_machine(["torch", "scikit-learn", "jax", "scipy"]))
    if options.without_scipy or options.python:
        n_rounds = 1 if options.quick else options.rounds
        return compare_without_scipy(cases, options.quick, options.python, n_rounds)
    return {case.title: compare(case, options.seconds) for case in cases}


if __name__ == "__main__":
    main()
