"""What always holds of documents; `manage.py check_invariants` asks it, after a restore too."""

from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from jeveuxagir.common import private_files
from jeveuxagir.common.registries import Invariant, invariants

from .models import FileVersion, SharedDocument, Shelf


def _without_bytes() -> list[str]:
    kept = {name for name, _at in private_files.kept_names()}
    stored = FileVersion.objects.order_by("pk").values_list("pk", "stored")
    return [f"version {pk}" for pk, name in stored.iterator() if name not in kept]


def _wrong_room() -> object:
    total = (
        FileVersion.objects.filter(document__alliance=OuterRef("alliance"))
        .order_by()
        .values("document__alliance")
        .annotate(total=Sum("size"))
        .values("total")
    )
    return Shelf.objects.annotate(total=Coalesce(Subquery(total), 0)).exclude(used=F("total"))


def register() -> None:
    invariants.register(
        "shared_documents.bytes", Invariant("Chaque version d’un document a son fichier.", _without_bytes)
    )
    invariants.register(
        "shared_documents.room",
        Invariant(
            "La place prise par les documents d’une alliance est la somme de leurs fichiers.", _wrong_room
        ),
    )
    invariants.register(
        "shared_documents.versions",
        Invariant(
            "Chaque document a une version au moins.",
            lambda: SharedDocument.objects.filter(versions=None),
        ),
    )
