"""« Documents » in the space of an alliance; what is public under the alliance's page; what staff are asked to read."""

from django.urls import path

from alliances.urls import SPACE

from . import views

app_name = "shared_documents"

_ALL = f"{SPACE}documents/"
_ONE = f"{_ALL}<int:document_pk>/"

urlpatterns = [
    path(_ALL, views.documents, name="documents"),
    path(f"{_ALL}ajouter/", views.add, name="add"),
    path(_ONE, views.document, name="document"),
    path(f"{_ONE}modifier/", views.edit, name="edit"),
    path(f"{_ONE}nouvelle-version/", views.add_version, name="add_version"),
    path(f"{_ONE}version-<int:number>/", views.file, name="file"),
    path(f"{_ONE}publier/", views.ask_publication, name="ask_publication"),
    path(f"{_ONE}ne-plus-publier/", views.withdraw_publication, name="withdraw_publication"),
    path(f"{_ONE}supprimer/", views.remove, name="remove"),
    path(
        "alliances/<int:pk>-<slug:slug>/documents/<int:document_pk>/", views.public_file, name="public_file"
    ),
    path("alliances/documents/a-relire/<int:document_pk>/", views.review, name="review"),
]
