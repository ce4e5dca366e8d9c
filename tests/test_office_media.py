"""The office's recordings and screenshots: sent, heard and seen, silenced, expired, refused, taken away."""

from __future__ import annotations

import io
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.core.vocabulary import Role
from bot.library import load
from bot.locale import show_date
from tests.media_files import FRAME, mp3, picture
from tests.office_browser import BOUNDARY, FORM_WITH_FILE, SIGN_IN, multipart
from tests.office_media_site import (
    BARE,
    DRAWN,
    GOOD_FOR,
    GUIDE,
    GUIDES,
    SENTENCES,
    SHEET,
    TODAY,
    MediaSite,
    Sheet,
    address,
    days_later,
    open_media_site,
)

SOUND, PICTURE = address(DRAWN, "sound"), address(DRAWN, "picture")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[MediaSite]:
    """Wednesday 18 November 2026; nobody has sent anything."""
    with open_media_site(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def wary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MediaSite]:
    """A ward where nothing is ever taken in."""
    with open_media_site(tmp_path_factory.mktemp("wary")) as opened:
        yield opened
        assert opened.files == []
        assert opened.acts() == []


# ---- the page -----------------------------------------------------------------------------------


def test_the_page_has_every_step_with_its_number_and_the_words_that_the_chat_says(
    site: MediaSite,
) -> None:
    guide = load(site.ward.settings.content_dir).guides[GUIDE]
    sheet = site.looks(site.officer())
    assert list(sheet.read) == [step.id for way in guide.ways for step in way.steps]
    resident = site.resident()
    for way in guide.ways:
        for number, step in enumerate(way.steps, start=1):
            head = f"Bước {number}/{len(way.steps)}"
            assert head in sheet.words[step.id]
            assert f"{head}. {sheet.read[step.id]}" in resident.goes_to(GUIDE, step.id)
    assert "{" not in "".join(sheet.words.values())
    for sentence in ("media-page.consent", "media-page.no-faces"):
        assert sheet.says("", sentence)
    assert sheet.says(DRAWN, "media-page.sound-none")
    assert sheet.says(DRAWN, "media-page.picture-drawn")
    assert sheet.says(BARE, "media-page.picture-none")
    assert sheet.answer.page.scripts == []


def test_every_guide_is_reached_from_the_list_by_its_topic(site: MediaSite) -> None:
    officer = site.officer()
    links = officer.opens(GUIDES).page.links
    for guide in load(site.ward.settings.content_dir).guides:
        assert links.count(f"{GUIDES}/{guide}") == 1
        assert officer.opens(f"{GUIDES}/{guide}").status == 200
    page = officer.opens(GUIDES).page
    for sentence in ("office.silenced-what", "office.expired-what"):
        assert SENTENCES[sentence] not in page.words


# ---- a recording --------------------------------------------------------------------------------


def test_a_recording_is_what_residents_of_that_commune_hear_at_once(site: MediaSite) -> None:
    officer, sound = site.officer(), mp3(3)
    assert site.hears() is None
    sent = site.sends(officer, SOUND, sound)
    assert (sent.status, sent.location) == (
        303,
        f"{SHEET}?done=sound-kept&step={DRAWN}#step-{DRAWN}",
    )
    assert site.hears() == sound
    assert site.hears(slug="phuoc-tan") is None
    sheet = Sheet(officer.opens(sent.location or ""))
    assert sheet.says(DRAWN, "media-page.sound-kept")
    assert sheet.says(DRAWN, "media-page.sound-own")
    assert not sheet.says(BARE, "media-page.sound-kept")
    assert officer.opens(sheet.played[DRAWN]).body == sound
    assert list(sheet.played) == [DRAWN]
    assert site.acts() == [("keep-sound", f"{GUIDE}/{DRAWN}")]
    again = mp3(5)
    assert site.sends(officer, SOUND, again).status == 303
    assert site.hears() == again
    assert len(site.files) == 1
    assert officer.opens(sheet.played[DRAWN]).status == 404  # nobody keeps the first one


