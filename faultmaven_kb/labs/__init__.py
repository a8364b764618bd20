"""Labs: a runbook is proven when its own commands have fixed a broken real server.

The stages in order: `shell` and `directives` read a fence, `extraction` lists what a runbook executes, `placeholders`
fills it in, `declaration` says how to break the server and how the fault shows, `check` compares the two without
running anything; `builds`, `images`, `sandboxes`, `cgroups`, `locks`, `leftovers`, `machine` and `session` make a
throw-away machine, `phases` takes it from healthy to broken to recovered (`restarts` tells what systemd does by
itself), `runner` does so for many, `proof` keeps the result. `mutation` and `audit` turn the same parts on the lab
itself and on any other runbook.
"""
