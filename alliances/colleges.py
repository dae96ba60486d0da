"""From the kind of an organisation to its college."""

from organisations.enums import Kind
from organisations.models import Organisation

from .enums import College

_OF_KIND = {
    Kind.ASSOCIATION: College.ASSOCIATIONS,
    Kind.FOUNDATION: College.ASSOCIATIONS,
    Kind.COMPANY: College.COMPANIES,
    Kind.LOCAL_AUTHORITY: College.PUBLIC,
    Kind.STATE_SERVICE: College.PUBLIC,
    Kind.PUBLIC_BODY: College.PUBLIC,
    Kind.OTHER: College.ASSOCIATIONS,
}
#: Those whose presence makes a common problem ready for an alliance: worlds of organisations, not persons.
OF_ORGANISATIONS = (College.ASSOCIATIONS, College.COMPANIES, College.PUBLIC, College.RESEARCH)


def college_of(organisation: Organisation) -> College:
    """A research body is of research, whatever its kind."""
    return College.RESEARCH if organisation.is_research else _OF_KIND[Kind(organisation.kind)]
