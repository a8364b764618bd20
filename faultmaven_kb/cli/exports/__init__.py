"""The forms that other tools read: one module for each consumer of `fmkb export`, and `fmkb convert`."""
