"""The rules, one module for each family. A rule is one generator and one entry in its module's `RULES`."""
