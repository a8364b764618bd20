"""The words of the field: what they mean, how they are misspelt, how rare they are; tables are data beside the code."""
