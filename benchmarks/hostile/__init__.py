"""What the worst permitted files cost: `python -m benchmarks.hostile` measures it, the modules make the files."""
