"""What a proof is: the commands that a runbook executes, the directives above them, and the hash over both.

The gate and the labs share this room; nothing here starts a machine.
"""
