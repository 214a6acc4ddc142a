"""The process: daemon, scheduler, workers, control channel, web."""
