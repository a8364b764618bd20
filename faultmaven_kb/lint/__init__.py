"""The validation gate: rules in families, one visible tuple of rules (`rules`), and the engine that runs them.

`rule` says what a rule is; `text`, `yaml`, `fields`, `sections` and `base` are the families RB0xx to RB8xx.
"""
