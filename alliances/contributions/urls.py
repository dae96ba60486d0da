"""« Moyens » in the space of an alliance: what each party brings, and the funding plan."""

from django.urls import path

from alliances.urls import SPACE

from . import views

app_name = "contributions"

_MEANS = f"{SPACE}moyens/"
_ONE = f"{_MEANS}<int:contribution_pk>/"
_FUNDING = f"{_MEANS}financement/"
_LINE = f"{_FUNDING}<int:line_pk>/"

urlpatterns = [
    path(_MEANS, views.means, name="means"),
    path(f"{_MEANS}ajouter/", views.add, name="add"),
    path(f"{_MEANS}contributions.csv", views.contributions_file, name="contributions_file"),
    path(f"{_MEANS}financement.csv", views.funding_file, name="funding_file"),
    path(_ONE, views.contribution, name="contribution"),
    path(f"{_ONE}modifier/", views.edit, name="edit"),
    path(f"{_ONE}abandonner/", views.drop, name="drop"),
    path(f"{_ONE}reprendre/", views.resume, name="resume"),
    path(f"{_ONE}apports/<int:delivery_pk>/retirer/", views.undo_delivery, name="undo_delivery"),
    path(f"{_FUNDING}ajouter/", views.ask, name="ask"),
    path(_LINE, views.line, name="line"),
    path(f"{_LINE}<slug:verb>/", views.move_line, name="move_line"),
]
