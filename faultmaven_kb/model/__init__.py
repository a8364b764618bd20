"""The typed runbook and its surroundings: metadata, the result of reading, schemas, the template of a new one."""
