from django.urls import path

from . import views

app_name = "statements"

urlpatterns = [
    path("", views.listing, name="list"),
    path("nouveau/", views.new, name="new"),
    path("<int:pk>/", views.public, name="public"),
    path("<int:pk>/retirer/", views.withdraw, name="withdraw"),
]
