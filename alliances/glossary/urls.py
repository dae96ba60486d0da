from django.urls import path

from . import views

app_name = "glossary"

urlpatterns = [
    path("", views.listing, name="list"),
    path("<slug:slug>/", views.term, name="term"),
    path("<slug:slug>/contester/", views.contest, name="contest"),
    path("<slug:slug>/contestations/<int:pk>/retirer/", views.withdraw, name="withdraw"),
]
