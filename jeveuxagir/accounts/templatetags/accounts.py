"""`{{ session.user_agent|browser }}`: « Firefox sur Android », not what the browser calls itself."""

from django import template

register = template.Library()

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    name = next((label for mark, label in BROWSERS if mark in user_agent), "Navigateur inconnu")
    system = next((label for mark, label in SYSTEMS if mark in user_agent), "")
    return f"{name} sur {system}" if system else name
