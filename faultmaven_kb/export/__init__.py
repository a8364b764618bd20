"""Ways out of the library: one module per consumer, each a function from runbooks to that consumer's own form.

`agent_text`, `chunks`, `markdown_text`, `runbook_markdown`, `draft` and `extras` are shared; every other module knows
one consumer and imports none of its neighbours, except `conversion`, which is the table of target forms.
"""
