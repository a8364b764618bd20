"""Programs that meet the knowledge base from the other side: alert rules that point at runbooks, retrieval frameworks.

Each module knows one of them; what needs its own package is an extra, and only its users import its module.
"""
