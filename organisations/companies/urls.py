"""The « Mécénat » part of an employer's space, joining one's employer, and one's own employers."""

from django.urls import path

from . import views

app_name = "companies"

_SPACE = "espace/<int:pk>-<slug:slug>/mecenat/"

urlpatterns = [
    path(f"{_SPACE}personnes/", views.people, name="people"),
    path(f"{_SPACE}personnes/<int:employee>/retirer/", views.end, name="end"),
    path(f"{_SPACE}acces/", views.access, name="access"),
    path(f"{_SPACE}acces/domaines/", views.declare_domain, name="declare_domain"),
    path(f"{_SPACE}acces/domaines/<int:mail_domain>/retirer/", views.release_domain, name="release_domain"),
    path(f"{_SPACE}acces/codes/", views.make_code, name="make_code"),
    path(f"{_SPACE}acces/codes/<int:code>/retirer/", views.revoke_code, name="revoke_code"),
    path(f"{_SPACE}acces/inviter/", views.invite, name="invite"),
    path(f"{_SPACE}sites/", views.sites, name="sites"),
    path(f"{_SPACE}sites/<int:site>/", views.site, name="site"),
    path(f"{_SPACE}sites/<int:site>/fermer/", views.close_site, name="close_site"),
    path("mecenat/domaine/<str:token>/", views.confirm_domain, name="confirm_domain"),
    path("mecenat/rejoindre/", views.join, name="join"),
    path("mecenat/rejoindre/<int:organisation>/", views.join_by_domain, name="join_by_domain"),
    path("mon-espace/employeurs/", views.mine, name="mine"),
    path("mon-espace/employeurs/<int:employee>/", views.choose, name="choose"),
    path("mon-espace/employeurs/<int:employee>/partir/", views.leave, name="leave"),
]
