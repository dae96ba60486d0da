"""The reference data of the whole site, loaded in one call: places and vocabularies."""

from typing import Any

from django.db import connection as default_connection

from alliances.glossary import reference as glossary
from alliances.library import reference as library
from alliances.programme import reference as programme
from jeveuxagir.taxonomies import reference as taxonomies
from jeveuxagir.territories import reference as territories
from missions.resources import reference as instruments


def load_reference(connection: Any = default_connection, *, sheets: bool = True) -> bool:
    """Load what is missing or of another vintage. Safe to call again; True if places were written.

    `sheets`: also the methods, tools and networks that come with the product, which live in tables of their domain.
    """
    written = territories.load(connection, taxonomies.load(connection))
    glossary.load(connection)
    programme.load(connection)
    instruments.load(connection)
    if sheets:
        library.load(connection.alias)
    return written
