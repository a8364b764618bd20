"""Finds the runbook for a symptom, says why, and says when there is none.

The stages, one module each: `terms` (text to terms), `pasted` (what people paste to its signal), `fields` (a runbook's
searchable texts), `index` (BM25 per field), `verdict` (match, ambiguous or none), `evidence` (why), `engine` (all in
order).
"""
