"""A network in the space of an organisation, and the link of an invitation."""

from django.urls import path

from . import views

app_name = "networks"

_SPACE = "espace/<int:pk>-<slug:slug>/reseau/"

urlpatterns = [
    path("reseaux/invitation/<str:token>/", views.invitation, name="invitation"),
    path(_SPACE, views.space, name="space"),
    path(f"{_SPACE}inviter/", views.invite, name="invite"),
    path(f"{_SPACE}inviter/adresse/", views.invite_by_mail, name="invite_by_mail"),
    path(f"{_SPACE}invitations/<int:invitation_pk>/annuler/", views.cancel_mail, name="cancel_mail"),
    path(f"{_SPACE}besoins/", views.needs, name="needs"),
    path(f"{_SPACE}chiffres/", views.figures, name="figures"),
    path(f"{_SPACE}modeles/", views.templates, name="templates"),
    path(f"{_SPACE}modeles/nouveau/", views.new_template, name="new_template"),
    path(f"{_SPACE}modeles/<int:template_pk>/", views.template, name="template"),
    path(f"{_SPACE}modeles/<int:template_pk>/retirer/", views.retire_template, name="retire_template"),
    path(f"{_SPACE}<int:affiliation_pk>/<slug:verb>/", views.act, name="act"),
]
