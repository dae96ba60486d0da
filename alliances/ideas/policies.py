"""Who may do what to an idea: its author reads and withdraws it, the brigade of its department answers it."""

from jeveuxagir.accounts.models import Person, User, actor_person_id

from .models import Idea


def is_author(actor: User | Person | None, idea: Idea) -> bool:
    return idea.person_id is not None and actor_person_id(actor) == idea.person_id
