"""The rules of what a runbook consists of: RB3xx to RB5xx."""
