"""From what is seen, and what is not, to causes across runbooks, and to the step that distinguishes them.

It orders and explains; it never claims a diagnosis. The stages, one module each: `observation` (what was looked at),
`statements` (how far two short texts say the same), `mentions` (where a text names a cause), `findings` (what a step's
result says about causes), `solutions` (which solution answers a cause), `weighing` (the rule, numbers only), `values`
(what comes back), `engine` (all in order). The rule is explained in docs/explanation/differential.md.
"""
