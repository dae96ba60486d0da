"""« Indicateurs » in the space of an alliance."""

from django.urls import path

from alliances.urls import SPACE

from . import views

app_name = "indicators"

_ALL = f"{SPACE}indicateurs/"
_ONE = f"{_ALL}<int:indicator_pk>/"
_VALUE = f"{_ONE}valeurs/<int:value_pk>/"
_RESULT = f"{_ALL}resultats/<int:result_pk>/"

urlpatterns = [
    path(_ALL, views.dictionary, name="dictionary"),
    path(f"{_ALL}ajouter/", views.define, name="define"),
    path(f"{_ALL}resultats/", views.results, name="results"),
    path(f"{_ALL}resultats/ajouter/", views.note_result, name="note_result"),
    path(f"{_RESULT}compter/", views.claim, name="claim"),
    path(f"{_RESULT}ne-plus-compter/", views.unclaim, name="unclaim"),
    path(_ONE, views.indicator, name="indicator"),
    path(f"{_ONE}valeurs.csv", views.values_file, name="values_file"),
    path(f"{_ONE}modifier/", views.edit, name="edit"),
    path(f"{_ONE}arreter/", views.archive, name="archive"),
    path(f"{_ONE}reprendre/", views.take_over, name="take_over"),
    path(f"{_ONE}saisir/", views.enter, name="enter"),
    path(f"{_VALUE}corriger/", views.correct, name="correct"),
    path(f"{_VALUE}avis/", views.review, name="review"),
]
