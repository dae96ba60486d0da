"""The draft of "Je veux agir": each screen as it was sent, kept in the session until the request is filed."""

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict

from jeveuxagir.accounts.models import AgeMarks, Person
from volunteers.requests.forms import GroupFields

from .forms import SCREENS, Born, Who

_KEY = "request_draft"
SUMMARY = "verification"
#: letters of one value, and of one screen, that a session keeps: more than any field accepts
LONGEST = 2_000
MOST_KEPT = 20_000


class Draft:
    """Screens in order, what was typed on each, and which are right."""

    def __init__(self, http: HttpRequest) -> None:
        self.http = http
        self.typed: dict[str, dict[str, list[str]]] = http.session.get(_KEY, {})
        self.screens: list[type[forms.Form]] = [*SCREENS, *self._last_screen()]

    def _last_screen(self) -> list[type[forms.Form]]:
        user = self.http.user
        if not user.is_authenticated:
            return [Who]
        return [] if user.person.birth_year else [Born]

    @property
    def person(self) -> Person | None:
        user = self.http.user
        return user.person if user.is_authenticated else None

    @property
    def slugs(self) -> list[str]:
        return [screen.slug for screen in self.screens] + [SUMMARY]  # type: ignore[attr-defined]

    def screen(self, slug: str) -> type[forms.Form] | None:
        return next((screen for screen in self.screens if screen.slug == slug), None)  # type: ignore[attr-defined]

    def keep(self, slug: str, data: QueryDict) -> None:
        self.typed[slug] = {}
        size = 0
        for name, values in data.lists():
            kept = [value[:LONGEST] for value in values]
            size += len(name) + sum(map(len, kept))
            if name != "csrfmiddlewaretoken" and size <= MOST_KEPT:
                self.typed[slug][name] = kept
        self.http.session[_KEY] = self.typed

    def forget(self) -> None:
        self.http.session.pop(_KEY, None)

    def form(self, screen: type[forms.Form], *, just_sent: bool = False) -> forms.Form:
        """The screen as it was left; unbound when it was never sent. Bots are held off when it is sent, once."""
        slug = screen.slug  # type: ignore[attr-defined]
        extra: dict[str, Any] = {"person": self.person} if issubclass(screen, GroupFields) else {}
        if slug not in self.typed:
            if "commune" in screen.base_fields and self.person is not None:
                extra["initial"] = {"commune": self.person.commune}  # typing is dear: what is known is there
            return screen(**extra)
        data = QueryDict(mutable=True)
        for name, values in self.typed[slug].items():
            data.setlist(name, values)
        if just_sent and screen is Who:
            return Who(data, request=self.http)
        return screen(data, **extra)

    def first_wrong(self) -> str | None:
        """The first screen that still misses something; None when all is right."""
        for screen in self.screens:
            form = self.form(screen)
            if not form.is_valid():
                return screen.slug  # type: ignore[attr-defined]
        return None

    def checked(self) -> list[forms.Form]:
        """Every screen, valid."""
        checked = [self.form(screen) for screen in self.screens]
        for form in checked:
            form.is_valid()
        return checked

    def ages(self, checked: list[forms.Form]) -> AgeMarks:
        for form in checked:
            born: Any = form.cleaned_data.get("birth_date")
            if born:
                marks = Person()
                marks.set_birth_date(born)
                return marks
        user = self.http.user
        return user.person if user.is_authenticated else Person()

    def after(self, slug: str) -> str:
        slugs = self.slugs
        return slugs[slugs.index(slug) + 1]

    def before(self, slug: str) -> str | None:
        position = self.slugs.index(slug)
        return self.slugs[position - 1] if position else None
