"""What every server of a knowledge base needs, whatever protocol it speaks.

`live_base` follows the files, `workers` does what may take long in separate processes, `guard` decides who may ask
and how much, `problems` words what is refused, `running` listens. Nothing here knows an endpoint or a tool.
"""
