"""How a base lies in its file: the container with its arrays, and what a segment of it holds.

`container` knows the file and its checksums, `sections` and `strings` its arrays as numpy sees them, `records` what is
kept of a runbook, `segment_writer` and `segment` the arrays of one segment.
"""
