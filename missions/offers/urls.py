"""The public entry of the mécénat, the offers that associations read, and those an employer writes."""

from django.urls import path, re_path

from . import space_views, views

app_name = "offers"

_SPACE = "espace/<int:pk>-<slug:slug>/mecenat/"

urlpatterns = [
    path("mecenat/", views.entry, name="entry"),
    path("mecenat/offres/", views.offers, name="list"),
    path("mecenat/offres/<int:pk>-<slug:slug>/", views.page, name="page"),
    path("mecenat/offres/<int:pk>/suspendre/", views.suspend, name="suspend"),
    path("mecenat/offres/<int:pk>/retablir/", views.lift, name="lift"),
    path(_SPACE, space_views.offers, name="space"),
    path(f"{_SPACE}offres/nouvelle/", space_views.create, name="create"),
    path(f"{_SPACE}offres/<int:offer_pk>/", space_views.manage, name="manage"),
    path(f"{_SPACE}offres/<int:offer_pk>/relire/", space_views.review, name="review"),
    re_path(
        r"^espace/(?P<pk>[0-9]{1,12})-(?P<slug>[-a-zA-Z0-9_]+)/mecenat/offres/(?P<offer_pk>[0-9]{1,12})/"
        r"(?P<section>temps|competences|ou)/$",
        space_views.edit,
        name="edit",
    ),
    path(f"{_SPACE}offres/<int:offer_pk>/envoyer/", space_views.submit, name="submit"),
    path(f"{_SPACE}offres/<int:offer_pk>/reprendre/", space_views.take_back, name="take_back"),
    path(f"{_SPACE}offres/<int:offer_pk>/pause/", space_views.pause, name="pause"),
    path(f"{_SPACE}offres/<int:offer_pk>/rouvrir/", space_views.resume, name="resume"),
    path(f"{_SPACE}offres/<int:offer_pk>/terminer/", space_views.end, name="end"),
]
