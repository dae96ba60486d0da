from django.urls import path

from . import views

app_name = "programme"

_PLEDGE = "mesures/<int:number>/engagements/<int:pk>/"

urlpatterns = [
    path("rapport/", views.report, name="report"),
    path("rapport/<slug:chantier>/", views.chantier, name="chantier"),
    path("rapport/<slug:chantier>/<slug:item>/", views.item, name="item"),
    path("mesures/", views.measures, name="measures"),
    path("mesures/mesures.csv", views.spreadsheet, name="spreadsheet"),
    path("mesures/preuves.atom", views.feed, name="feed"),
    path("mesures/engagements/", views.pledges, name="pledges"),
    path("mesures/<int:number>/", views.measure, name="measure"),
    path("mesures/<int:number>/engagements/nouveau/", views.new_pledge, name="new_pledge"),
    path(_PLEDGE, views.pledge, name="pledge"),
    path(f"{_PLEDGE}modifier/", views.edit_pledge, name="edit_pledge"),
    path(f"{_PLEDGE}retirer/", views.withdraw_pledge, name="withdraw_pledge"),
    path(f"{_PLEDGE}nouvelles/", views.give_news, name="give_news"),
    path(f"{_PLEDGE}terminer/", views.close_pledge, name="close_pledge"),
]
