"""The command line: arguments in, values out, no logic. One module per command, imported when it is called.

Exit codes: 0 clean or found, 1 findings or nothing found, 2 wrong usage or configuration, 3 internal error.
"""
