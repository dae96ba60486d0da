from django.urls import path

from . import views

app_name = "challenges"

_ONE = "<int:pk>-<slug:slug>/"

urlpatterns = [
    path("", views.listing, name="list"),
    path("nouveau/", views.new, name="new"),
    path(_ONE, views.public, name="public"),
    path(f"{_ONE}modifier/", views.edit, name="edit"),
    path(f"{_ONE}envoyer/", views.submit, name="submit"),
    path(f"{_ONE}reprendre/", views.take_back, name="take_back"),
    path(f"{_ONE}fermer/", views.close, name="close"),
    path(f"{_ONE}nous-aussi/", views.support, name="support"),
    path(f"{_ONE}nous-aussi/<int:support_pk>/dire/", views.renew_support, name="renew_support"),
    path(f"{_ONE}nous-aussi/<int:support_pk>/mots/", views.remove_words, name="remove_words"),
    path(f"{_ONE}nous-aussi/<int:support_pk>/retirer/", views.withdraw_support, name="withdraw_support"),
    path(f"{_ONE}alliance/", views.start, name="start"),
]
