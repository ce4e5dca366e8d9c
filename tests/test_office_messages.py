"""The office's page of messenger accounts: how each is, what could not go, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.conversation.jobs import purge_expired
from bot.core.vocabulary import Role
from bot.locale import load_sentences
from storage import health
from tests import small_content
from tests.browser_server import running
from tests.command_line import ROOT
from tests.office_browser import SIGN_IN, Answer, Browser
from tests.office_messages_site import ANSWER, MESSAGES, NOTICE, Accounts
from tests.office_site import BAD, Site

SENTENCES = load_sentences(ROOT / "content")
WEEK = "/office"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Wednesday 18 November 2026, 9 o'clock, in a ward whose messengers are not connected yet."""
    with running(tmp_path, content_dir=small_content.shared()) as ward:
        yield Site(ward)


@pytest.fixture
def accounts(site: Site) -> Accounts:
    return Accounts(site.ward)


class Look(HTMLParser):
    """The page: words of each account by its name, of each message by its number, and its forms."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        assert answer.status == 200, answer.text
        self.page = answer.page
        assert self.page.scripts == []
        self.accounts: dict[str, str] = {}
        self.messages: dict[int, str] = {}
        self.forms: list[str] = []
        self.words = " ".join(self.page.words.split())
        self._account: list[str] | None = None
        self._message: int | None = None
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "li" if given.get("class") == "account":
                self._account = []
            case "article":
                self._message = int(given["id"].removeprefix("message-"))
                self.messages[self._message] = ""
            case "form":
                self.forms.append(given["action"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "li" and self._account is not None:
            self.accounts[self._account[0]] = " ".join(self._account)
            self._account = None
        if tag == "article":
            self._message = None

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and self._account is not None:
            self._account.append(text)
        if text and self._message is not None:
            self.messages[self._message] += f" {text}"


def look(site: Site, slug: str = "ho-nai", role: Role = Role.OFFICER) -> Look:
    """The page as somebody of that office reads it who has just signed in."""
    return Look(site.officer(slug, role).opens(MESSAGES))


def press(browser: Browser, number: int, act: str) -> Answer:
    """Press the button of that message; the form's token is any of the page."""
    return browser.posts(f"{MESSAGES}/{number}/{act}", {"form": token(browser)})


def token(browser: Browser) -> str:
    """What forms of this browser carry."""
    return browser.token("/office/sign-out")


def said(sentence: str, **values: object) -> str:
    return SENTENCES[sentence].format(**values)


# ---- the accounts -------------------------------------------------------------------------------


def test_without_messengers_the_page_says_so_in_words(site: Site) -> None:
    page = look(site)
    assert list(page.accounts) == ["Khung chat trên web"]
    assert said("messages.no-messenger", commune="phường Hố Nai") in page.words
    assert said("messages.none") in page.words
    web_chat = page.accounts["Khung chat trên web"]
    assert said("messages.state-running") in web_chat
    assert said("messages.never") in web_chat
    assert f"{said('messages.waiting')} —" in web_chat  # its pages fetch them
    assert f"{said('messages.cost')} —" in web_chat


def test_a_terminal_is_no_messenger(site: Site, accounts: Accounts) -> None:
    accounts.opens("console")
    assert list(look(site).accounts) == ["Khung chat trên web"]


def test_each_account_has_its_last_event_what_waits_its_month_and_its_price(
    site: Site, accounts: Accounts
) -> None:
    oa, bot = accounts.opens("zalo_oa"), accounts.opens("zalo_bot")
    accounts.hears(oa)
    accounts.waits(oa)
    accounts.sends(oa, 3, cost=55)
    accounts.sends(bot, 1200)
    page = look(site)
    assert said("messages.no-messenger", commune="phường Hố Nai") not in page.words
    shown = page.accounts["Zalo OA"]
    assert f"{said('messages.last-event')} 09:00 18/11/2026" in shown
    assert f"{said('messages.waiting')} 1" in shown
    assert f"{said('messages.this-month')} 3" in shown
    assert f"{said('messages.cost')} 165 đ" in shown
    assert said("messages.people") not in shown
    shown = page.accounts["Zalo Bot"]
    assert said("messages.never") in shown
    assert f"{said('messages.this-month')} 1.200/3.000" in shown
    assert f"{said('messages.cost')} —" in shown
    assert f"{said('messages.people')} 0/50" in shown


def test_what_was_sent_last_month_is_not_of_this_one(site: Site, accounts: Accounts) -> None:
    accounts.sends(accounts.opens("zalo_oa"), 3, cost=55)
    site.ward.clock.passes(days=13)
    shown = look(site).accounts["Zalo OA"]
    assert f"{said('messages.this-month')} 0" in shown
    assert f"{said('messages.cost')} 0 đ" in shown


