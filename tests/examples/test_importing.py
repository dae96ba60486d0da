"""A CSV of another base enters line by line: what is good is public and marked; what is not is told by its line."""

import re
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from alliances.examples import directory, importing
from alliances.examples.models import Example, ImportRun
from alliances.library.enums import State
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from tests import factories as f

pytestmark = pytest.mark.django_db

HEADER = "numero;titre;resume;resultats;cout;pieges;commune;etapes;odd"
GOOD = "7;Un four pour trois villages;Le pain revient.;80 pains.;petit;La cheminée|Le bois;23096;Réparer|Cuire;12"


def read(*lines, encoding="utf-8"):
    report, _run = importing.read("\n".join(lines).encode(encoding), source="Une base", actor=None)
    return report


def only(report):
    assert len(report.refused) == 1, report.refused
    return report.refused[0]


def test_a_good_line_is_public_marked_unread_and_waits_for_the_brigade(client):
    report = read(HEADER, GOOD)
    assert (report.created, report.refused) == (1, [])
    example = Example.objects.get()
    assert example.steps == ["Réparer", "Cuire"]
    assert example.pitfalls == "La cheminée\nLe bois"
    assert (example.size, example.region_id, example.state) == ("moyenne", "75", State.PUBLISHED)
    page = client.get("/bibliotheque/exemples/").content.decode()
    assert "importé, non relu" in page
    assert ModerationItem.objects.open().get(kind="example").department_id == "23"


def test_seen_twice_it_is_one_sheet_brought_up_to_date_until_it_is_read():
    read(HEADER, GOOD)
    assert read(HEADER, GOOD).same == 1
    report = read(HEADER, GOOD.replace("80 pains", "90 pains"))
    assert (report.created, report.updated) == (0, 1)
    example = Example.objects.get()
    assert example.results == "90 pains."
    item = ModerationItem.objects.open().get(kind="example")
    moderation.decide(item, actor=f.make_staff("national"), decision="accept", version=item.version)
    example.refresh_from_db()
    assert example.is_read
    assert read(HEADER, GOOD).same == 1
    example.refresh_from_db()
    assert example.results == "90 pains."


def test_what_the_brigade_does_not_keep_goes_and_does_not_come_back():
    read(HEADER, GOOD)
    item = ModerationItem.objects.open().get(kind="example")
    moderation.decide(
        item, actor=f.make_staff("national"), decision="refuse", reason="Invérifiable", version=item.version
    )
    read(HEADER, GOOD)
    assert Example.objects.get().state == State.ARCHIVED


def test_an_unread_one_never_stands_above_a_read_one():
    read(HEADER, GOOD)
    kept = f.make_example(title="Un four", published_at="2020-01-01T00:00:00Z")
    found = directory.found(directory.Wanted(text="four"))
    assert [one.pk for one in found] == [kept.pk, Example.objects.exclude(pk=kept.pk).get().pk]
    assert Example.objects.exclude(pk=kept.pk).get() not in directory.home_row()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (GOOD.replace(";petit;", ";;"), "Le coût manque"),
        (GOOD.replace("La cheminée|Le bois", ""), "Les pièges manquent"),
        (GOOD.replace("80 pains.", "<script>alert(1)</script>"), "contient du code"),
        (GOOD.replace("Un four", "x" * 200), "dépasse 140 caractères"),
        (GOOD.replace("petit", "immense"), "« immense » n’est pas une valeur de « cout »"),
        (GOOD.replace("23096", "Nulle-Part-sur-Rien"), "Nous ne connaissons pas la commune"),
        (GOOD.replace(";12", ";42"), "ODD sont des numéros"),
        (GOOD + ";de trop", "10 cellules au lieu de 9"),
        (GOOD.replace("7;", ";", 1), "Sans numéro"),
    ],
)
def test_a_bad_line_is_refused_by_its_number_and_the_others_enter(line, said):
    report = read(HEADER, line, GOOD.replace("7;", "8;", 1))
    assert report.created == 1
    number, why = only(report)
    assert number == 2
    assert said in why


