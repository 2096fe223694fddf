"""What a person, or a script, sees: terminal, plain text, JSON, progress.

Importing any module here costs no rich: it is imported by the functions that draw.
"""
