"""One command measures every number that README and docs quote: ``python -m benchmarks``."""
