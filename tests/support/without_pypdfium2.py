"""Imported by a process that reads files: from then on pypdfium2 is not installed there."""

from __future__ import annotations

import sys

sys.modules["pypdfium2"] = None
