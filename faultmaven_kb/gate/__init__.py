"""The validation gate, from the ground up: a folder imports only from those before it.

`settings`: what may be set. `facts`: what is known of a document. `hazards`: what can do harm. `toolkit`: what rules
are made of. `rules`: one module for each family, and the `catalogue` of all rules. `configuration`: the
file of settings. `engine`: runs the rules. `fixes`: applies the edits that correct findings.
"""
