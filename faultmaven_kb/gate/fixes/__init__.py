"""Edits that correct findings: applied, checked against what they were meant to change, and refused otherwise."""
