"""The guard itself: a write on GET fails, a lock or a write on POST does not."""

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import RequestFactory

from tests.factories import make_user
from tests.support.read_only import GetChangesNothing, WroteOnGet

pytestmark = pytest.mark.django_db


def answer(method, view):
    def respond(request):
        view()
        return HttpResponse("ok")

    return GetChangesNothing(respond)(getattr(RequestFactory(), method)("/"))


def write():
    make_user()


def change():
    get_user_model().objects.filter(email="x").update(email="y")


def remove():
    get_user_model().objects.filter(email="x")._raw_delete("default")


@pytest.mark.parametrize("view", [write, change, remove])
@pytest.mark.parametrize("method", ["get", "head"])
def test_any_write_on_get_is_refused(method, view):
    with pytest.raises(WroteOnGet):
        answer(method, view)


def test_a_lock_is_not_a_write():
    answer("get", lambda: list(get_user_model().objects.select_for_update()))


def test_posts_write():
    assert answer("post", write).status_code == 200


def test_the_guard_is_on_for_the_whole_suite(settings):
    assert settings.MIDDLEWARE[0] == "tests.support.read_only.GetChangesNothing"