def test_other_words_silence_the_recording_and_everybody_is_told_until_it_is_read_again(
    site: MediaSite,
) -> None:
    login = site.officer()
    old_form = site.looks(login).fields[SOUND]
    assert site.sends(login, SOUND, mp3(2)).status == 303
    site.rewrites(DRAWN)
    assert site.hears() is None
    sheet = site.looks(login)
    assert sheet.says(DRAWN, "media-page.sound-silenced")
    assert sheet.says("", "media-page.read-again")
    assert f"#step-{DRAWN}" in sheet.links
    assert sheet.played == {}
    shown = login.opens(GUIDES).page
    assert SENTENCES["office.silenced"].format(count=1) in shown.words
    assert shown.links.count(f"{GUIDES}/{GUIDE}") == 2
    (line,) = site.checks().err.splitlines()
    assert line.startswith(f"nên sửa: media/ho-nai/{GUIDE}/{DRAWN}/nghe-")
    assert "không phát nữa" in line
    assert f"{SHEET}#step-{DRAWN}" in line

    late = login.uploads(SOUND, {name: old_form[name] for name in ("form", "mark")}, mp3(2))
    assert late.status == 422  # read from a page that was opened before
    assert Sheet(late).says(DRAWN, "upload.words-changed")
    assert site.hears() is None

    assert site.sends(login, SOUND, mp3(4)).status == 303
    assert site.hears() == mp3(4)
    assert len(site.files) == 1
    assert not site.looks(login).says(DRAWN, "media-page.sound-silenced")
    assert site.checks().err == ""


def test_another_form_of_address_is_other_words(site: MediaSite) -> None:
    path = site.ward.settings.content_dir / "plans" / "ho-nai.yaml"
    text = path.read_text(encoding="utf-8")
    guide = load(site.ward.settings.content_dir).guides[GUIDE]
    steps = [one for way in guide.ways for one in way.steps if "{" in one.text]
    step = steps[0].id
    officer = site.officer()
    assert site.sends(officer, address(step, "sound"), mp3(2)).status == 303
    assert "cô/chú" in site.looks(officer).read[step].lower()
    site.ward.stop()
    path.write_text(text.replace("address_form: co-chu", "address_form: bac"), encoding="utf-8")
    site.ward.start()
    sheet = site.looks(officer)
    assert "bác" in sheet.read[step].lower()
    assert sheet.says(step, "media-page.sound-silenced")
    assert site.hears(step) is None
    assert "không phát nữa" in site.checks().err


def test_a_voice_that_is_taken_away_is_gone_at_once_its_address_too(site: MediaSite) -> None:
    officer = site.officer()
    site.sends(officer, SOUND, mp3(2))
    site.sends(officer, PICTURE, picture())
    sheet = site.looks(officer)
    kept = [sheet.played[DRAWN], sheet.shown[DRAWN]]
    assert [officer.opens(one).status for one in kept] == [200, 200]
    for path, done in ((SOUND, "sound-gone"), (PICTURE, "picture-gone")):
        gone = site.takes_away(officer, path)
        assert gone.location == f"{SHEET}?done={done}&step={DRAWN}#step-{DRAWN}"
    assert site.files == []
    assert site.hears() is None
    assert [officer.opens(one).status for one in kept] == [404, 404]
    copies = [path.read_bytes() for path in site.ward.settings.var_dir.rglob("*.mp3")]
    assert mp3(2) not in copies
    form = {"form": officer.token("/office/sign-out")}
    nothing = officer.posts(f"{SOUND}/gone", form)  # a colleague was faster
    assert nothing.location == f"{SHEET}?done=nothing-gone&step={DRAWN}#step-{DRAWN}"
    place = f"{GUIDE}/{DRAWN}"
    assert site.acts() == [
        ("keep-sound", place),
        ("keep-picture", place),
        ("drop-sound", place),
        ("drop-picture", place),
    ]


