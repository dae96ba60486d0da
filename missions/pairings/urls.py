"""In the space of an organisation, whichever side it is; and what the brigade proposes."""

from django.urls import path

from . import views

app_name = "pairings"

_SPACE = "espace/<int:pk>-<slug:slug>/rapprochements/"

urlpatterns = [
    path("besoins/<int:need_pk>/rapprocher/", views.by_brigade, name="by_brigade"),
    path(_SPACE, views.of_organisation, name="of_organisation"),
    path(f"{_SPACE}<int:pairing_pk>/", views.one, name="one"),
    path(f"{_SPACE}<int:pairing_pk>/retirer/", views.withdraw, name="withdraw"),
    path(f"{_SPACE}offre/<int:offer_pk>/", views.for_offer, name="for_offer"),
    path(f"{_SPACE}besoin/<int:need_pk>/", views.for_need, name="for_need"),
    path(f"{_SPACE}aider/<int:need_pk>/", views.help_need, name="help_need"),
    path(f"{_SPACE}demander/<int:need_pk>/<int:offer_pk>/", views.ask_offer, name="ask_offer"),
]
