"""Measurements: one question a file, a ratio against a peer in one run, accuracy beside it.

``python -m benchmarks`` lists them, ``python -m benchmarks NAME [--quick]`` runs one. Peers that
are not installed are left out with a line (``pip install ".[peers]"`` brings them). Times belong
to the machine they were taken on: nothing here is asserted, and no test reads a stopwatch.
"""
