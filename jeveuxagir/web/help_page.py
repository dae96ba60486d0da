"""« Aide »: questions by role, searched word by word on the page itself. The answers are in help.toml."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jeveuxagir.common.text import clean, fold, slugify

LONGEST = 100


@dataclass(frozen=True)
class Question:
    title: str
    answer: str
    link: str = ""
    link_label: str = ""

    @property
    def slug(self) -> str:
        return slugify(self.title, 60)

    def holds(self, words: list[str]) -> bool:
        text = fold(f"{self.title} {self.answer}")
        return all(word in text for word in words)


@dataclass(frozen=True)
class Group:
    title: str
    questions: tuple[Question, ...]

    @property
    def slug(self) -> str:
        return slugify(self.title)


@cache
def groups() -> tuple[Group, ...]:
    """Every question, by who asks it."""
    data = tomllib.loads((Path(__file__).parent / "help.toml").read_text(encoding="utf-8"))
    return tuple(
        Group(group["title"], tuple(Question(**question) for question in group["question"]))
        for group in data["group"]
    )


def matching(text: str) -> list[Group]:
    """The questions that hold every word, plural or not."""
    words = [word.rstrip("s") for word in fold(text).split()]
    kept = [
        replace(group, questions=tuple(q for q in group.questions if q.holds(words))) for group in groups()
    ]
    return [group for group in kept if group.questions]


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    asked = clean(request.GET.get("q", ""))[:LONGEST]
    shown = matching(asked)
    context = {"asked": asked, "groups": shown, "found": sum(len(group.questions) for group in shown)}
    return render(request, "web/help.html", context)
