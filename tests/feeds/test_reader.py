"""Bytes → missions: encodings, broken and hostile files, lines."""

from pathlib import Path

import pytest

from missions.feeds import reader
from missions.feeds.reader import Unreadable
from tests.feeds.builders import PROLOG, feed, mission, write


def nodes(path: Path, content: str | bytes) -> list[reader.Node]:
    write(path, content)
    reader.check(path)
    return list(reader.missions(path))


def refusal(path: Path, content: str | bytes) -> Unreadable:
    write(path, content)
    with pytest.raises(Unreadable) as refused:
        reader.check(path)
    return refused.value


def text(node: reader.Node, tag: str) -> str:
    return node.all(tag)[0].text


# --- encodings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("ISO-8859-15", "iso8859-15"),
        ("UTF-16", "utf-16"),
        ("UTF-16LE", "utf-16-le"),
        ("UTF-16BE", "utf-16-be"),
    ],
)
def test_the_prologs_encoding_is_the_one_that_reads(xml: Path, name: str, codec: str) -> None:
    content = f'<?xml version="1.0" encoding="{name}"?><source><mission><title>été à Guéret</title></mission></source>'
    [node] = nodes(xml, content.encode(codec))
    assert text(node, "title") == "été à Guéret"


def test_without_an_encoding_it_is_utf_8(xml: Path) -> None:
    [node] = nodes(xml, '<?xml version="1.0"?><source><mission><title>été</title></mission></source>')
    assert text(node, "title") == "été"


def test_a_wrong_encoding_is_told_with_its_line(xml: Path) -> None:
    error = refusal(
        xml, (PROLOG + "<source>\n<mission><title>été</title></mission></source>").encode("latin-1")
    )
    assert error.code == "encoding"
    assert "Ligne 3" in error.message
    assert "UTF-8" in error.message


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'<?xml version="1.0" encoding="klingon"?><source/>', "klingon"),
        (b'<?xml version="1.0" encoding="base64"?><source/>', "base64"),
        (b'<?xml version="1.0" encoding="UTF-7"?><source/>', "UTF-7"),
        (b'<?xml version="1.0" encoding="UTF-16"?><source/>', "UTF-16"),
        ('<?xml version="1.0" encoding="UTF-8"?><source/>'.encode("utf-16"), "UTF-16"),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?><source/>', "UTF-8"),
        ('<?xml version="1.0"?><source/>'.encode("utf-32"), "UTF-32"),
        ((PROLOG + "<source><mission>é").encode()[:-1], "coupé"),
    ],
)
def test_bytes_and_prolog_that_disagree_are_refused_in_french(xml: Path, content: bytes, word: str) -> None:
    error = refusal(xml, content)
    assert error.code == "encoding"
    assert word in error.message


# --- shape ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (PROLOG + "<source></source>", "empty"),
        (PROLOG + "<source><publisher>x</publisher></source>", "empty"),
        ("<source><mission/></source>", "not_xml"),
        ('{"missions": []}', "not_xml"),
        (PROLOG + "<html><mission/></html>", "root"),
        (PROLOG + "<source><mission></source>", "malformed"),
        (PROLOG + "<source><mission><title>Toi & moi</title></mission></source>", "malformed"),
        (feed(mission(), mission("m-2"))[:-40], "malformed"),
        (feed(mission()) + "<encore/>", "malformed"),
        (PROLOG + "<source><mission>&#0;</mission></source>", "malformed"),
        (PROLOG + "<source>" + "<a>" * 60, "depth"),
        (PROLOG + "<source><mission a='" + "x" * 3_000_000 + "'/></source>", "token"),
        (PROLOG + "<source><!--" + "x" * 3_000_000 + "--></source>", "token"),
    ],
)
def test_a_feed_that_cannot_be_read_is_refused_whole(xml: Path, content: str | bytes, code: str) -> None:
    error = refusal(xml, content)
    assert error.code == code
    assert error.message.endswith(".")


