"""Training of the reader: from questions with marked answers to a folder that `--reader` takes."""