def test_a_trouble_stands_there_with_what_to_do_and_since_when_and_on_the_first_page(
    site: Site, accounts: Accounts
) -> None:
    oa = accounts.opens("zalo_oa")
    see, one = said("office.see-messages"), said("office.accounts-stuck", count=1)
    officer = site.officer()
    assert see not in officer.opens(WEEK).page.words
    accounts.fails(oa, health.NEEDS_CONSENT)
    shown = Look(officer.opens(MESSAGES)).accounts["Zalo OA"]
    assert "cần cấp lại quyền" in shown
    assert said("messages.since", moment="09:00 18/11/2026") in shown
    week = officer.opens(WEEK).page
    assert one in week.words
    assert see in week.words
    assert week.links.count(MESSAGES) == 1
    site.ward.base.database.write(health.clear_trouble, oa.id)
    assert said("messages.state-running") in Look(officer.opens(MESSAGES)).accounts["Zalo OA"]
    assert see not in officer.opens(WEEK).page.words


def test_an_account_that_is_switched_off_says_so_and_alarms_only_when_messages_wait(
    site: Site, accounts: Accounts
) -> None:
    telegram = accounts.opens("telegram", is_sent=False)
    accounts.fails(telegram, "401")  # of the time when it was on
    page = look(site)
    assert said("messages.state-off") in page.accounts["Telegram"]
    assert "token" not in page.accounts["Telegram"]
    assert said("office.see-messages") not in site.officer().opens(WEEK).page.words
    accounts.waits(telegram)
    assert said("office.accounts-stuck", count=1) in site.officer().opens(WEEK).page.words


def test_forged_requests_are_a_trouble_until_a_true_one_comes_or_a_day_is_over(
    site: Site, accounts: Accounts
) -> None:
    oa = accounts.opens("zalo_oa")
    site.ward.base.database.write(health.note_forged, oa.id, 20)
    assert "OA Secret Key" in look(site).accounts["Zalo OA"]
    assert said("office.accounts-stuck", count=1) in site.officer().opens(WEEK).page.words
    site.ward.clock.passes(minutes=1)
    accounts.hears(oa)
    assert "OA Secret Key" not in look(site).accounts["Zalo OA"]
    bot = accounts.opens("zalo_bot")
    site.ward.base.database.write(health.note_forged, bot.id, 20)
    site.ward.clock.passes(hours=23)
    assert "webhook" in look(site).accounts["Zalo Bot"]
    site.ward.clock.passes(hours=1)
    assert "webhook" not in look(site).accounts["Zalo Bot"]


def test_a_few_forged_requests_are_shown_and_no_trouble(site: Site, accounts: Accounts) -> None:
    oa = accounts.opens("zalo_oa")
    assert said("messages.forged") not in look(site).accounts["Zalo OA"]
    site.ward.base.database.write(health.note_forged, oa.id, 19)
    shown = look(site).accounts["Zalo OA"]
    assert said("messages.state-running") in shown
    assert f"{said('messages.forged')} 19" in shown
    assert said("office.see-messages") not in site.officer().opens(WEEK).page.words
    site.ward.clock.passes(hours=24)
    assert said("messages.forged") not in look(site).accounts["Zalo OA"]


def test_a_quota_that_is_nearly_over_is_said_beside_the_figures(
    site: Site, accounts: Accounts
) -> None:
    bot = accounts.opens("zalo_bot")
    accounts.sends(bot, 2399)
    assert said("messages.state-running") in look(site).accounts["Zalo Bot"]
    accounts.sends(bot, 1)
    shown = look(site).accounts["Zalo Bot"]
    assert said("messages.state-quota") in shown
    assert said("trouble.quota-messages", channel="Zalo Bot") in shown
    assert "2.400/3.000" in shown
    assert said("office.see-messages") not in site.officer().opens(WEEK).page.words


# ---- what could not go --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "channel", "reads"),
    [
        ("shut", "zalo_oa", "Đã quá 7 ngày người nhận chưa nhắn lại, hoặc đã chặn"),
        ("unpaid", "zalo_oa", "Đã quá 48 giờ người nhận chưa nhắn lại. Gửi lúc này mất 55 đ"),
        ("unreachable", "zalo_oa", "không tới được: người nhận đã chặn hoặc rời kênh"),
        ("failed", "zalo_oa", "Kênh không nhận tin này, gửi lại cũng thường vậy (mã “zalo -201”)"),
        ("given-up", "zalo_bot", "Gửi hoài hơn 24 giờ không được nên trợ lý đã thôi"),
        ("silent", "telegram", "đã chặn hoặc rời kênh này, từ đó chưa nhắn lại"),
    ],
)
def test_each_reason_reads_as_a_sentence(
    site: Site, accounts: Accounts, how: str, channel: str, reads: str
) -> None:
    number = accounts.sticks(accounts.opens(channel), how)
    (shown,) = look(site).messages.values()
    assert reads in shown
    assert said("messages.one", number=number) in shown
    assert said("messages.to-resident") in shown
    assert "18/11/2026" in shown or how == "given-up"
    assert NOTICE.replace("**", "") in shown
    assert said("office.messages-stuck", count=1) in site.officer().opens(WEEK).page.words


