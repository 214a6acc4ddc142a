"""Use cases, in straight lines: ask, decide, write. Knows the ports, never the parts behind them."""
