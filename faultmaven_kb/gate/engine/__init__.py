"""Runs the rules: over one document, over a base, against a baseline and against the state before a change."""
