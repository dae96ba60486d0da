"""The shape of the house, checked by machine: what import contracts cannot say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.registries import personal_data

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("jeveuxagir", "organisations", "volunteers", "missions", "alliances", "brigades")
#: the files at the edge: they read through scoped querysets and write through services
EDGE = re.compile(r"(^|_)(views|admin|forms|api|exports|panels)\.py$|^(admin|views)$")
#: querysets that begin with whose rows they are
SCOPED = {
    *("of_person", "of_user", "visible_to", "public", "told_to_organisation", "told_to_owner", "none"),
    "of_alliance",
    "of_organisation",
}


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def is_edge(path: Path) -> bool:
    return bool(EDGE.search(path.name)) or path.parent.name in ("admin", "views")


def our_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        if not model._meta.auto_created and not model._meta.proxy:
            yield model


def foreign_keys_to_people(model: type[models.Model]) -> set[str]:
    return {
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.OneToOneField)
        and field.remote_field.model in (Person, User)
    }


def tagged_fields(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.local_fields if getattr(field, "is_personal", False)}


# --- personal data --------------------------------------------------------------------------------------------

#: libraries' own links to a user, which hold nothing of ours
NOT_OURS = {"admin.LogEntry"}


@pytest.mark.parametrize(
    "model", sorted(our_models(), key=lambda m: m._meta.label), ids=lambda m: m._meta.label
)
def test_the_registry_knows_every_link_to_a_person_and_every_personal_field(
    model: type[models.Model],
) -> None:
    label = model._meta.label
    keys, fields = foreign_keys_to_people(model), tagged_fields(model)
    if (not keys and not fields) or label in NOT_OURS:
        return
    assert label in personal_data, f"register {label} in personal_data.py: {sorted(keys | fields)}"
    entry = personal_data[label]
    assert keys <= set(entry.person_fields) | set(entry.fields), "links to a person are missing"
    assert fields <= set(entry.fields), "personal fields are missing"


def test_the_registry_names_only_what_exists() -> None:
    for label, entry in personal_data.items():
        model = apps.get_model(label)
        assert entry.model == label
        names = {field.name for field in model._meta.get_fields()}
        assert set(entry.fields) <= names, label
        assert set(entry.person_fields) - {"person"} <= names, label


# --- who reads and who writes ---------------------------------------------------------------------------------


def personal_tables() -> set[str]:
    """Class names of the tables that are about somebody."""
    return {
        model.__name__
        for model in our_models()
        if tagged_fields(model) or any(f.remote_field.model is Person for f in _keys(model))
    }


def _keys(model: type[models.Model]) -> list[models.ForeignKey]:
    return [f for f in model._meta.local_fields if isinstance(f, models.ForeignKey | models.OneToOneField)]


def test_the_edge_reads_personal_tables_only_through_scoped_querysets() -> None:
    found = []
    tables = personal_tables()
    for path in filter(is_edge, sources()):
        tree = ast.parse(path.read_text())
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Attribute) and node.attr == "objects"):
                continue
            if not (isinstance(node.value, ast.Name) and node.value.id in tables):
                continue
            step = parents.get(node)
            if not (isinstance(step, ast.Attribute) and step.attr in SCOPED):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value.id}.objects")
    assert not found, "\n".join(found)


WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete", "save"}
#: what may be saved at the edge: sessions, drafts kept in the session, forms and bytes
NOT_ROWS = re.compile(r"session|form|draft|image|archive|request\.user\.backend|super")


def test_the_edge_writes_only_through_services() -> None:
    found = []
    for path in filter(is_edge, sources()):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in WRITES and not NOT_ROWS.search(ast.unparse(node.func.value)):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}")
    assert not found, "\n".join(found)


def test_services_and_policies_know_no_http() -> None:
    """`request: HttpRequest` is allowed where a service signs somebody in; nothing else of django.http is."""
    found = []
    for path in sources():
        named = path.parent.name if path.parent.name == "services" else path.stem
        if named not in ("services", "policies", "models", "enums"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module in ("django.shortcuts", "django.views"):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.ImportFrom) and node.module == "django.http":
                names = {alias.name for alias in node.names} - {"HttpRequest"}
                found += [f"{path.relative_to(ROOT)}:{node.lineno} {name}" for name in names]
    assert not found, "\n".join(found)


def test_models_and_policies_send_nothing_and_wake_nobody() -> None:
    found = []
    for path in sources():
        if path.name not in ("models.py", "policies.py", "enums.py"):
            continue
        text = path.read_text()
        for word in (".delay(", "apply_async", "send_mail", "notifications.services"):
            if word in text:
                found.append(f"{path.relative_to(ROOT)}: {word}")
    assert not found, "\n".join(found)


def test_the_broker_is_woken_in_one_place_only() -> None:
    """A wake never retries and never fails a request (common/wake.py); a task has no countdown and no ETA."""
    found = []
    for path in sources():
        if path in (ROOT / "jeveuxagir/common/wake.py", ROOT / "jeveuxagir/celery.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in (
                "delay",
                "apply_async",
                "send_task",
                "signature",
            ):
                if isinstance(node.value, ast.Name) and node.value.id == "inspect":
                    continue
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
            if isinstance(node, ast.keyword) and node.arg in ("eta", "countdown"):
                found.append(f"{path.relative_to(ROOT)}:{node.value.lineno} {node.arg}")
    assert not found, "\n".join(found)


# --- templates ------------------------------------------------------------------------------------------------

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/(ld\+)?json)|<style[\s>]|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:",
    re.IGNORECASE,
)
#: an HTML mail has no stylesheet to link to
MAILS = ROOT / "templates" / "emails"


def templates() -> Iterator[Path]:
    for folder in [ROOT / "templates", *(ROOT / package for package in PACKAGES)]:
        for path in sorted(folder.rglob("*.html")):
            if MAILS not in path.parents:
                yield path


def test_no_page_has_inline_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in templates()
        for match in INLINE.finditer(path.read_text())
    ]
    assert not found, "\n".join(found)


def test_nothing_a_person_typed_is_marked_safe() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in templates()
        if re.search(r"\|\s*safe\b|autoescape off", path.read_text())
    ]
    assert not found, "\n".join(found)


def test_no_page_and_no_mail_writes_a_day_past_the_helper() -> None:
    """Django's `date` filter writes « 1 octobre »; ours (ui.dates) « 1er octobre »."""
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "templates").rglob("*.*")
        if path.suffix in {".html", ".txt"}
        for match in re.finditer(r"\|\s*date:\"[^\"]*\b[jd] [FMNb]", path.read_text())
    ]
    found += [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sources()
        for match in re.finditer(r"date_format\([^)]*[jd] [FMNb]", path.read_text())
    ]
    assert not found, "\n".join(found)


#: RFC 8058: the reader of mail posts there without a session
WITHOUT_TOKEN = {"stop.html"}


def test_every_form_that_posts_carries_its_token() -> None:
    found = []
    for path in templates():
        for form in re.findall(
            r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL | re.IGNORECASE
        ):
            if "csrf_token" not in form and path.name not in WITHOUT_TOKEN:
                found.append(f"{path.relative_to(ROOT)}: {form[:80]}")
    assert not found, "\n".join(found)


# --- what must not leave this machine -------------------------------------------------------------------------


def test_no_setting_reads_a_secret_from_the_code() -> None:
    production = (ROOT / "jeveuxagir" / "settings" / "production.py").read_text()
    assert re.search(r'SECRET_KEY = env\("SECRET_KEY"\)', production)
