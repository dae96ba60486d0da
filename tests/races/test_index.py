"""The index of the site is written beside the facts, and in nobody's way."""

import threading

from django.db import connection, transaction

from jeveuxagir.findable import services
from tests import factories as f


def test_who_writes_a_fact_never_waits_for_the_writer_of_the_index(committed_db):
    """The queue takes a line while another transaction empties it, and a second writer leaves it to the first."""
    mission = f.make_mission()
    services.note("mission", [str(mission.pk)])
    emptied, noted = threading.Event(), threading.Event()
    seen = {}

    def writer():
        with transaction.atomic():
            services.refresh()
            emptied.set()
            seen["noted"] = noted.wait(10)
        connection.close()

    thread = threading.Thread(target=writer)
    thread.start()
    assert emptied.wait(10)
    with transaction.atomic():
        services.note("mission", [str(mission.pk)])
    assert services.refresh() == 0, "one writer at a time"
    noted.set()
    thread.join(10)
    assert seen == {"noted": True}
    assert services.refresh() == 1
