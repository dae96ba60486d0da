"""Who may read a document, and how that changes."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class Reading(TextChoices):
    """Kept to the parties unless they ask otherwise: the brigade reads before anybody else does."""

    PRIVATE = "private", "réservé aux parties"
    PENDING = "pending", "en attente de la brigade"
    PUBLIC = "public", "public"


class FileKind(TextChoices):
    """What a file is, by its content (jeveuxagir.common.file_kinds)."""

    PDF = "pdf", "PDF"
    PNG = "png", "image PNG"
    JPEG = "jpeg", "image JPEG"
    ODT = "odt", "texte OpenDocument"
    ODS = "ods", "tableau OpenDocument"
    DOCX = "docx", "texte Word"
    XLSX = "xlsx", "tableau Excel"


READINGS = Transitions(
    {
        "ask": ([Reading.PRIVATE], Reading.PENDING),
        "publish": ([Reading.PENDING], Reading.PUBLIC),
        "refuse": ([Reading.PENDING], Reading.PRIVATE),
        "withdraw": ([Reading.PENDING, Reading.PUBLIC], Reading.PRIVATE),
    }
)
