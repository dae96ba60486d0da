"""Sponsorships in the space of either organisation, the days of who comes, and what the law says."""

from django.urls import path, re_path

from . import convention_views, day_views, my_views, statement_views, views

app_name = "sponsorships"

_MECENAT = "espace/<int:pk>-<slug:slug>/mecenat/"
_ALL = f"{_MECENAT}mises-a-disposition/"
_ONE = f"{_ALL}<int:row_pk>/"
_CONVENTION = f"{_ONE}convention/<int:convention_pk>/"
_DAY = f"{_ONE}journees/<int:day_pk>/"
_YEAR = f"{_MECENAT}releve/<int:year>"

urlpatterns = [
    path("mecenat/regles/", views.rules_page, name="rules"),
    path(_ALL, views.every, name="all"),
    path(f"{_ALL}preparer/", views.prepare, name="prepare"),
    path(_ONE, views.one, name="one"),
    path(f"{_ONE}modifier/", views.rework, name="rework"),
    path(f"{_ONE}engager/", views.employer_agree, name="employer_agree"),
    path(f"{_ONE}accepter/", views.association_agree, name="association_agree"),
    path(f"{_ONE}decliner/", views.decline, name="decline"),
    path(f"{_ONE}arreter/", views.break_off, name="break_off"),
    path(f"{_ONE}bilan/", views.debrief, name="debrief"),
    path(f"{_ONE}terminer/", views.close, name="close"),
    path(f"{_ONE}convention/", convention_views.propose, name="propose"),
    path(_CONVENTION, convention_views.convention, name="convention"),
    path(f"{_CONVENTION}pdf/", convention_views.document, name="document"),
    path(f"{_CONVENTION}abandonner/", convention_views.drop, name="drop_convention"),
    path(f"{_ONE}journees/noter/", day_views.log, name="log_day"),
    path(f"{_ONE}journees/valider/", day_views.validate_all, name="validate_days"),
    path(f"{_DAY}valider/", day_views.validate, name="validate_day"),
    path(f"{_DAY}refuser/", day_views.refuse, name="refuse_day"),
    path(f"{_DAY}retirer/", day_views.withdraw, name="withdraw_day"),
    path(f"{_MECENAT}releve/", statement_views.statement, name="statement"),
    path(f"{_YEAR}/pdf/", statement_views.document, name="statement_pdf"),
    path(f"{_YEAR}/csv/", statement_views.table, name="statement_csv"),
    path(f"{_YEAR}/montants/<int:row_pk>/", statement_views.amount, name="amount"),
    path("mon-espace/journees/", my_views.mine, name="mine"),
    re_path(r"^mon-espace/journees/(?P<row_pk>[0-9]{1,12})/noter/$", my_views.log, name="my_log"),
    re_path(
        r"^mon-espace/journees/(?P<row_pk>[0-9]{1,12})/convention/$", my_views.document, name="my_document"
    ),
    re_path(r"^mon-espace/journees/(?P<row_pk>[0-9]{1,12})/pas-moi/$", my_views.unlink, name="my_unlink"),
    re_path(r"^mon-espace/journees/(?P<day_pk>[0-9]{1,12})/retirer/$", my_views.withdraw, name="my_withdraw"),
]
