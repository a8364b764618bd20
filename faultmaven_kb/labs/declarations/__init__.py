"""Reading labs: the declaration, its schema, the plan that joins it to a runbook, and checks that need no machine."""