def test_a_notice_to_somebody_of_the_office_says_to_whom(site: Site, accounts: Accounts) -> None:
    accounts.sticks(accounts.opens("zalo_oa"), "shut", to="chị Mai")
    (shown,) = look(site).messages.values()
    assert said("messages.to", name="chị Mai") in shown


def test_words_that_try_to_be_more_than_words_stay_words(site: Site, accounts: Accounts) -> None:
    accounts.sticks(accounts.opens("zalo_oa"), "shut", text=BAD)
    (shown,) = look(site).messages.values()
    assert BAD in shown


def test_answers_are_only_counted_and_alarm_nobody(site: Site, accounts: Accounts) -> None:
    oa = accounts.opens("zalo_oa")
    for _ in range(3):
        accounts.loses(oa)
    accounts.loses(oa, "failed")
    page = look(site)
    assert page.messages == {}
    rows = [[cell.text for cell in row] for row in page.page.tables["answers"].rows[1:]]
    assert [(row[0], row[2]) for row in rows] == [("Zalo OA", "1"), ("Zalo OA", "3")]
    assert ANSWER not in page.words
    assert said("messages.none") in page.words
    assert said("office.see-messages") not in site.officer().opens(WEEK).page.words


def test_many_answers_never_hide_a_notice(site: Site, accounts: Accounts) -> None:
    oa = accounts.opens("zalo_oa")
    number = accounts.sticks(oa, "shut")
    for _ in range(205):
        accounts.loses(oa)
    page = look(site)
    assert list(page.messages) == [number]
    assert said("messages.cut", count=200) in page.words


# ---- what is done about it ----------------------------------------------------------------------


def test_send_again_puts_it_back_into_the_queue_and_stands_in_the_audit_log(
    site: Site, accounts: Accounts
) -> None:
    oa = accounts.opens("zalo_oa")
    number, officer = accounts.sticks(oa, "shut"), site.officer()
    sent = press(officer, number, "again")
    assert (sent.status, sent.location) == (303, f"{MESSAGES}?done=again#done")
    assert accounts.status(number) == ("waiting", True)
    page = Look(officer.opens(sent.location or ""))
    assert said("messages.done-again") in page.words
    assert page.messages == {}
    assert f"{said('messages.waiting')} 1" in page.accounts["Zalo OA"]
    assert accounts.acts() == [("send-again", f"message:{number}"), ("read", "messages")]


def test_passed_on_in_another_way_it_says_so_and_its_words_are_gone(
    site: Site, accounts: Accounts
) -> None:
    number, officer = accounts.sticks(accounts.opens("zalo_oa"), "unpaid"), site.officer()
    site.ward.clock.passes(hours=1)
    done = press(officer, number, "settled")
    assert done.location == f"{MESSAGES}?done=settled#done"
    assert accounts.status(number) == ("settled", False)
    page = Look(officer.opens(done.location or ""))
    assert said("messages.done-settled") in page.words
    assert page.messages == {}
    assert NOTICE.replace("**", "") not in page.words
    row = page.page.tables["settled"].body[said("messages.one", number=number)]
    assert [cell.text for cell in row] == ["Zalo OA", "10:00 18/11/2026"]
    assert ("settle", f"message:{number}") in accounts.acts()


def test_who_comes_second_is_told_and_nothing_is_recorded(site: Site, accounts: Accounts) -> None:
    number, officer = accounts.sticks(accounts.opens("zalo_oa"), "shut"), site.officer()
    press(officer, number, "settled")
    for act in ("again", "settled"):
        late = press(officer, number, act)
        assert late.location == f"{MESSAGES}?done=gone#done"
        assert said("messages.done-gone") in Look(officer.opens(late.location or "")).words
    assert [act for act in accounts.acts() if act[0] != "read"] == [("settle", f"message:{number}")]


def test_a_message_that_is_on_its_way_cannot_be_touched(site: Site, accounts: Accounts) -> None:
    number, officer = accounts.waits(accounts.opens("zalo_oa")), site.officer()
    for act in ("again", "settled"):
        assert press(officer, number, act).location == f"{MESSAGES}?done=gone#done"
    assert accounts.status(number) == ("waiting", True)


