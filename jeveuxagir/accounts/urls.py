from django.urls import path

from . import retention_views, staff_views, views

app_name = "accounts"

urlpatterns = [
    path("mon-espace/", views.my_space, name="my_space"),
    path("mon-espace/profil/", views.profile, name="profile"),
    path("mon-espace/profil/tuteur/", views.guardian_address, name="guardian_address"),
    path("mon-espace/connexions/<int:pk>/fermer/", views.end_session, name="end_session"),
    path("mon-espace/conditions/", views.accept_terms, name="accept_terms"),
    path("mon-espace/donnees/", views.my_data, name="my_data"),
    path("mon-espace/donnees/exporter/", views.export_data, name="export_data"),
    path("mon-espace/donnees/effacer/", views.erase_account, name="erase_account"),
    path("brigade/equipe/", staff_views.team, name="team"),
    path("brigade/equipe/inviter/", staff_views.invite, name="invite"),
    path("brigade/equipe/<int:pk>/retirer/", staff_views.revoke, name="revoke"),
    path("brigade/equipe/invitations/<int:pk>/renvoyer/", staff_views.resend, name="resend_invitation"),
    path("brigade/equipe/invitations/<int:pk>/annuler/", staff_views.cancel, name="cancel_invitation"),
    path("rejoindre-l-equipe/<str:token>/", staff_views.invitation, name="staff_invitation"),
    path("administration/conservation/", retention_views.kept, name="retention"),
    path("administration/verifications/", retention_views.rules, name="rules"),
    path("tuteur/<str:token>/", views.guardian, name="guardian"),
]