def test_a_line_in_another_encoding_is_refused_alone():
    content = HEADER.encode() + b"\n" + GOOD.encode("cp1252") + b"\n" + GOOD.replace("7;", "8;", 1).encode()
    report, _run = importing.read(content, source="Une base", actor=None)
    assert report.created == 1
    assert only(report)[0] == 2
    assert "UTF-8" in only(report)[1]


def test_commas_are_understood_and_a_file_without_its_columns_is_refused_whole():
    assert read(HEADER.replace(";", ","), GOOD.replace(";", ",")).created == 1
    assert "Il manque les colonnes : pieges" in only(read(HEADER.replace("pieges", "autre"), GOOD))[1]
    assert "UTF-16" in only(read(HEADER, GOOD, encoding="utf-16"))[1]
    assert "Il manque les colonnes" in only(read(HEADER.replace(";", "#"), GOOD))[1]
    assert "Il manque les colonnes" in only(read(""))[1]


def test_the_same_number_twice_in_one_file_enters_once():
    report = read(HEADER, GOOD, GOOD)
    assert report.created == 1
    assert only(report) == (3, "Le numéro « 7 » est déjà à la ligne 2.")


def test_a_cell_of_several_lines_keeps_the_numbers_of_lines_right():
    long = GOOD.replace("Le pain revient.", '"Le pain\nrevient."')
    report = read(HEADER, long, GOOD.replace("7;", "8;", 1).replace("petit", ""))
    assert (report.created, only(report)[0]) == (1, 4)


def test_the_command_says_what_entered_and_what_did_not(tmp_path):
    file = tmp_path / "exemples.csv"
    file.write_text(f"{HEADER}\n{GOOD}\n{GOOD}", encoding="utf-8")
    out = StringIO()
    call_command("import_examples", str(file), source="Une base", stdout=out)
    assert "1 nouveaux" in out.getvalue()
    assert "Ligne 3 :" in out.getvalue()


def test_national_staff_bring_a_file_and_read_the_report(client):
    f.sign_in_staff(client, f.make_staff("national"))
    page = client.get("/brigade/exemples/importer/")
    sent = {
        "source": "Une base",
        "nonce": page.context["form"]["nonce"].value(),
        "file": SimpleUploadedFile("exemples.csv", f"{HEADER}\n{GOOD}\n{GOOD}".encode()),
    }
    answer = client.post("/brigade/exemples/importer/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert answer.url == f"/brigade/exemples/importer/{ImportRun.objects.get().pk}/"
    said = re.sub(r"<[^>]+>", " ", client.get(answer.url).content.decode())
    assert "est déjà à la ligne 2" in said
    f.sign_in_staff(client, f.make_staff(department="23"))
    assert client.get("/brigade/exemples/importer/").status_code == 404


# --- helping who fills the file -----------------------------------------------------------------------------------


def test_the_template_enters_as_it_is():
    report, _run = importing.read(importing.template().encode(), source="Un modèle", actor=None)
    assert (report.created, report.refused) == (1, [])


def test_each_column_says_what_it_holds_and_the_values_it_takes(client):
    told = {name: (needed, what) for name, needed, what in importing.columns()}
    assert set(told) == set(importing.COLUMNS)
    assert told["cout"][0]
    assert "petit (de 1" in told["cout"][1]
    assert "entreprises" in told["mondes"][1]
    assert "mecenat" in told["categorie"][1]
    f.sign_in_staff(client, f.make_staff("national"))
    page = client.get("/brigade/exemples/importer/").content.decode()
    assert "quartier-prioritaire" in page
    answer = client.get("/brigade/exemples/importer/modele/")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode() == importing.template()
    queue = client.get("/brigade/textes-a-relire/").content.decode()
    assert "/brigade/exemples/importer/" in queue


def test_a_file_that_cannot_be_read_is_said_to_be_refused_whole(client):
    _report, run = importing.read(b"un;deux\n1;2\n", source="Une base", actor=None)
    assert run.refused_whole
    f.sign_in_staff(client, f.make_staff("national"))
    page = client.get(f"/brigade/exemples/importer/{run.pk}/").content.decode()
    assert "ce fichier ne se lit pas" in page
    assert "ligne refusée" not in page
    assert not importing.read(f"{HEADER}\n{GOOD}\n;;;;;;;;".encode(), source="Autre", actor=None)[
        1
    ].refused_whole
