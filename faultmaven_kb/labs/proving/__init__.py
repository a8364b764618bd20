"""Proving a runbook: the phases of a trial, many trials, mutations, audits, transcripts."""
