"""The door of the office over real HTTP: forms, cookies, headers, and those who knock with bad intent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import text

from bot.core.vocabulary import Role
from bot.locale import load_sentences
from storage.database import Unit
from tests.command_line import ROOT
from tests.office_browser import (
    JOIN,
    PLAIN_FORM,
    SIGN_IN,
    SIGN_OUT,
    SIGNED,
    VISIT,
    Answer,
    Browser,
)
from tests.office_house import PASSWORD, WRONG, new_login
from tests.office_site import BAD, Site, open_site

SENTENCES = load_sentences(ROOT / "content")
FORMS = [SIGN_IN, JOIN, SIGN_OUT]
COOKIE_OF = {SIGN_IN: VISIT, JOIN: VISIT, SIGN_OUT: SIGNED}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def officer(site: Site) -> Browser:
    """Signed in; tests that end that sign-in take a browser of their own."""
    return site.officer()


def says(answer: Answer, sentence: str) -> bool:
    return SENTENCES[sentence] in answer.page.words


def is_in(browser: Browser) -> bool:
    """True for who is signed in; anybody else is led to the form."""
    answer = browser.opens("/office")
    assert (answer.status, answer.location) in [(200, None), (303, SIGN_IN)]
    return answer.status == 200


# ---- forms --------------------------------------------------------------------------------------


def filled(site: Site, path: str) -> tuple[Browser, dict[str, str]]:
    """Somebody before a form that is filled in rightly, and its fields."""
    if path == SIGN_OUT:
        browser = site.officer()
        return browser, {"form": browser.token(path)}
    browser, login = site.browser(), new_login()
    code = site.ward.invites()
    fields = {"login": login, "password": PASSWORD, "code": code, "name": "chị Lan"}
    if path == SIGN_IN:
        assert site.browser().joins(code, login, PASSWORD).status == 303
    return browser, {"form": browser.token(path), **fields}


def is_done(browser: Browser, path: str) -> bool:
    return is_in(browser) is (path != SIGN_OUT)


SPOILT = {
    "without its cookie": lambda b, f, s: b.cookies.clear(),
    "with a cookie that is no token": lambda b, f, s: b.cookies.update(
        dict.fromkeys(b.cookies, "x")
    ),
    "without the token": lambda b, f, s: f.pop("form"),
    "with an empty token": lambda b, f, s: f.update(form=""),
    "with the cookie as the token": lambda b, f, s: f.update(form=next(iter(b.cookies.values()))),
    "with the token of another visitor": lambda b, f, s: f.update(form=s.browser().token(SIGN_IN)),
    "with the token of another officer": lambda b, f, s: f.update(form=s.officer().token(SIGN_OUT)),
}


@pytest.mark.parametrize("path", FORMS)
def test_a_form_is_taken_once_from_the_browser_that_it_was_given_to(site: Site, path: str) -> None:
    browser, fields = filled(site, path)
    assert not is_done(browser, path)
    assert browser.posts(path, fields).status == 303
    assert is_done(browser, path)


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_somebody_else_is_refused_and_does_nothing(
    site: Site, path: str, how: str
) -> None:
    browser, fields = filled(site, path)
    cookies = dict(browser.cookies)
    spoilt = dict(fields)
    SPOILT[how](browser, spoilt, site)
    answer = browser.posts(path, spoilt)
    assert answer.status == 403
    assert says(answer, "office.old-form")
    assert SIGNED not in {line.partition("=")[0] for line in answer.cookies}
    browser.cookies = cookies
    assert not is_done(browser, path)
    assert browser.posts(path, fields).status == 303  # nothing was spent


ELSEWHERE = ["null", "https://evil.example", "http://127.0.0.1:1", "http://[", "", "file://", "x"]


@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_the_page_of_another_site_sends_is_refused(site: Site, path: str) -> None:
    browser, fields = filled(site, path)
    host = urlsplit(site.url).netloc
    for origin in (*ELSEWHERE, f"http://{host}.evil.example", f"http://evil.example/{host}"):
        answer = browser.posts(path, fields, Origin=origin)
        assert answer.status == 403, origin
        assert says(answer, "office.old-form")
    assert not is_done(browser, path)
    body = urlencode(fields).encode()  # old browsers do not say where they are
    assert browser.asks("POST", path, body, {"Content-Type": PLAIN_FORM}).status == 303
    assert is_done(browser, path)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_works_by_post_only(site: Site, path: str) -> None:
    browser, fields = filled(site, path)
    query = f"{path}?{urlencode(fields)}"
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        assert browser.asks(method, query).status == 405
    for method in ("GET", "HEAD"):  # shows the form, and takes nothing from the address
        assert browser.asks(method, query).status == (405 if path == SIGN_OUT else 200)
    assert not is_done(browser, path)


def test_two_tabs_and_the_way_back_keep_their_forms(site: Site) -> None:
    login = new_login()
    site.browser().joins(site.ward.invites(), login, PASSWORD)
    browser = site.browser()
    first = browser.token(SIGN_IN)
    browser.token(JOIN)
    for password, status in ((WRONG, 422), (PASSWORD, 303)):
        fields = {"form": first, "login": login, "password": password}
        assert browser.posts(SIGN_IN, fields).status == status


def test_a_body_that_is_no_form_of_ours_gets_a_page_and_never_a_traceback(site: Site) -> None:
    browser, fields = filled(site, SIGN_IN)
    good = urlencode(fields).encode()
    boundary = "multipart/form-data; boundary=b"
    part = 'Content-Disposition: form-data; name="form"'
    file = f'--b\r\n{part}; filename="a.html"\r\n\r\n{fields["form"]}\r\n--b--\r\n'.encode()
    plain = f"--b\r\n{part}\r\n\r\n{fields['form']}\r\n--b--\r\n".encode()
    bodies = [
        (b"", PLAIN_FORM, 403),
        (b"\xff\xfe", PLAIN_FORM, 400),
        (good + b"&name=%FF", PLAIN_FORM, 400),
        (good + b"&name=%ED%A0%80", PLAIN_FORM, 400),
        (good + b"&name=a%00b", PLAIN_FORM, 400),
        (good + b"&name=a%0d%0ab", PLAIN_FORM, 400),
        (good + b"&x=1" * 50, PLAIN_FORM, 400),
        (good, "text/plain", 400),
        (good, "application/json", 400),
        (good, ";;;", 400),
        (file, boundary, 400),
        (plain, boundary, 400),
        (b"--x", boundary, 400),
        (good + b"&name=" + b"x" * 20_000, PLAIN_FORM, 413),
    ]
    for body, kind, status in bodies:
        answer = site.browser().asks("POST", SIGN_IN, body, sent_by(browser, kind))
        assert answer.status == status, (body[:40], kind)
        assert SIGNED not in str(answer.cookies)
        assert "Traceback" not in answer.page.words
    for charset in ("utf-7", "utf-16", "no-such"):  # what a form is read in is ours to say
        kind = f"{PLAIN_FORM}; charset={charset}"
        wrong = {**fields, "password": WRONG}
        answer = site.browser().asks(
            "POST", SIGN_IN, urlencode(wrong).encode(), sent_by(browser, kind)
        )
        assert answer.status == 422
    assert browser.posts(SIGN_IN, fields).status == 303


def sent_by(browser: Browser, kind: str) -> dict[str, str]:
    return {"Content-Type": kind, "Cookie": f"{VISIT}={browser.cookies[VISIT]}"}


def test_a_body_without_end_is_not_read(site: Site) -> None:
    browser = site.browser()
    browser.token(SIGN_IN)
    for head in (b"Content-Length: 3000000", b"Transfer-Encoding: chunked"):
        with socket.create_connection(("127.0.0.1", site.ward.settings.port), 20) as wire:
            cookie = f"Cookie: {VISIT}={browser.cookies[VISIT]}".encode()
            kind = f"Content-Type: {PLAIN_FORM}\r\nAccept: text/html".encode()
            lines = (b"POST /office/sign-in HTTP/1.1", b"Host: a", cookie, kind, head, b"", b"")
            wire.sendall(b"\r\n".join(lines))
            if b"chunked" in head:
                piece = b"%x\r\n%s\r\n" % (60_000, b"a" * 60_000)
                wire.sendall(piece * 20)
            answer = wire.recv(4096)
        assert answer.split()[1] == b"413", answer[:200]
    assert browser.opens(SIGN_IN).status == 200


# ---- cookies ------------------------------------------------------------------------------------


def test_every_cookie_is_bound_to_this_host_and_hidden_from_scripts_and_other_sites(
    site: Site,
) -> None:
    browser = site.browser()
    answers = [browser.opens(SIGN_IN), browser.opens(JOIN)]
    answers.append(browser.joins(site.ward.invites(), new_login(), PASSWORD))
    answers.append(browser.posts(SIGN_OUT, {"form": browser.token(SIGN_OUT)}))
    lines = [line for answer in answers for line in answer.cookies]
    assert len(lines) == 5
    for line in lines:
        ((name, cookie),) = SimpleCookie(line).items()
        assert name.startswith("__Host-")
        assert cookie["secure"] is True
        assert cookie["httponly"] is True
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
        if cookie.value:
            assert len(cookie.value) == 43
            assert int(cookie["max-age"]) == 12 * 3600
        else:
            assert cookie["max-age"] == "0"
    assert browser.cookies == {}


def test_a_token_that_was_planted_before_never_becomes_a_sign_in(site: Site) -> None:
    login, planted = new_login(), "A" * 43
    victim, attacker = site.browser(), site.browser()
    victim.cookies[SIGNED] = attacker.cookies[SIGNED] = planted
    assert not is_in(victim)
    assert victim.joins(site.ward.invites(), login, PASSWORD).status == 303
    assert victim.cookies[SIGNED] != planted
    assert not is_in(attacker)
    assert is_in(victim)


def test_signing_in_again_gives_a_new_token_and_ends_the_old_one_on_the_server(
    site: Site,
) -> None:
    login = new_login()
    browser, thief = site.browser(), site.browser()
    browser.joins(site.ward.invites(), login, PASSWORD)
    thief.cookies[SIGNED] = first = browser.cookies[SIGNED]
    assert is_in(thief)
    # The form is not shown to who is signed in: it came before, in another tab.
    browser.cookies.pop(SIGNED)
    form = browser.token(SIGN_IN)
    browser.cookies[SIGNED] = first
    fields = {"form": form, "login": login, "password": PASSWORD}
    assert browser.posts(SIGN_IN, fields).status == 303
    assert browser.cookies[SIGNED] != first
    assert is_in(browser)
    assert not is_in(thief)


def test_signing_out_ends_it_on_the_server_and_nothing_is_left_to_go_back_to(site: Site) -> None:
    browser, thief = site.officer(), site.browser()
    thief.cookies[SIGNED] = browser.cookies[SIGNED]
    shown = browser.opens("/office")
    assert shown.headers["Cache-Control"] == "no-store"
    left = browser.sends(SIGN_OUT)
    assert (left.status, left.location) == (303, SIGN_IN)
    assert SIGNED not in browser.cookies
    for path in ("/office", "/office?week=2026-W47", "/office/entries", "/office/guides"):
        for visitor in (browser, thief):
            answer = visitor.opens(path)
            assert (answer.status, answer.location) == (303, SIGN_IN)
            assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "cookie",
    [
        SIGNED.encode() + b"=\xff\xfe",
        SIGNED.encode() + b"=" + b"\xed\xa0\x80" * 20,
        SIGNED.encode() + b"=" + b"A" * 7000,
        SIGNED.encode() + b'="; ' + VISIT.encode() + b"=%00",
        SIGNED.encode() + b"=" + b"' OR 1=1 --",
        b"; ; =;" * 50,
    ],
)
def test_a_cookie_that_is_no_token_of_ours_is_no_cookie(site: Site, cookie: bytes) -> None:
    for path in ("/office", SIGN_IN):
        answer = site.browser().asks("GET", path, headers={"Cookie": cookie})
        assert answer.status == (303 if path == "/office" else 200)
    form = {"Content-Type": PLAIN_FORM, "Cookie": cookie}
    assert site.browser().asks("POST", SIGN_OUT, b"form=", form).status == 403


# ---- headers ------------------------------------------------------------------------------------


def some_answers(site: Site, officer: Browser) -> list[Answer]:
    """Every kind of page that the office has, refusals included."""
    nobody = site.browser()
    return [
        officer.opens("/office"),
        officer.opens("/office/entries"),
        officer.opens("/office/guides"),
        officer.opens("/office/entries?topic=no-such"),
        officer.opens("/office/no-such"),
        nobody.opens(SIGN_IN),
        nobody.opens(JOIN),
        nobody.opens("/office"),
        nobody.posts(SIGN_IN, {}),
        nobody.asks("PUT", SIGN_IN),
        nobody.signs_in("nobody.at.all", WRONG),
        nobody.asks("POST", SIGN_IN, b"x" * 20_000),
    ]


def test_every_answer_is_strict_about_what_a_browser_may_do_with_it(
    site: Site, officer: Browser
) -> None:
    answers = some_answers(site, officer)
    statuses = [answer.status for answer in answers]
    assert statuses == [200, 200, 200, 404, 404, 200, 200, 303, 403, 405, 422, 413]
    for answer in answers:
        policy = {part.strip() for part in answer.headers["Content-Security-Policy"].split(";")}
        is_page = answer.status != 303
        assert policy == (POLICY if is_page else {"default-src 'none'", "frame-ancestors 'none'"})
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert answer.headers["Server"] == "ban-so"
        assert "Strict-Transport-Security" not in answer.headers  # this ward has http only
        if is_page:
            assert answer.page.scripts == []
            assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_no_answer_names_a_version_not_even_to_what_is_no_http(site: Site) -> None:
    for line in (b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\r\n\r\n", b"GET /\x00 HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", site.ward.settings.port), 20) as wire:
            wire.sendall(line)
            answer = wire.recv(8192).decode("latin-1")
        assert answer.startswith("HTTP/1."), answer
        assert " 400 " in answer.splitlines()[0]
        assert "server: ban-so" in answer.lower()
        for name in ("python", "aiohttp", "traceback"):
            assert name not in answer.lower()


def test_every_way_leads_inside(site: Site, officer: Browser) -> None:
    """No redirect takes its address from the visitor, and no header a line of theirs."""
    paths = [
        "//evil.example/office",
        "/office/../../etc/passwd",
        "/office/%2e%2e/%2e%2e",
        "/office/sign-in?next=https://evil.example",
        "/office?week=https://evil.example",
        "/office?week=%0d%0aSet-Cookie:%20a=b",
        "/office/%0d%0aSet-Cookie:a=b",
        "/office/sign-in//evil.example",
        "/\\evil.example",
        "/office/entries?week=x&topic=%0d%0aLocation:%20x",
    ]
    for browser in (site.browser(), officer):
        for path in paths:
            answer = browser.opens(path)
            assert answer.status in (200, 303, 400, 404), path
            assert answer.location in (None, "/office", SIGN_IN)
            assert "a=b" not in str(answer.cookies)


def test_head_and_options_tell_no_more_than_they_should(site: Site, officer: Browser) -> None:
    head = officer.asks("HEAD", "/office")
    assert (head.status, head.body) == (200, b"")
    assert site.browser().asks("HEAD", "/office").status == 303
    for path in ("/office", SIGN_IN, SIGN_OUT):
        answer = officer.asks("OPTIONS", path)
        assert answer.status == 405
        assert set(answer.headers["Allow"].split(",")) <= {"GET", "HEAD", "POST"}
        assert "Access-Control-Allow-Origin" not in answer.headers
    for path in ("/office/x", "/office/", "/office/static", "/office/sign-in/x", "/offices"):
        answer = officer.opens(path)
        assert answer.status == 404
        assert says(answer, "web.error-404")


def test_http_in_the_office_network_says_that_https_is_needed(site: Site) -> None:
    port = site.ward.settings.port
    for host in (f"192.168.1.20:{port}", "ban-so.local", "[fe80::1]", "[", "x" * 300):
        for path in (SIGN_IN, JOIN):
            answer = site.browser().opens(path, Host=host)
            assert answer.status == 200
            assert says(answer, "office.unsafe"), host
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", "[::1]:8080"):
        assert not says(site.browser().opens(SIGN_IN, Host=host), "office.unsafe"), host


# ---- whoever tries ------------------------------------------------------------------------------


def test_too_many_tries_of_one_address_get_429_in_vietnamese_and_others_none(site: Site) -> None:
    address = "10.200.0.1"
    for _ in range(30):
        assert site.browser(address).posts(SIGN_IN, {}).status == 403
    answer = site.browser(address).posts(SIGN_IN, {})
    assert answer.status == 429
    assert says(answer, "office.too-fast")
    assert int(answer.headers["Retry-After"]) > 0
    for path in (JOIN, SIGN_OUT):
        assert site.browser(address).posts(path, {}).status == 429
    forged = {"X-Forwarded-For": f"1.2.3.4, {address}"}  # our own proxy writes the last one
    assert site.browser().posts(SIGN_IN, {}, **forged).status == 429
    assert site.browser(address).opens(SIGN_IN).status == 200
    assert site.browser("10.200.0.2").posts(SIGN_IN, {}).status == 403


def test_a_wrong_name_and_a_wrong_password_are_told_apart_by_nothing(site: Site) -> None:
    login = new_login()
    site.browser().joins(site.ward.invites(), login, PASSWORD)
    told = []
    for name in (login, f"{login}.nobody"):
        browser, pages = site.browser(), []
        for _ in range(6):
            answer = browser.signs_in(name, WRONG)
            assert answer.status == 422
            assert WRONG not in answer.text
            page = answer.text.replace(name, "NAME").replace(answer.page.tokens[SIGN_IN], "TOKEN")
            pages.append((page, sorted(answer.headers.keys())))
        assert says(answer, "office.locked")
        told.append(pages)
    assert told[0] == told[1]
    assert site.browser().signs_in(login, PASSWORD).status == 422


@pytest.mark.parametrize("role", [Role.MEMBER, Role.TEAM_LEADER])
def test_a_member_of_a_team_does_not_get_in(site: Site, role: Role) -> None:
    browser = site.browser()
    answer = browser.joins(site.ward.invites(role), new_login(), PASSWORD)
    assert answer.status == 422
    assert says(answer, "office.code-of-team")
    assert not is_in(browser)


def test_what_is_typed_into_a_form_comes_back_as_words_only(site: Site) -> None:
    browser = site.browser()
    answers = [
        browser.signs_in(BAD, WRONG),
        browser.joins(BAD, BAD, BAD + PASSWORD, BAD),
        browser.opens(f"{JOIN}?{urlencode({'ma': BAD[:20]})}"),
    ]
    for answer in answers:
        assert "<script>alert" not in answer.text
        assert answer.page.scripts == []
    assert answers[0].page.values["login"] == BAD
    assert answers[1].page.values["name"] == BAD
    assert answers[2].page.values["code"] == BAD[:20]
    assert PASSWORD not in answers[1].text
    for query in ("ma=%00%1f", "ma=%ED%A0%80", "ma=%FF", "ma=" + "x" * 5000, "ma=a&ma=b"):
        assert browser.opens(f"{JOIN}?{query}").status == 200


# ---- https, and a database that is gone ---------------------------------------------------------


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A ward that people reach by https."""
    folder = tmp_path_factory.mktemp("public")
    with open_site(folder, base_url="https://ban-so.honai.test") as opened:
        yield opened


