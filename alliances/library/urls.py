from django.urls import path, re_path

from . import kit_views, maturity_views, views, writing_views
from .models import Method, Network, Resource

app_name = "library"

_ONE = "<int:pk>-<slug:slug>/"
_OWN = "proposer/<slug:sort>/<int:pk>/"

urlpatterns = [
    path("", views.home, name="home"),
    path("interets/<slug:interest>/", views.interest, name="interest"),
    path("reseaux/", views.networks, name="networks"),
    path(f"reseaux/{_ONE}", views.network, name="network"),
    path(f"reseaux/{_ONE}historique/", views.history(Network), name="network_history"),
    path("kit/", kit_views.listing, name="kit"),
    path("kit/<slug:code>/", kit_views.sheet, name="kit_sheet"),
    path("kit/<slug:code>.pdf", kit_views.document, name="kit_document"),
    path("maturite/", maturity_views.ask, name="maturity"),
    path("maturite/suivi/", maturity_views.mine, name="assessments"),
    path("maturite/suivi/<int:pk>/", maturity_views.assessment, name="assessment"),
    path("maturite/suivi/<int:pk>/effacer/", maturity_views.forget, name="forget_assessment"),
    path("proposer/", writing_views.propose, name="propose"),
    path("proposer/<slug:sort>/", writing_views.new, name="new"),
    path(f"{_OWN}corriger/", writing_views.correct, name="correct"),
    path(f"{_OWN}retirer/", writing_views.withdraw, name="withdraw"),
    path(f"{_OWN}faire/<slug:verb>/", writing_views.act, name="act"),
    path(f"{_OWN}<slug:step>/", writing_views.page, name="write"),
    path(f"methodes/{_ONE}", views.method, name="method"),
    path(f"methodes/{_ONE}historique/", views.history(Method), name="method_history"),
    path(f"methodes/{_ONE}dans-mon-alliance/", views.to_alliance, name="to_alliance"),
    path(f"outils/{_ONE}", views.resource, name="resource"),
    path(f"outils/{_ONE}historique/", views.history(Resource), name="resource_history"),
    re_path(r"^(?P<shelf>methodes|donnees|outils|competences)/$", views.shelf, name="shelf"),
]
