"""The history that the brigade reads has words for whatever is recorded, anywhere in the code."""

import ast
from pathlib import Path

from django.apps import apps

from alliances.events.enums import Registered
from alliances.introductions.enums import State as IntroductionState
from alliances.library.sheets import Sheet
from brigades.verbs import VERBS

ROOT = Path(__file__).resolve().parents[2]
RECORDING = {"record", "record_many"}
#: what is recorded under a verb that is made while it runs: file → {source of the verb: verbs}
MADE = {
    "missions/imports.py": {
        "event": [
            *("mission.import_reopened", "mission.import_published", "mission.import_returned"),
            "mission.refused",
        ],
    },
    "missions/skill_needs/services.py": {
        "f'skill_need.{said[verb]}'": [
            *("skill_need.in_talk", "skill_need.agreed", "skill_need.delivered", "skill_need.resumed")
        ],
    },
    "jeveuxagir/accounts/reads.py": {"REACHED": ["reads.quota_reached"]},
    "jeveuxagir/accounts/inactivity.py": {"TOLD": ["person.inactivity_told"]},
    "organisations/services.py": {"verb": ["organisation.left", "organisation.member_removed"]},
    "alliances/introductions/services.py": {
        "f'introduction.{introduction.state}'": [
            f"introduction.{state}"
            for state in IntroductionState.values
            if state not in ("proposed", "accepted")
        ]
    },
    "alliances/indicators/services.py": {"verb": ["indicator.archived", "indicator.taken_up"]},
    "alliances/governance/services.py": {
        "f'decision.{decision.state}'": ["decision.adopted", "decision.rejected"]
    },
    "alliances/examples/importing.py": {"verb": ["example.imported", "example.import_updated"]},
    "alliances/events/services.py": {"fact": ["event.sent_back", "event.refused"]},
    "alliances/events/registering.py": {
        "f'registration.{row.state}'": [
            f"registration.{state}" for state in (Registered.REGISTERED, Registered.WAITING)
        ]
    },
    "alliances/programme/services.py": {"f'pledge.{told}'": ["pledge.to_mend", "pledge.refused"]},
}
SORTS = [model._meta.model_name for model in apps.get_models() if issubclass(model, Sheet)]


def _verbs_of(path: str, said: ast.expr) -> list[str]:
    if isinstance(said, ast.Constant):
        return [said.value]
    if isinstance(said, ast.IfExp):
        return _verbs_of(path, said.body) + _verbs_of(path, said.orelse)
    if isinstance(said, ast.JoinedStr) and "verbs(sheet)" in ast.unparse(said):
        last = said.values[-1]
        assert isinstance(last, ast.Constant)
        return [f"{sort}{last.value}" for sort in SORTS]
    known = MADE.get(path, {}).get(ast.unparse(said))
    assert known is not None, f"{path}: say in MADE which verbs `{ast.unparse(said)}` may be"
    return known


def _recorded(path: Path) -> list[str]:
    name = str(path.relative_to(ROOT))
    verbs = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in RECORDING:
                verbs += _verbs_of(name, node.args[0])
    return verbs


SOURCES = sorted(
    path
    for folder in ("alliances", "brigades", "jeveuxagir", "missions", "organisations", "volunteers")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts and path.parts[-2:] != ("audit", "services.py")
)


def test_nothing_is_recorded_without_words_for_its_history() -> None:
    missing = {verb for path in SOURCES for verb in _recorded(path)} - VERBS.keys()
    assert not missing, "brigades/verbs.py lacks their words"


def test_the_code_was_read() -> None:
    assert sum(len(_recorded(path)) for path in SOURCES) > 400
