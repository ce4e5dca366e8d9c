"""A browser for the office's pages that a test can make misbehave: headers and cookies are in its hands."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlencode, urlsplit

PLAIN_FORM = "application/x-www-form-urlencoded"
FORM_WITH_FILE, BOUNDARY = "multipart/form-data", "ranh-gioi-cua-to-khai"
SIGN_IN, JOIN, SIGN_OUT = "/office/sign-in", "/office/join", "/office/sign-out"
SIGNED, VISIT = "__Host-ban-so-office", "__Host-ban-so-form"
_numbers = itertools.count(1)


@dataclass
class Cell:
    """A cell of a table: what it says, and where it leads."""

    text: str = ""
    href: str | None = None
    is_struck: bool = False


@dataclass
class Table:
    """Rows of a table under the id of its heading."""

    id: str
    rows: list[list[Cell]] = field(default_factory=list)

    @property
    def body(self) -> dict[str, list[Cell]]:
        """Cells behind the first one, by its words; the head is left out."""
        return {row[0].text: row[1:] for row in self.rows[1:]}


class Page(HTMLParser):
    """What a page says and holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, Table] = {}
        self.tokens: dict[str, str] = {}  # of forms, by their action
        self.links: list[str] = []
        self.values: dict[str, str] = {}  # of fields
        self.scripts: list[str] = []  # what a strict policy would not run
        self.words = ""
        self._action = ""
        self._table: Table | None = None
        self._cell: Cell | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.scripts += [name for name in given if name.startswith("on") or name == "style"]
        match tag:
            case "script" if not given.get("src", "").startswith("/static/"):
                self.scripts.append(str(given))
            case "style" | "iframe" | "object" | "embed" | "base":
                self.scripts.append(tag)
            case "form":
                self._action = given["action"]
            case "input" if given.get("name") == "form":
                self.tokens[self._action] = given["value"]
            case "input":
                self.values[given["name"]] = given.get("value", "")
            case "table":
                self._table = Table(given.get("aria-labelledby", ""))
                self.tables[self._table.id] = self._table
            case "tr" if self._table:
                self._table.rows.append([])
            case "td" | "th" if self._table:
                self._cell = Cell()
                self._table.rows[-1].append(self._cell)
            case "a":
                self.links.append(given["href"])
                if self._cell:
                    self._cell.href = given["href"]
            case "del" if self._cell:
                self._cell.is_struck = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = None
        if tag == "table":
            self._table = None

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._cell:
            self._cell.text = " ".join(f"{self._cell.text} {data}".split())


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def page(self) -> Page:
        """The page that a person sees."""
        assert self.headers["Content-Type"] == "text/html; charset=utf-8", self.text[:200]
        return Page(self.text)

    @property
    def location(self) -> str | None:
        """Where it sends the browser."""
        return self.headers["Location"]

    @property
    def cookies(self) -> list[str]:
        """The cookies that it sets, as written."""
        return self.headers.get_all("Set-Cookie", [])


def multipart(fields: Mapping[str, str], file: bytes, name: str = "tep") -> bytes:
    """The body of a form with a file, its fields first."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{{}}"'
    parts = [f"{head.format(key)}\r\n\r\n{value}\r\n" for key, value in fields.items()]
    opening = f'{head.format("file")}; filename="{name}"\r\nContent-Type: any/thing\r\n\r\n'
    return "".join([*parts, opening]).encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()


class Browser:
    """Somebody with cookies and a network address of their own; follows no redirect by itself."""

    def __init__(self, url: str, address: str | None = None) -> None:
        number = next(_numbers)
        self.url = url
        self.address = address or f"10.9.{number // 250}.{number % 250 + 1}"
        self.cookies: dict[str, str] = {}

    def asks(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Answer:
        """Any request; a header given here replaces the usual one."""
        usual = {"Accept": "text/html", "X-Forwarded-For": self.address}
        if self.cookies:
            usual["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, path, body, {**usual, **(headers or {})})
            got = connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        finally:
            connection.close()
        self._keep(answer)
        return answer

    def _keep(self, answer: Answer) -> None:
        for line in answer.cookies:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')
            if "Max-Age=0" in line:
                del self.cookies[name]

    def opens(self, path: str, **headers: str) -> Answer:
        """Go to a page."""
        return self.asks("GET", path, headers=headers)

    def posts(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send the fields as a form does."""
        body = urlencode(fields).encode()
        kind = {"Content-Type": PLAIN_FORM, "Origin": self.url}
        return self.asks("POST", path, body, {**kind, **headers})

    def uploads(self, path: str, fields: Mapping[str, str], file: bytes, **headers: str) -> Answer:
        """Send the fields and then the file, as a form with a file does."""
        body = multipart(fields, file)
        kind = {"Content-Type": f"{FORM_WITH_FILE}; boundary={BOUNDARY}", "Origin": self.url}
        return self.asks("POST", path, body, {**kind, **headers})

    def token(self, path: str) -> str:
        """What the form that goes to this path carries now."""
        return self.opens("/office" if path == SIGN_OUT else path).page.tokens[path]

    def sends(self, path: str, **fields: str) -> Answer:
        """Open the form, fill it in and send it."""
        return self.posts(path, {"form": self.token(path), **fields})

    def signs_in(self, login: str, password: str) -> Answer:
        """Fill in name and password."""
        return self.sends(SIGN_IN, login=login, password=password)

    def joins(self, code: str, login: str, password: str, name: str = "chị Lan") -> Answer:
        """Fill in the form of who was invited."""
        return self.sends(JOIN, code=code, name=name, login=login, password=password)