def test_the_voice_of_a_machine_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("espeak-ng", "lame"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\nexec cat\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with open_media_site(tmp_path, voice="espeak-ng") as site:
        officer = site.officer()
        sheet = site.looks(officer)
        assert sheet.says(DRAWN, "media-page.sound-machine")
        assert not sheet.says(DRAWN, "media-page.sound-none")
        assert officer.opens(sheet.played[DRAWN]).text == sheet.read[DRAWN]
        site.sends(officer, SOUND, mp3(2))
        sheet = site.looks(officer)
        assert sheet.says(DRAWN, "media-page.sound-own")
        assert not sheet.says(DRAWN, "media-page.sound-machine")


# ---- a screenshot -------------------------------------------------------------------------------


def test_a_screenshot_takes_the_place_of_the_drawing_until_its_last_day(site: MediaSite) -> None:
    login = site.officer()
    drawn = site.sees()
    assert drawn is not None
    assert drawn.endswith(".png")
    sent = site.sends(login, PICTURE, picture(), day=TODAY.isoformat())
    assert sent.location == f"{SHEET}?done=picture-kept&step={DRAWN}#step-{DRAWN}"
    site.sends(login, address(BARE, "picture"), picture("JPEG"), day=days_later(TODAY, -1))
    last = TODAY + GOOD_FOR
    values = {"day": show_date(TODAY), "until": show_date(last)}
    assert site.looks(login).says(DRAWN, "media-page.picture-own", **values)
    photo = site.sees()
    assert photo is not None
    assert photo.endswith(".jpg")
    assert photo == site.looks(login).shown[DRAWN]

    site.ward.clock.passes(days=GOOD_FOR.days)
    officer = site.officer()
    assert site.sees() == photo
    assert site.sees(BARE) is None
    assert SENTENCES["office.expired"].format(count=1) in officer.opens(GUIDES).page.words
    (line,) = [one for one in site.checks().err.splitlines() if "media/" in one]
    assert f"media/ho-nai/{GUIDE}/{BARE}/hinh-{days_later(TODAY, -1)}.jpg: " in line
    assert "không hiện nữa" in line

    site.ward.clock.passes(days=1)
    officer = site.officer()
    assert site.sees() == drawn
    assert site.sees(slug="phuoc-tan") != photo
    sheet = site.looks(officer)
    assert sheet.says(DRAWN, "media-page.picture-expired", **values)
    assert sheet.says(DRAWN, "media-page.picture-now-drawn")
    assert sheet.says(BARE, "media-page.picture-now-none")
    assert sheet.says("", "media-page.shoot-again")
    assert SENTENCES["office.expired"].format(count=2) in officer.opens(GUIDES).page.words
    assert site.sends(officer, PICTURE, picture()).status == 303
    assert site.sees() != drawn
    assert len(site.files) == 2


def test_nothing_of_a_camera_is_kept_and_up_is_up(site: MediaSite) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    exif[0x010F] = "máy của chị Lan"
    body = picture("JPEG", (1170, 540), exif=exif, comment=b"10.95N 106.9E")
    officer = site.officer()
    assert site.sends(officer, PICTURE, body).status == 303
    (name,) = site.files
    assert name == f"ho-nai/{GUIDE}/{DRAWN}/hinh-{TODAY}.jpg"
    stored = (site.folder / name).read_bytes()
    assert b"Lan" not in stored
    assert b"106.9" not in stored
    served = officer.opens(site.looks(officer).shown[DRAWN]).body
    for one in (stored, served):
        with Image.open(io.BytesIO(one)) as image:
            assert image.size == (640, round(640 * 1170 / 540))
            assert len(image.getexif()) == 0
    assert len(served) < 200_000


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "upload.day-wrong"),
        ("hôm qua", "upload.day-wrong"),
        ("2026-02-30", "upload.day-wrong"),
        ("../../etc", "upload.day-wrong"),
        (days_later(TODAY, 1), "upload.day-to-come"),
        (days_later(TODAY, -GOOD_FOR.days - 1), "upload.day-over"),
    ],
)
def test_a_day_that_cannot_be_is_answered_beside_the_step(
    wary: MediaSite, day: str, sentence: str
) -> None:
    answer = wary.sends(wary.officer(), PICTURE, picture(), day=day)
    assert answer.status == 422
    until = show_date(TODAY.fromordinal(TODAY.toordinal() - 1))
    assert Sheet(answer).says(DRAWN, sentence, until=until)


# ---- what is refused ----------------------------------------------------------------------------

RIFF = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(4000)
M4A = b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00" + bytes(4000)
LAYER_TWO = (bytes.fromhex("fffd10c0") + bytes(100)) * 50
LARGE = FRAME * 10_100  # 1.05 MB
LONG = mp3(31.2)

