"""Addresses of skill needs: public, and in the space of an association."""

from django.urls import path

from . import passing_views, views
from . import space_views as space

app_name = "skill_needs"

SPACE = "espace/<int:pk>-<slug:slug>/besoins/"

urlpatterns = [
    path("besoins/", views.listing, name="list"),
    path("besoins/<int:pk>-<slug:slug>/", views.public, name="public"),
    path(
        "espace/<int:pk>-<slug:slug>/reseau/besoins/<int:need_pk>/transmettre/",
        passing_views.pass_on,
        name="pass_on",
    ),
    path(SPACE, space.needs, name="space"),
    path(f"{SPACE}nouveau/", space.create, name="create"),
    path(f"{SPACE}<int:need_pk>/", space.manage, name="manage"),
    path(f"{SPACE}<int:need_pk>/relire/", space.review, name="review"),
    path(f"{SPACE}<int:need_pk>/envoyer/", space.submit, name="submit"),
    path(f"{SPACE}<int:need_pk>/reprendre/", space.take_back, name="take_back"),
    path(f"{SPACE}<int:need_pk>/effacer/", space.discard, name="discard"),
    path(f"{SPACE}<int:need_pk>/fait/", space.finish, name="finish"),
    path(f"{SPACE}<int:need_pk>/retirer/", space.give_up, name="give_up"),
    path(f"{SPACE}<int:need_pk>/rouvrir/", space.reopen, name="reopen"),
    path(f"{SPACE}<int:need_pk>/retirer-les-changements/", space.withdraw_edit, name="withdraw_edit"),
    path(f"{SPACE}<int:need_pk>/modifier/<slug:section>/", space.edit, name="edit"),
]
