from django.urls import path, re_path

from . import contact, finding, help_page, how_we_match, sitemaps, territories, views, vocabulary

app_name = "web"

_CODE, _SLUG = "(?P<code>[0-9A-Z]{1,5})", "(?P<slug>[-a-z0-9]{1,100})"
_CODE_OF_EPCI = "(?P<code>[0-9]{9})"

urlpatterns = [
    path("", views.home, name="home"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("comment-nous-rapprochons/", how_we_match.how_we_match, name="how_we_match"),
    path(
        "comment-nous-rapprochons/competences/",
        how_we_match.how_we_match_skills,
        name="how_we_match_skills",
    ),
    path("aide/", help_page.help_page, name="help"),
    path("confidentialite/", views.privacy, name="privacy"),
    path("conditions-utilisation/", views.terms_of_use, name="terms"),
    path("conditions-utilisation/<slug:version>/", views.terms_of_use, name="terms_version"),
    path("contact/", contact.contact, name="contact"),
    path("contact/envoye/", contact.sent, name="contact_sent"),
    path("j-ai-un-besoin/", views.needs, name="needs"),
    path("mentions-legales/", views.legal, name="legal"),
    path("plan-du-site/", views.site_map, name="site_map"),
    path("recherche/", finding.find, name="find"),
    path("recherche/suggestions/", finding.suggest, name="find_suggestions"),
    path("territoires/", territories.index, name="territories"),
    re_path(rf"^territoires/regions/{_CODE}-{_SLUG}/$", territories.region, name="region"),
    re_path(rf"^territoires/departements/{_CODE}-{_SLUG}/$", territories.department, name="department"),
    re_path(rf"^territoires/epci/{_CODE_OF_EPCI}-{_SLUG}/$", territories.epci, name="epci"),
    re_path(rf"^territoires/communes/{_CODE}-{_SLUG}/$", territories.commune, name="commune"),
    path("reperes/", vocabulary.index, name="vocabulary"),
    path("odd/", vocabulary.sdgs, name="sdgs"),
    path("odd/<int:number>-<slug:slug>/", vocabulary.sdg, name="sdg"),
    path("categories-de-partenariat/", vocabulary.categories, name="categories"),
    path("categories-de-partenariat/<slug:code>/", vocabulary.category, name="category"),
    path("fonctions-de-catalyseur/", vocabulary.functions, name="functions"),
    path("fonctions-de-catalyseur/<slug:code>/", vocabulary.function, name="function"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("sitemap.xml", sitemaps.index, name="sitemaps"),
    path("sitemap-<slug:section>.xml", sitemaps.section, name="sitemap"),
]
