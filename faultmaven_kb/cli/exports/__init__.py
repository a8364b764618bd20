"""One module for each consumer of `fmkb export`."""