WRONG = {
    "nothing": (SOUND, b"", "upload.none"),
    "a sound of another kind": (SOUND, M4A, "upload.no-mp3"),
    "a WAV": (SOUND, RIFF, "upload.no-mp3"),
    "a picture for a sound": (SOUND, picture(), "upload.no-mp3"),
    "an MP2": (SOUND, LAYER_TWO, "upload.no-mp3"),
    "two frames by chance": (SOUND, bytes(900) + FRAME * 2, "upload.no-mp3"),
    "words": (SOUND, "chữ".encode() * 300, "upload.no-mp3"),
    "a broken tag": (SOUND, b"ID3\x09\x00\x00\x7f\x7f\x7f\x7f" + mp3(1), "upload.no-mp3"),
    "too long": (SOUND, LONG, "upload.sound-too-long"),
    "too large": (SOUND, LARGE, "upload.sound-too-large"),
    "no picture": (PICTURE, b"", "upload.none"),
    "a sound for a picture": (PICTURE, mp3(1), "upload.no-picture"),
    "a GIF": (PICTURE, picture("GIF"), "upload.no-picture"),
    "half a picture": (PICTURE, picture()[:-600], "upload.no-picture"),
    "a page": (PICTURE, b"<svg onload='alert(1)'/>", "upload.no-picture"),
    "a strip": (PICTURE, picture(size=(2, 9000)), "upload.no-screen"),
    "a wide strip": (PICTURE, picture(size=(9000, 2)), "upload.no-screen"),
    "a wall": (PICTURE, picture(size=(6400, 6400)), "upload.no-screen"),
    "a large picture": (PICTURE, bytes(8 * 1024 * 1024 + 1), "upload.picture-too-large"),
    "a huge picture": (PICTURE, bytes(20 * 1024 * 1024), "upload.picture-too-large"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_gets_its_sentence_beside_the_step(wary: MediaSite, what: str) -> None:
    path, body, sentence = WRONG[what]
    answer = wary.sends(wary.officer(), path, body)
    assert answer.status == 422
    sheet = Sheet(answer)
    assert sheet.says(DRAWN, sentence, seconds=31)
    assert sheet.says("", "media-page.failed")
    assert f"#step-{DRAWN}" in sheet.links
    assert sheet.says(BARE, "media-page.sound-none")
    assert answer.text.count('id="fault"') == 1


def test_half_a_minute_is_not_too_long(site: MediaSite) -> None:
    assert site.sends(site.officer(), SOUND, mp3(30)).status == 303


def test_what_is_too_large_is_refused_before_it_is_read(wary: MediaSite) -> None:
    officer = wary.officer()
    cookie = "; ".join(f"{name}={value}" for name, value in officer.cookies.items())
    with socket.create_connection(("127.0.0.1", wary.ward.settings.port), 20) as wire:
        head = (
            f"POST {PICTURE} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\nAccept: text/html\r\n"
            f"Content-Type: {FORM_WITH_FILE}; boundary=b\r\nContent-Length: 900000000\r\n\r\n"
        )
        wire.sendall(head.encode())
        assert wire.recv(4096).split()[1] == b"422"


def test_a_form_that_breaks_off_leaves_nothing(wary: MediaSite) -> None:
    officer = wary.officer()
    fields = wary.looks(officer).fields[SOUND]
    body = multipart({"form": fields["form"], "mark": fields["mark"]}, mp3(5))
    cookie = "; ".join(f"{name}={value}" for name, value in officer.cookies.items())
    with socket.create_connection(("127.0.0.1", wary.ward.settings.port), 20) as wire:
        head = (
            f"POST {SOUND} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n"
            f"Content-Type: {FORM_WITH_FILE}; boundary={BOUNDARY}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        wire.sendall(head.encode() + body[:-300])
    assert officer.opens(SHEET).status == 200
    assert wary.files == []


def test_a_body_that_is_no_form_of_ours_is_refused(wary: MediaSite) -> None:
    officer = wary.officer()
    fields = wary.looks(officer).fields[SOUND]
    given = {"form": fields["form"], "mark": fields["mark"]}
    good = multipart(given, mp3(1))
    kind = f"{FORM_WITH_FILE}; boundary={BOUNDARY}"
    last = f"--{BOUNDARY}--".encode()
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="x"\r\n'.encode()
    many = b"".join(part.replace(b"x", b"x%d" % one) + b"\r\nx\r\n" for one in range(9))
    bodies = [
        (good, "application/x-www-form-urlencoded", 400),
        (good, "application/json", 400),
        (good, FORM_WITH_FILE, 400),
        (good, f"{FORM_WITH_FILE}; boundary=", 400),
        (good, f"{FORM_WITH_FILE}; boundary=khac", 400),
        (b"", kind, 400),
        (good.replace(last, b""), kind, 400),
        (good.replace(last, part + b"\r\nx\r\n" + last), kind, 400),
        (part + b"Content-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n" + good, kind, 400),
        (part + b"\r\n" + b"x" * 500 + b"\r\n" + good, kind, 400),
        (part + b"\r\n\xff\xfe\r\n" + good, kind, 400),
        ((part + b"\r\nx\r\n") * 2 + good, kind, 400),
        (many + good, kind, 400),
        (part.replace(b"x", b"_charset_") + b"\r\n" + b"x" * 40 + b"\r\n" + good, kind, 400),
        (part.replace(b'; name="x"', b"") + b"\r\nx\r\n" + good, kind, 400),
        (multipart({}, mp3(1)) + multipart(given, mp3(1)), kind, 403),
    ]
    for number, (body, given_kind, status) in enumerate(bodies):
        answer = officer.asks("POST", SOUND, body, {"Content-Type": given_kind})
        assert answer.status == status, number
        assert SENTENCES["office.old-form"] in answer.page.words
    chunked = officer.asks("POST", SOUND, None, {"Content-Type": kind})
    assert chunked.status == 400
    assert wary.files == []


# ---- who may ------------------------------------------------------------------------------------


def test_a_form_of_somebody_else_or_of_another_site_does_nothing(wary: MediaSite) -> None:
    officer, other = wary.officer(), wary.officer()
    mine, theirs = (wary.looks(one).fields[SOUND] for one in (officer, other))
    for token in ("", theirs["form"], "x" * 43):
        fields = {"form": token, "mark": mine["mark"]}
        answer = officer.uploads(SOUND, fields, mp3(1))
        assert answer.status == 403
        assert SENTENCES["office.old-form"] in answer.page.words
        assert officer.posts(f"{SOUND}/gone", {"form": token}).status == 403
    good = {"form": mine["form"], "mark": mine["mark"]}
    for origin in ("null", "https://evil.example", "http://127.0.0.1:1"):
        assert officer.uploads(SOUND, good, mp3(1), Origin=origin).status == 403
        gone = officer.posts(f"{SOUND}/gone", {"form": mine["form"]}, Origin=origin)
        assert gone.status == 403
    for path in (SHEET, SOUND, f"{SOUND}/gone"):
        for method in ("PUT", "DELETE") if path == SHEET else ("GET", "PUT", "DELETE"):
            assert officer.asks(method, path).status == 405


def test_who_is_not_signed_in_is_led_to_the_form(wary: MediaSite) -> None:
    nobody = wary.browser()
    for answer in (
        nobody.opens(SHEET),
        nobody.uploads(SOUND, {"form": "x"}, mp3(1)),
        nobody.posts(f"{SOUND}/gone", {"form": "x"}),
    ):
        assert (answer.status, answer.location) == (303, SIGN_IN)


def test_a_leader_reads_and_changes_nothing(site: MediaSite) -> None:
    site.sends(site.officer(), SOUND, mp3(2))
    leader = site.leader()
    sheet = site.looks(leader)
    assert list(sheet.fields) == ["/office/sign-out"]
    assert sheet.says("", "media-page.read-only")
    assert leader.opens(sheet.played[DRAWN]).status == 200
    fields = {"form": sheet.fields["/office/sign-out"]["form"], "mark": "x"}
    for answer in (
        leader.uploads(SOUND, fields, mp3(3)),
        leader.uploads(PICTURE, fields, picture()),
        leader.posts(f"{SOUND}/gone", fields),
    ):
        assert answer.status == 403
        assert SENTENCES["media-page.read-only"] in answer.page.words
    assert site.hears() == mp3(2)
    assert site.acts() == [("keep-sound", f"{GUIDE}/{DRAWN}")]
    operator = site.officer(role=Role.OPERATOR)
    assert site.takes_away(operator, SOUND).status == 303
    assert site.hears() is None


def test_an_officer_of_another_commune_changes_only_their_own(site: MediaSite) -> None:
    ours, theirs = site.officer(), site.officer("phuoc-tan")
    site.sends(ours, SOUND, mp3(2))
    assert site.looks(theirs).says(DRAWN, "media-page.sound-none")
    assert site.sends(theirs, SOUND, mp3(3)).status == 303
    assert (site.hears(), site.hears(slug="phuoc-tan")) == (mp3(2), mp3(3))
    assert site.takes_away(theirs, SOUND).status == 303
    assert (site.hears(), site.hears(slug="phuoc-tan")) == (mp3(2), None)
    place = f"{GUIDE}/{DRAWN}"
    assert site.acts() == [("keep-sound", place)]
    assert site.acts("phuoc-tan") == [("keep-sound", place), ("drop-sound", place)]


TRICKS = [
    f"{GUIDES}/../{DRAWN}/sound",
    f"{GUIDES}/%2e%2e/{DRAWN}/sound",
    f"{GUIDES}/{GUIDE}/%2e%2e/sound",
    f"{GUIDES}/{GUIDE}/..%2f..%2fx/sound",
    f"{GUIDES}/{GUIDE}/%2Fetc/sound",
    f"{GUIDES}/{GUIDE}/{DRAWN}%00/sound",
    f"{GUIDES}/{GUIDE}/khong-co/sound",
    f"{GUIDES}/khong-co/{DRAWN}/sound",
    f"{GUIDES}/vneid-quen-mat-khau/{DRAWN}/sound",
    f"{GUIDES}/{GUIDE}/{DRAWN}/video",
    f"{GUIDES}/{GUIDE}/{DRAWN}/sound%2f..",
]


@pytest.mark.parametrize("path", TRICKS)
def test_only_the_library_says_where_a_file_goes(wary: MediaSite, path: str) -> None:
    officer = wary.officer()
    fields = wary.looks(officer).fields[SOUND]
    given = {"form": fields["form"], "mark": fields["mark"], "commune": "phuoc-tan", "step": "../x"}
    for answer in (
        officer.uploads(path, given, mp3(1)),
        officer.posts(f"{path}/gone", {"form": fields["form"]}),
    ):
        assert answer.status == 404, path
    assert wary.files == []


@pytest.mark.parametrize("guide", ["khong-co", "..", "%2e%2e", "%00", "a%2fb"])
def test_a_guide_that_is_not_there_is_a_page_that_is_not_there(wary: MediaSite, guide: str) -> None:
    assert wary.officer().opens(f"{GUIDES}/{guide}").status in (404, 405)


def test_what_an_address_says_was_done_is_one_of_our_sentences(wary: MediaSite) -> None:
    officer = wary.officer()
    for query in ("done=<b>x</b>", "done=office.wrong", f"done=sound-kept&step={BARE}x", "step=x"):
        sheet = Sheet(officer.opens(f"{SHEET}?{query}"))
        assert sheet.answer.status == 200
        assert 'class="done"' not in sheet.answer.text
        assert "<b>x" not in sheet.answer.text


# ---- the audit log, and a disk that refuses -----------------------------------------------------


def test_looking_at_a_guide_stands_in_the_audit_log(site: MediaSite) -> None:
    from storage import audit

    site.looks(site.officer())
    found = site.ward.base.database.read(audit.list_acts, site.ward.commune().id)
    assert [one.act.object for one in found if one.act.action == "read"] == [f"guides:{GUIDE}"]


def test_a_disk_that_refuses_is_said_and_recorded(site: MediaSite) -> None:
    officer = site.officer()
    site.folder.parent.mkdir(exist_ok=True)
    site.folder.write_text("a file where the folder should be")
    for path, body in ((SOUND, mp3(1)), (PICTURE, picture())):
        answer = site.sends(officer, path, body)
        assert answer.status == 422
        assert Sheet(answer).says(DRAWN, "upload.no-room")
    assert [act for act, _ in site.acts()] == [
        "keep-sound",
        "keep-sound-failed",
        "keep-picture",
        "keep-picture-failed",
    ]
    assert site.hears() is None
