"""The national templates of charters and agreements: TOML files of `data/`, one a version, read once."""

import datetime
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Variant:
    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Article:
    """One article or clause. `locked`: stays as it is, in every version."""

    key: str
    title: str
    guide: str
    variants: Sequence[Variant]
    locked: bool = False

    def variant(self, key: str) -> Variant:
        """The variant of this key, else the first."""
        return next((variant for variant in self.variants if variant.key == key), self.variants[0])


@dataclass(frozen=True)
class Template:
    code: str
    name: str
    kind: str
    reviewed_by: str
    reviewed_on: datetime.date
    articles: Sequence[Article]

    def article(self, key: str) -> Article | None:
        return next((article for article in self.articles if article.key == key), None)

    def blank(self) -> list[dict[str, str]]:
        """The articles of a new version, the first variant of each."""
        return [
            {
                "key": article.key,
                "title": article.title,
                "text": article.variants[0].text,
                "variant": article.variants[0].key,
            }
            for article in self.articles
        ]


def latest(kind: str) -> Template:
    """The newest template of this kind. Raises LookupError when there is none."""
    found = [template for template in all_templates().values() if template.kind == kind]
    if not found:
        raise LookupError(kind)
    return max(found, key=lambda template: (template.reviewed_on, template.code))


def by_code(code: str) -> Template | None:
    return all_templates().get(code)


@lru_cache(maxsize=1)
def all_templates() -> dict[str, Template]:
    return {path.stem: _read(path) for path in sorted(DATA.glob("*.toml"))}


def _read(path: Path) -> Template:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Template(
        code=path.stem,
        name=data["name"],
        kind=data["kind"],
        reviewed_by=data["reviewed_by"],
        reviewed_on=data["reviewed_on"],
        articles=tuple(_article(row) for row in data["articles"]),
    )


def _article(row: dict[str, Any]) -> Article:
    variants = [Variant(one["key"], one["label"], one["text"].strip()) for one in row.get("variants", [])]
    if not variants:
        variants = [Variant("", "", row["text"].strip())]
    return Article(row["key"], row["title"], row.get("guide", ""), tuple(variants), row.get("locked", False))
