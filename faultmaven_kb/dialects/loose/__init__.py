"""Forms that no label introduces: lists, tables, questions, procedures, and what a page holds beside its parts."""
