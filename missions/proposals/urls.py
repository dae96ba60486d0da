"""Requests and their proposals, under /demandes/; the confirmation of an address."""

from django.urls import path

from . import views

app_name = "proposals"

urlpatterns = [
    path("demandes/nouvelle/", views.new, name="new"),
    path("demandes/nouvelle/<slug:slug>/", views.screen, name="screen"),
    path("demandes/envoyee/", views.sent, name="sent"),
    path("demandes/lien/<str:token>/", views.by_link, name="by_link"),
    path("demandes/<int:pk>/", views.request_page, name="request"),
    path("demandes/<int:pk>/modifier/", views.edit, name="edit"),
    path("demandes/<int:pk>/autres/", views.others, name="others"),
    path("demandes/<int:pk>/pause/", views.pause, name="pause"),
    path("demandes/<int:pk>/reprendre/", views.resume, name="resume"),
    path("demandes/<int:pk>/prolonger/", views.renew, name="renew"),
    path("demandes/<int:pk>/retirer/", views.withdraw, name="withdraw"),
    path("demandes/<int:pk>/propositions/<int:proposal>/accepter/", views.accept, name="accept"),
    path("demandes/<int:pk>/propositions/<int:proposal>/refuser/", views.decline, name="decline"),
    path("mon-espace/demandes/", views.mine, name="mine"),
    path("confirmer/<str:token>/", views.confirm, name="confirm"),
]
