"""A report on an evaluation: one HTML page for a browser, without a network.

The page carries its script (d3 and Observable Plot, as released, and our own) and its data. What
documents and questions say is data that becomes text nodes; nothing of it is ever read as markup.
Should it be after all, the page's policy runs only the scripts whose digests it names, and lets
nothing be fetched or sent.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from qa import __version__
from qa.evaluation.report_data import report_data
from qa.storage import replace_atomically, storing

if TYPE_CHECKING:
    from pathlib import Path

    from qa.evaluation.nouns import Evaluation

_FOLDER = "page"
_VENDORED = ("vendor/d3.min.js", "vendor/plot.min.js")
_OURS = ("page.js", "charts.js", "cases.js")
_MARK = re.compile(r"\{(policy|generator|title|style|data|scripts)\}")
_NOT_IN_JSON = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028"}
_NOT_IN_JSON |= {"\u2029": "\\u2029"}


def write_report(evaluation: Evaluation, path: Path, title: str = "Evaluation") -> None:
    """Write the report of an evaluation, at once.

    Raises:
        StorageError: the file can't be written.
    """
    # A surrogate can only be half of an undecodable byte; as an escape JSON takes it.
    data = page(evaluation, title).encode("utf-8", "backslashreplace")
    with storing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_atomically(path, data)


def page(evaluation: Evaluation, title: str = "Evaluation") -> str:
    """The report's HTML; the same evaluation gives the same page."""
    style = _asset("style.css")
    scripts = [_asset(name) for name in (*_VENDORED, *_OURS)]
    parts = {
        "policy": _policy(style, scripts),
        "generator": f"qa {__version__}",
        "title": html.escape(title.encode("utf-8", "replace").decode()),
        "style": style,
        "data": as_script_data(report_data(evaluation)),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
    }
    # In one pass: what is put in is not looked through for marks again.
    return _MARK.sub(lambda match: parts[match[1]], _asset("page.html"))


def as_script_data(value: object) -> str:
    """JSON that stands in a script element and can't end it, whatever its texts hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda match: _NOT_IN_JSON[match[0]], text)


def _policy(style: str, scripts: list[str]) -> str:
    allowed = " ".join(_digest(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_digest(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    path = files("qa.evaluation").joinpath(_FOLDER, name)
    return path.read_text(encoding="utf-8")
