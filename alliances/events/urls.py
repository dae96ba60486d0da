"""Addresses of events: public, one's own, and in the space of an organisation."""

from django.urls import path

from . import public_views, registering_views
from . import space_views as space

app_name = "events"

_ONE = "evenements/<int:pk>-<slug:slug>/"
_SPACE = "espace/<int:pk>-<slug:slug>/evenements/"
_OWN = f"{_SPACE}<int:event_pk>/"

urlpatterns = [
    path("evenements/", public_views.listing, name="list"),
    path("evenements/proposer/", space.propose, name="propose"),
    path("evenements/mon-inscription/<str:token>/", registering_views.ticket, name="ticket"),
    path(_ONE, public_views.public, name="public"),
    path(f"{_ONE}agenda.ics", public_views.calendar, name="calendar"),
    path(f"{_ONE}inscription/", registering_views.register, name="register"),
    path(f"{_ONE}inscription/envoyee/", registering_views.sent, name="sent"),
    path("mon-espace/evenements/", registering_views.mine, name="mine"),
    path("mon-espace/evenements/<int:pk>/annuler/", registering_views.cancel, name="cancel_mine"),
    path(_SPACE, space.events, name="space"),
    path(f"{_SPACE}nouveau/", space.create, name="create"),
    path(_OWN, space.manage, name="manage"),
    path(f"{_OWN}modifier/", space.edit, name="edit"),
    path(f"{_OWN}envoyer/", space.submit, name="submit"),
    path(f"{_OWN}reprendre/", space.take_back, name="take_back"),
    path(f"{_OWN}supprimer/", space.delete, name="delete"),
    path(f"{_OWN}annuler/", space.cancel, name="cancel"),
    path(f"{_OWN}retirer-les-changements/", space.withdraw_edit, name="withdraw_edit"),
    path(f"{_OWN}presences/", space.attendance, name="attendance"),
    path(f"{_OWN}inscriptions/<int:registration_pk>/rendre/", space.strike_off, name="strike_off"),
    path(f"{_OWN}suite/", space.follow_up, name="follow_up"),
    path(f"{_OWN}ecrire/", space.write, name="write"),
    path(f"{_OWN}inscriptions.csv", space.export, name="export"),
]
