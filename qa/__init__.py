"""Answers from your own documents, each a quote checked in its source."""

__version__ = "0.1.0"