def test_a_house_with_https_tells_browsers_to_come_by_https_only(public: Site) -> None:
    browser = public.browser()
    for path in (SIGN_IN, "/office", "/office/no-such", "/healthz", "/static/office.css"):
        answer = browser.opens(path)
        assert int(answer.headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 31536000
    lan = browser.opens(SIGN_IN, Host="ban-so.honai.test")
    assert not says(lan, "office.unsafe")
    fields = {"form": browser.token(SIGN_IN), "login": "nobody", "password": WRONG}
    for origin, status in (("https://ban-so.honai.test", 422), ("https://honai.test", 403)):
        assert browser.posts(SIGN_IN, fields, Origin=origin).status == status


def test_a_database_in_trouble_is_told_in_vietnamese(public: Site) -> None:
    officer = public.officer()

    def lose(unit: Unit) -> None:
        unit.connection.execute(text("ALTER TABLE sign_ins RENAME TO gone"))

    public.ward.base.database.write(lose)
    try:
        answer = officer.opens("/office")
        bare = officer.opens("/office", Accept="*/*")
    finally:
        public.ward.base.database.write(
            lambda unit: unit.connection.execute(text("ALTER TABLE gone RENAME TO sign_ins"))
        )
    assert (answer.status, bare.status) == (503, 503)
    assert says(answer, "web.error-other")
    assert answer.headers["Content-Security-Policy"]
    assert "sqlite" not in bare.text.lower()
    assert officer.opens("/office").status == 200
