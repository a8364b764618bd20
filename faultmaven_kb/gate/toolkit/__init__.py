"""What rules are made of: the model of a rule, the parts of a runbook as written, precautions, reordering edits."""
