"""What can do harm in a runbook: destructive commands, credentials, and addresses of real networks."""