def test_an_address_that_no_message_can_have_is_not_found(site: Site) -> None:
    officer = site.officer()
    for path in ("x/again", "-1/settled", "9999999999/again", "1/other"):
        form = {"form": token(officer)}
        assert officer.posts(f"{MESSAGES}/{path}", form).status == 404


# ---- who may ------------------------------------------------------------------------------------


def test_the_operator_and_the_officer_act_and_the_leader_only_reads(
    site: Site, accounts: Accounts
) -> None:
    oa = accounts.opens("zalo_oa")
    for role in (Role.OPERATOR, Role.OFFICER):
        number = accounts.sticks(oa, "shut")
        browser = site.officer(role=role)
        forms = Look(browser.opens(MESSAGES)).forms
        assert {f"{MESSAGES}/{number}/again", f"{MESSAGES}/{number}/settled"} <= set(forms)
        assert press(browser, number, "settled").status == 303
    number = accounts.sticks(oa, "shut")
    leader = site.officer(role=Role.LEADER)
    page = Look(leader.opens(MESSAGES))
    assert NOTICE.replace("**", "") in page.messages[number]
    assert page.forms == ["/office/sign-out"]
    assert said("messages.read-only") in page.words
    for act in ("again", "settled"):
        refused = press(leader, number, act)
        assert refused.status == 403
        assert said("messages.read-only") in refused.text
    assert accounts.status(number) == ("shut", True)


def test_strangers_are_led_to_the_door(site: Site, accounts: Accounts) -> None:
    number = accounts.sticks(accounts.opens("zalo_oa"), "shut")
    nobody = site.browser()
    seen = nobody.opens(MESSAGES)
    assert (seen.status, seen.location) == (303, SIGN_IN)
    sent = nobody.posts(f"{MESSAGES}/{number}/settled", {"form": "x"})
    assert (sent.status, sent.location) == (303, SIGN_IN)
    assert accounts.status(number) == ("shut", True)


def test_a_form_of_another_site_or_another_browser_changes_nothing(
    site: Site, accounts: Accounts
) -> None:
    number = accounts.sticks(accounts.opens("zalo_oa"), "shut")
    officer, other = site.officer(), site.officer()
    path = f"{MESSAGES}/{number}/settled"
    assert officer.posts(path, {}).status == 403
    assert officer.posts(path, {"form": token(other)}).status == 403
    form = {"form": token(officer)}
    assert officer.posts(path, form, Origin="https://elsewhere.example").status == 403
    assert officer.opens(path).status == 405
    assert accounts.status(number) == ("shut", True)
    assert [act for act in accounts.acts() if act[0] != "read"] == []


def test_another_commune_sees_nothing_and_can_touch_nothing(site: Site, accounts: Accounts) -> None:
    oa = accounts.opens("zalo_oa")
    accounts.fails(oa, health.NEEDS_CONSENT)
    number = accounts.sticks(oa, "shut")
    accounts.loses(oa)
    neighbour = site.officer("phuoc-tan")
    page = Look(neighbour.opens(f"{MESSAGES}?commune=ho-nai"))
    assert list(page.accounts) == ["Khung chat trên web"]
    assert page.messages == {}
    assert "answers" not in page.page.tables
    assert said("office.see-messages") not in neighbour.opens(WEEK).page.words
    for act in ("again", "settled"):
        assert press(neighbour, number, act).location == f"{MESSAGES}?done=gone#done"
    assert accounts.status(number) == ("shut", True)
    assert Accounts(site.ward, "phuoc-tan").acts() == [("read", "messages")]


def test_every_look_stands_in_the_audit_log(site: Site, accounts: Accounts) -> None:
    look(site, role=Role.LEADER)
    assert accounts.acts() == [("read", "messages")]


def test_the_way_there_stands_in_the_bar_of_its_group(site: Site) -> None:
    officer = site.officer()
    for path in ("/office/teams", "/office/guides", MESSAGES):
        assert MESSAGES in officer.opens(path).page.links
    assert officer.opens(MESSAGES).text.count('aria-current="page"') == 1


def test_an_unknown_word_in_the_address_says_nothing(site: Site) -> None:
    html = site.officer().opens(f"{MESSAGES}?done=x").text
    assert 'id="done"' not in html


def test_messages_older_than_thirty_days_are_gone(site: Site, accounts: Accounts) -> None:
    number = accounts.sticks(accounts.opens("zalo_oa"), "shut")
    assert list(look(site).messages) == [number]
    site.ward.clock.passes(days=31)
    site.ward.base.database.write(purge_expired)
    assert look(site).messages == {}