BILLION_LAUGHS = (
    PROLOG
    + '<!DOCTYPE source [<!ENTITY a "ah"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
    + "<source><mission><title>&c; &c;</title></mission></source>"
)


@pytest.mark.parametrize(
    "content",
    [
        BILLION_LAUGHS,
        PROLOG + "<!DOCTYPE source><source><mission/></source>",
        PROLOG + '<!DOCTYPE source SYSTEM "http://127.0.0.1/x.dtd"><source><mission/></source>',
        PROLOG
        + '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><source><mission>&x;</mission></source>',
        PROLOG + '<!DOCTYPE s [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]><source/>',
    ],
)
def test_any_doctype_fails_the_feed(xml: Path, content: str) -> None:
    assert refusal(xml, content).code == "doctype"


def test_a_file_of_more_than_500_megabytes_is_refused_unread(xml: Path) -> None:
    with xml.open("wb") as file:
        file.truncate(1024**3)
    with pytest.raises(Unreadable) as refused:
        reader.check(xml)
    assert refused.value.code == "too_big"


def test_more_missions_than_the_limit_are_refused(xml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_ITEMS", 5)
    assert refusal(xml, PROLOG + "<source>" + "<mission/>" * 6 + "</source>").code == "too_many"


# --- what is tolerated ----------------------------------------------------------------------------------------


def test_html_names_of_characters_read_and_unknown_ones_stay(xml: Path) -> None:
    [node] = nodes(
        xml,
        PROLOG + "<source><mission><title>&eacute;t&eacute; &inconnue; &amp; &lt;</title></mission></source>",
    )
    assert text(node, "title") == "été &inconnue; & <"


def test_nul_and_control_characters_are_taken_out_and_counted(xml: Path) -> None:
    write(xml, PROLOG + "<source><mission><title>deux\x00 mots\x07</title></mission></source>")
    assert reader.check(xml).controls == 2
    [node] = reader.missions(xml)
    assert text(node, "title") == "deux mots"


def test_name_spaces_attributes_comments_and_cdata_change_nothing(xml: Path) -> None:
    content = (
        PROLOG + '<x:source xmlns:x="urn:x"><!-- rien --><x:mission id="4"><x:title a="b"><![CDATA[<b>]]>deux'
        "<![CDATA[&eacute;]]></x:title></x:mission></x:source>"
    )
    [node] = nodes(xml, content)
    assert text(node, "title") == "<b>deux&eacute;"


def test_unescaped_html_of_a_description_is_kept_as_html(xml: Path) -> None:
    [node] = nodes(
        xml,
        PROLOG + "<source><mission><description>Un<p>deux <b>trois</b></p>.</description></mission></source>",
    )
    assert text(node, "description") == "Un<p>deux <b>trois</b></p>."


def test_each_mission_knows_its_line(xml: Path) -> None:
    content = feed(mission("a"), mission("b"), "<mission>\n<title>c</title></mission>")
    assert [node.line for node in nodes(xml, content)] == [3, 4, 5]


def test_line_numbers_hold_after_many_lines(xml: Path) -> None:
    content = PROLOG + "<source>" + "\n" * 70_000 + "<mission><title>x</title></mission></source>"
    assert nodes(xml, content)[0].line == 70_002


def test_a_text_of_more_than_64_kilobytes_is_marked_and_not_kept(xml: Path) -> None:
    [node] = nodes(xml, PROLOG + f"<source><mission><title>{'x' * 200_000}</title></mission></source>")
    [title] = node.all("title")
    assert title.cut
    assert len(title.text) <= reader.MAX_TEXT


def test_a_mission_of_countless_tags_is_marked_and_not_kept(xml: Path) -> None:
    [node] = nodes(xml, PROLOG + "<source><mission>" + "<a/>" * 50_000 + "</mission></source>")
    assert node.cut
    assert len(node.children) <= reader.MAX_MISSION_TAGS
