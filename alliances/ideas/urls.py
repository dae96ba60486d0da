from django.urls import path

from . import views

app_name = "ideas"

urlpatterns = [
    path("nouvelle/", views.new, name="new"),
    path("envoyee/", views.sent, name="sent"),
    path("<int:pk>/", views.mine, name="mine"),
    path("<int:pk>/exemple/", views.tell, name="tell"),
    path("<int:pk>/retirer/", views.withdraw, name="withdraw"),
]
