"""Charters and agreements in an alliance's space, the charter that anybody may take, and the page that checks."""

from django.urls import path

from alliances.urls import SPACE

from . import adoption_views, obligation_views, verify_views, views, writing_views

app_name = "texts"

_TEXTS = f"{SPACE}textes/"
_TEXT = f"{_TEXTS}<int:text_pk>/"
_VERSION = f"{_TEXTS}versions/<int:version_pk>/"
_OBLIGATION = f"{_TEXTS}obligations/<int:obligation_pk>/"

urlpatterns = [
    path(f"{SPACE}charte/", views.charter, name="charter"),
    path(f"{SPACE}conventions/", views.agreements, name="agreements"),
    path(_TEXT, views.text, name="text"),
    path(f"{_TEXT}nouvelle-version/", writing_views.new_version, name="new_version"),
    path(_VERSION, views.version, name="version"),
    path(f"{_VERSION}changements/", views.differences, name="differences"),
    path(f"{_VERSION}article/<slug:article>/", writing_views.article, name="article"),
    path(f"{_VERSION}article/<slug:article>/<slug:way>/", writing_views.move_article, name="move_article"),
    path(f"{_VERSION}ajouter-un-article/", writing_views.add_article, name="add_article"),
    path(f"{_VERSION}resume/", writing_views.summary, name="summary"),
    path(f"{_VERSION}faire/<slug:verb>/", writing_views.act, name="act"),
    path(f"{_VERSION}commenter/<slug:article>/", writing_views.comment, name="comment"),
    path(f"{_TEXTS}commentaires/<int:comment_pk>/traiter/", writing_views.resolve, name="resolve"),
    path(f"{_VERSION}adopter/", adoption_views.adopt, name="adopt"),
    path(f"{_VERSION}document/", adoption_views.document, name="document"),
    path(f"{_VERSION}obligations/", obligation_views.obligations, name="obligations"),
    path(f"{_OBLIGATION}retirer/", obligation_views.remove, name="remove_obligation"),
    path(f"{_OBLIGATION}etat/", obligation_views.settle, name="settle_obligation"),
    path("alliances/<int:pk>-<slug:slug>/charte.pdf", adoption_views.public_document, name="public_document"),
    path("verifier/", verify_views.verify, name="verify"),
]
