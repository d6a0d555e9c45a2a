"""Benchmarks: every figure is a ratio against a baseline of the same run, or has a target that it is held to.

python -m tests.bench                  # all of them
python -m tests.bench publish latency  # some of them
python -m tests.bench --write          # and put the figures into docs/benchmarks.md
"""
