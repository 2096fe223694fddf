"""XML of strangers: no entity is expanded, nothing is fetched, depth and size are bounded."""

from __future__ import annotations

from typing import Any

from qa.readers.unreadable import Unreadable


def parse_xml(data: bytes, what: str) -> Any:
    """Parse XML and return its root; ``what`` names it in the reason.

    Entities that a document declares are left unexpanded, so that none grows ("billion laughs")
    or reads a file; libxml2 refuses elements nested deeper than 256.

    Raises:
        Unreadable: it is no XML.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"damaged: {what} is no XML ({error})") from None
