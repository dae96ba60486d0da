"""How an alliance is steered, under `/alliances/<pk>-<slug>/espace/`."""

from django.urls import path

from alliances.urls import SPACE

from . import decision_views, meeting_views, role_views, task_views

app_name = "governance"

_MEETING = f"{SPACE}reunions/<int:meeting_pk>/"
_DECISION = f"{SPACE}decisions/<int:decision_pk>/"
_FUNCTION = f"{SPACE}qui-fait-quoi/<int:function_pk>/"

urlpatterns = [
    path(f"{SPACE}reunions/", meeting_views.meetings, name="meetings"),
    path(f"{SPACE}reunions/nouvelle/", meeting_views.convene, name="convene"),
    path(_MEETING, meeting_views.meeting, name="meeting"),
    path(f"{_MEETING}agenda.ics", meeting_views.calendar_file, name="calendar"),
    path(f"{_MEETING}repondre/", meeting_views.answer, name="answer_meeting"),
    path(f"{_MEETING}modifier/", meeting_views.change, name="change_meeting"),
    path(f"{_MEETING}annuler/", meeting_views.cancel, name="cancel_meeting"),
    path(f"{_MEETING}compte-rendu/", meeting_views.minutes, name="minutes"),
    path(f"{SPACE}decisions/", decision_views.decisions, name="decisions"),
    path(f"{SPACE}decisions/nouvelle/", decision_views.propose, name="propose"),
    path(f"{SPACE}decisions/tiers-de-confiance/<int:party_pk>/", decision_views.third, name="third"),
    path(_DECISION, decision_views.decision, name="decision"),
    path(f"{_DECISION}voix/<int:party_pk>/", decision_views.vote, name="vote"),
    path(f"{_DECISION}retirer/", decision_views.withdraw, name="withdraw"),
    path(f"{SPACE}actions/", task_views.tasks, name="tasks"),
    path(f"{SPACE}actions/nouvelle/", task_views.give, name="give"),
    path(f"{SPACE}actions/<int:task_pk>/", task_views.task, name="task"),
    path(f"{SPACE}qui-fait-quoi/", role_views.matrix, name="roles"),
    path(f"{SPACE}qui-fait-quoi/commencer/", role_views.start, name="start_roles"),
    path(f"{SPACE}qui-fait-quoi/ajouter/", role_views.add, name="add_function"),
    path(f"{SPACE}qui-fait-quoi/document.pdf", role_views.document, name="roles_pdf"),
    path(_FUNCTION, role_views.function, name="function"),
    path(f"{_FUNCTION}retirer/", role_views.drop, name="drop_function"),
]
