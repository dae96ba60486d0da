"""Addresses of needs of means and of instruments: public, and in the space of an organisation."""

from django.urls import path

from . import public_views
from . import space_views as space

app_name = "resources"

_ONE = "moyens/<int:pk>-<slug:slug>/"
_SPACE = "espace/<int:pk>-<slug:slug>/moyens/"
_OWN = f"{_SPACE}<int:need_pk>/"
_PROMISE = f"{_SPACE}contributions/<int:promise_pk>/"

urlpatterns = [
    path("moyens/", public_views.listing, name="list"),
    path("moyens/orienter/", public_views.orient, name="orient"),
    path("moyens/instruments/", public_views.instruments, name="instruments"),
    path("moyens/instruments/<slug:slug>/", public_views.instrument, name="instrument"),
    path("moyens/dire/", space.propose, name="propose"),
    path(_ONE, public_views.public, name="public"),
    path(f"{_ONE}contribuer/", public_views.contribute, name="contribute"),
    path(_SPACE, space.needs, name="space"),
    path(f"{_SPACE}nouveau/", space.create, name="create"),
    path(_OWN, space.manage, name="manage"),
    path(f"{_OWN}modifier/", space.edit, name="edit"),
    path(f"{_OWN}envoyer/", space.submit, name="submit"),
    path(f"{_OWN}reprendre/", space.take_up, name="take_up"),
    path(f"{_OWN}supprimer/", space.delete, name="delete"),
    path(f"{_OWN}retirer-les-changements/", space.withdraw_edit, name="withdraw_edit"),
    path(f"{_OWN}satisfait/", space.meet, name="meet"),
    path(f"{_OWN}fermer/", space.close, name="close"),
    path(f"{_PROMISE}recue/", space.receive, name="receive"),
    path(f"{_PROMISE}abandonner/", space.drop, name="drop"),
]
