"""Addresses of the API. Whatever is not one of them answers in the API's own shape."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path

from . import event_feeds, feeds, means_feeds, own_views, schema, views
from .errors import nothing_here

app_name = "api"

urlpatterns = [
    path("api/", schema.page, name="documentation"),
    path("api/v1/", views.Index.as_view(), name="index"),
    path("api/v1/openapi.json", schema.openapi, name="openapi"),
    path("api/v1/missions/", views.Missions.as_view(), name="missions"),
    path("api/v1/missions/<int:pk>/", views.MissionDetail.as_view(), name="mission"),
    path("api/v1/organisations/", views.Organisations.as_view(), name="organisations"),
    path("api/v1/organisations/<int:pk>/", views.OrganisationDetail.as_view(), name="organisation"),
    path("api/v1/alliances/", views.Alliances.as_view(), name="alliances"),
    path("api/v1/alliances/<int:pk>/", views.AllianceDetail.as_view(), name="alliance"),
    path("api/v1/skill-needs/", views.SkillNeeds.as_view(), name="skill_needs"),
    path("api/v1/skill-needs/<int:pk>/", views.SkillNeedDetail.as_view(), name="skill_need"),
    path("api/v1/challenges/", views.Challenges.as_view(), name="challenges"),
    path("api/v1/challenges/<int:pk>/", views.ChallengeDetail.as_view(), name="challenge"),
    path("api/v1/events/", views.Events.as_view(), name="events"),
    path("api/v1/events/<int:pk>/", views.EventDetail.as_view(), name="event"),
    path("api/v1/resource-needs/", views.ResourceNeeds.as_view(), name="resource_needs"),
    path("api/v1/resource-needs/<int:pk>/", views.ResourceNeedDetail.as_view(), name="resource_need"),
    path("api/v1/instruments/", views.Instruments.as_view(), name="instruments"),
    path("api/v1/instruments/<slug:slug>/", views.InstrumentDetail.as_view(), name="instrument"),
    path("api/v1/glossary/", views.Glossary.as_view(), name="glossary"),
    path("api/v1/glossary/<slug:slug>/", views.GlossaryTerm.as_view(), name="glossary_term"),
    path("api/v1/measures/", views.Measures.as_view(), name="measures"),
    path("api/v1/measures/<int:pk>/", views.MeasureDetail.as_view(), name="measure"),
    path("api/v1/examples/", views.Examples.as_view(), name="examples"),
    path("api/v1/examples/<int:pk>/", views.ExampleDetail.as_view(), name="example"),
    path("api/v1/methods/", views.Methods.as_view(), name="methods"),
    path("api/v1/methods/<int:pk>/", views.MethodDetail.as_view(), name="method"),
    path("api/v1/tools/", views.Tools.as_view(), name="tools"),
    path("api/v1/tools/<int:pk>/", views.ToolDetail.as_view(), name="tool"),
    path("api/v1/territoires/communes/", views.Communes.as_view(), name="communes"),
    path("api/v1/territoires/communes/<str:code>/", views.CommuneDetail.as_view(), name="commune"),
    path("api/v1/territoires/departements/", views.Departments.as_view(), name="departments"),
    path("api/v1/territoires/regions/", views.Regions.as_view(), name="regions"),
    path("api/v1/vocabulaires/domaines/", views.Domains.as_view(), name="domains"),
    path("api/v1/vocabulaires/activites/", views.Activities.as_view(), name="activities"),
    path("api/v1/vocabulaires/competences/", views.Skills.as_view(), name="skills"),
    path("api/v1/vocabulaires/odd/", views.Sdgs.as_view(), name="sdgs"),
    path("api/v1/vocabulaires/categories/", views.Categories.as_view(), name="categories"),
    path("api/v1/vocabulaires/fonctions/", views.Functions.as_view(), name="functions"),
    path("api/v1/own/", own_views.Index.as_view(), name="own"),
    path("api/v1/own/offers/", own_views.Offers.as_view(), name="own_offers"),
    path("api/v1/own/offers/<int:pk>/", own_views.OfferDetail.as_view(), name="own_offer"),
    path("api/v1/own/sponsorships/", own_views.Sponsorships.as_view(), name="own_sponsorships"),
    path("api/v1/own/sponsorships/<int:pk>/", own_views.SponsorshipDetail.as_view(), name="own_sponsorship"),
    path("api/v1/own/sponsorships/<int:pk>/days/", own_views.Days.as_view(), name="own_days"),
    path("api/v1/own/statements/<int:year>/", own_views.YearStatement.as_view(), name="own_statement"),
    path(
        "api/v1/own/statements/<int:year>/csv/", own_views.StatementTable.as_view(), name="own_statement_csv"
    ),
    path("flux/missions.atom", feeds.atom, name="atom"),
    path("flux/besoins.atom", feeds.skill_needs_atom, name="skill_needs_atom"),
    path("flux/exemples.atom", feeds.examples_atom, name="examples_atom"),
    path("flux/bibliotheque.atom", feeds.library_atom, name="library_atom"),
    path("flux/territoires/<slug:code>.atom", feeds.territory, name="territory_atom"),
    path("flux/domaines/<slug:code>.atom", feeds.domain, name="domain_atom"),
    path("flux/missions.ics", feeds.diary, name="diary"),
    path("flux/evenements.atom", event_feeds.atom, name="events_atom"),
    path("flux/evenements.ics", event_feeds.diary, name="events_diary"),
    path("flux/moyens.atom", means_feeds.atom, name="resource_needs_atom"),
    path("flux/missions.xml", feeds.partners, name="partners"),
    re_path(r"^api/v1/[\s\S]*$", login_not_required(nothing_here), name="nothing"),
]
