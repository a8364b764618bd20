"""The formats of a report of findings, one module each."""
