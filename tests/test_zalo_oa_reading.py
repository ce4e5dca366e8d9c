"""What each event of a Zalo Official Account is to us, and that no shape of one brings the reading down."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wire import is_id, read_object
from bot.channels.zalo_oa_reading import Event, oa_of, read_event
from bot.core.messages import GIVES_BACK, Kind
from tests import depth

FIXTURES = Path(__file__).parent / "fixtures" / "zalo"
OA, RESIDENT = "3918204756619038472", "6801357924680135792"
SALT = "made-up-webhook-secret"
FUZZ = settings(max_examples=depth.FUZZ.now)
# Sample: the resident, what they did, the words, whether a person of the office sent it.
EXPECTED: dict[str, tuple[str | None, Kind, str, bool]] = {
    "user_send_text": (
        RESIDENT,
        Kind.TEXT,
        "Xin chào, tôi muốn hỏi về giấy xác nhận cư trú",
        False,
    ),
    "user_send_text_code": (RESIDENT, Kind.TEXT, "#CI-7K2M9Q", False),
    "user_send_text_button": (RESIDENT, Kind.ACTION, "svc:residency:start", False),
    "user_send_text_quote": (RESIDENT, Kind.TEXT, "Cái này cần giấy tờ gì?", False),
    "user_send_image": (RESIDENT, Kind.PICTURE, "", False),
    "user_send_gif": (RESIDENT, Kind.PICTURE, "", False),
    "user_send_link": (
        RESIDENT,
        Kind.TEXT,
        "Cổng thông tin phường\nhttps://example.org/tin-tuc/1",
        False,
    ),
    "user_send_audio": (RESIDENT, Kind.VOICE, "", False),
    "user_send_video": (RESIDENT, Kind.PICTURE, "", False),
    "user_send_sticker": (RESIDENT, Kind.STICKER, "", False),
    "user_send_location": (RESIDENT, Kind.LOCATION, "", False),
    "user_send_file": (RESIDENT, Kind.FILE, "", False),
    "user_send_business_card": (RESIDENT, Kind.CONTACT, "", False),
    "user_received_message": (RESIDENT, Kind.NOTED, "", False),
    "user_received_message_zns": (None, Kind.NOTED, "", False),
    "user_seen_message": (RESIDENT, Kind.NOTED, "", False),
    "user_reacted_message": (RESIDENT, Kind.NOTED, "", False),
    "oa_send_text": (RESIDENT, Kind.STAFF, "", True),
    "oa_send_image": (RESIDENT, Kind.NOTED, "", False),
    "follow": (RESIDENT, Kind.START, "", False),
    "unfollow": (RESIDENT, Kind.STOPPED, "", False),
    "user_click_chatnow": (RESIDENT, Kind.START, "", False),
    "user_submit_info": (RESIDENT, Kind.CONTACT, "", False),
    "user_submit_info_old": (RESIDENT, Kind.CONTACT, "", False),
    "anonymous_send_text": (None, Kind.NOTED, "", False),
    "user_withdraw": (RESIDENT, Kind.WITHDREW, "", False),
    "widget_interaction_accepted": (RESIDENT, Kind.START, "", False),
    "add_user_to_tag": (None, Kind.NOTED, "", False),
    "user_click_response_button": (None, Kind.NOTED, "", False),
    "user_send_group_text": (None, Kind.NOTED, "", False),
    "console_test_event": ("1000000000000000001", Kind.TEXT, "This is testing message", False),
}
ANSWERS = {  # of Zalo's calls: no events
    "api_send_ok",
    "api_err_token",
    "api_err_window",
    "api_err_rate",
    "oauth_token_ok",
    "oauth_err",
    "user_detail_ok",
}
DOCUMENTED_AND_NOTED = re.findall(
    r"\w+",
    """
    oa_send_anonymous_text oa_send_anonymous_image anonymous_send_image anonymous_send_file
    anonymous_send_sticker widget_failed_to_sync_user_external_id oa_send_consent user_reply_consent
    user_call_oa oa_call_user add_user_to_tag remove_user_from_tag remove_tag create_group delete_group
    update_group_info add_group_admin remove_group_admin user_join_group user_out_group
    user_request_join_group accept_request_join_group reject_request_join_group user_send_group_text
    user_send_group_image oa_send_group_text oa_send_group_image change_template_status
    change_template_quality change_template_quota change_oa_daily_quota change_oa_template_tags
    user_feedback user_click_response_button
""",
)
ECHOES = [f"oa_send_{what}" for what in ("text", "image", "file", "sticker", "gif")]
WRONG: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    2**63,
    10**300,
    1.5,
    float("inf"),
    float("nan"),
    "",
    "x",
    "\0",
    "\ud83d",
    "#v1:",
    "x" * 200,
    [],
    [[]],
    [None],
    {},
    {"id": None},
    {"id": {"id": 7}},
    {"payload": []},
    [{"payload": {"url": 7, "description": ["x"]}}],
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def sample(name: str) -> dict[str, Any]:
    # "oa_" marks the samples of this product; "oa_oa_send_text" is the event "oa_send_text".
    return read_object((FIXTURES / f"oa_{name}.json").read_bytes())


SAMPLES = {name: sample(name) for name in EXPECTED}


def read(event: dict[str, Any]) -> Event:
    found = read_event(event, SALT)
    assert found is not None
    return found


def changed(name: str, **fields: Any) -> dict[str, Any]:
    return copy.deepcopy(SAMPLES[name]) | fields


def saying(name: str, **fields: Any) -> dict[str, Any]:
    """A sample with another message."""
    return changed(name, message=SAMPLES[name]["message"] | fields)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a JSON value, outermost first."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*path, name))


def put(event: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(event)
    inside: Any = made
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return made


def without(event: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    made = copy.deepcopy(event)
    inside: Any = made
    for step in path[:-1]:
        inside = inside[step]
    del inside[path[-1]]
    return made


def check(event: dict[str, Any]) -> None:
    """Whatever it was, what is read can be kept and answered."""
    oa = oa_of(event)
    assert oa is None or is_id(oa)
    found = read_event(event, SALT)
    if found is None:
        assert not (isinstance(event.get("event_name"), str) and event["event_name"])
        return
    assert is_id(found.event_id)
    assert re.fullmatch(r"[A-Za-z0-9_.]{1,40}:[0-9a-f]{32}", found.event_id)
    assert is_id(found.name)
    assert isinstance(found.kind, Kind)
    assert isinstance(found.text, str)
    assert found.chat is None or is_id(found.chat)
    assert found.chat is not None or (found.kind, found.text) == (Kind.NOTED, "")
    assert found.text in ("", GIVES_BACK) or found.kind in (Kind.TEXT, Kind.ACTION)
    assert found.kind is not Kind.TEXT or found.text
    assert found.kind is not Kind.STAFF or found.staff
    assert 2015 <= found.at.year < 2100
    assert found.at.tzinfo is UTC
    again = read(copy.deepcopy(event))
    assert again.event_id == found.event_id


# --- The samples


def test_each_sample_of_the_manifest_is_in_the_table() -> None:
    manifest = json.loads((FIXTURES / "manifest.json").read_text("utf-8"))
    files = {entry["file"] for entry in manifest["samples"]}
    ours = {file.removesuffix(".json") for file in files if file.startswith("oa_")}
    assert len(ours) > 35
    assert ours == {f"oa_{name}" for name in EXPECTED.keys() | ANSWERS}
    assert ours == {path.stem for path in FIXTURES.glob("oa_*.json")}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_sample_is_read_as_what_it_is(name: str) -> None:
    found = read(SAMPLES[name])
    assert (found.chat, found.kind, found.text, found.staff) == EXPECTED[name]
    assert found.name == SAMPLES[name]["event_name"]
    stamp = int(SAMPLES[name]["timestamp"])
    assert found.at == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=stamp)
    check(SAMPLES[name])


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_the_answer_of_a_call_is_no_event(name: str) -> None:
    assert read_event(sample(name), SALT) is None
    assert oa_of(sample(name)) is None


@pytest.mark.parametrize("name", EXPECTED)
def test_each_sample_tells_the_account_that_it_is_of(name: str) -> None:
    expected = "1000000000000000003" if name == "console_test_event" else OA
    assert oa_of(SAMPLES[name]) == expected


def test_an_event_that_names_no_account_has_none() -> None:
    assert oa_of(without(SAMPLES["user_withdraw"], ("oa_id",))) is None
    assert oa_of(without(SAMPLES["user_send_group_text"], ("oa_id",))) is None  # a group is none
    assert oa_of({"event_name": "brand_new", "recipient": {"id": OA}}) is None
    assert oa_of({"event_name": "oa_send_anonymous_text", "sender": {"id": OA}}) == OA
    assert oa_of({"event_name": "user_send_text", "recipient": {"id": int(OA)}}) == OA


# --- Words


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("#v1:menu", Kind.ACTION, "menu"),
        ("#v1:", Kind.ACTION, ""),
        ("#v1:a\nb", Kind.ACTION, "a\nb"),
        ("#V1:menu", Kind.TEXT, "#V1:menu"),
        (" #v1:menu", Kind.TEXT, " #v1:menu"),
        ("#v2:menu", Kind.TEXT, "#v2:menu"),
        ("menu #v1:menu", Kind.TEXT, "menu #v1:menu"),
        ("#v1:#v1:menu", Kind.ACTION, "#v1:menu"),
        ("", Kind.OTHER, ""),
        (None, Kind.OTHER, ""),
        (7, Kind.OTHER, ""),
        (["menu"], Kind.OTHER, ""),
    ],
)
def test_a_press_comes_as_a_text_with_our_prefix(text: Any, kind: Kind, words: str) -> None:
    found = read(saying("user_send_text", text=text))
    assert (found.kind, found.text) == (kind, words)


@pytest.mark.parametrize(
    ("text", "links", "words"),
    [
        ("https://a.vn", [("Quà", "https://a.vn")], "Quà\nhttps://a.vn"),
        ("xem giùm", [("Quà", "https://a.vn")], "xem giùm\nQuà\nhttps://a.vn"),
        (None, [("", "https://a.vn")], "https://a.vn"),
        (None, [("https://a.vn", "https://a.vn")], "https://a.vn"),
        ("", [("Quà", None), (7, "https://b.vn")], "Quà\nhttps://b.vn"),
        ("https://a.vn", [], "https://a.vn"),
        ("#v1:menu", [("Quà", "https://a.vn")], "#v1:menu\nQuà\nhttps://a.vn"),
    ],
)
def test_a_shared_link_is_read_as_if_it_had_been_pasted(text: Any, links: Any, words: str) -> None:
    attachments = [
        {"type": "link", "payload": {"description": description, "url": url}}
        for description, url in links
    ]
    found = read(saying("user_send_link", text=text, attachments=attachments))
    assert (found.kind, found.text) == (Kind.TEXT, words)


@pytest.mark.parametrize("attachments", [None, [], {}, "x", [7], [{"payload": "x"}], [{}]])
def test_a_link_that_shows_nothing_is_not_a_text(attachments: Any) -> None:
    found = read(saying("user_send_link", text=None, attachments=attachments))
    assert (found.chat, found.kind, found.text) == (RESIDENT, Kind.OTHER, "")


def test_what_a_form_or_a_place_holds_is_not_kept() -> None:
    for name in ("user_submit_info", "user_submit_info_old", "user_send_location"):
        assert "Mẫu" not in repr(read(SAMPLES[name]))
        assert "84900000123" not in repr(read(SAMPLES[name]))
    assert read(changed("user_submit_info", event_name="update_user_info")).kind is Kind.CONTACT


# --- People


def test_a_form_without_a_sender_is_of_the_one_it_names_otherwise() -> None:
    event = without(SAMPLES["user_submit_info"], ("sender",)) | {"user_id": "77"}
    assert read(event).chat == "77"


def test_the_widget_names_the_resident_in_either_place() -> None:
    event = changed("widget_interaction_accepted", user_id="77", data={"user_external_id": "x"})
    assert read(event).chat == "77"


def test_ids_as_numbers_are_kept_as_their_digits() -> None:
    event = changed("user_send_text", sender={"id": int(RESIDENT)})
    assert read(event) == read(SAMPLES["user_send_text"])


@pytest.mark.parametrize(
    "number", [None, True, "", " \n", "\0", "\ud83d", "x" * 81, -5, 2**63, 1.0, [], {}]
)
def test_a_message_from_nobody_is_noted_without_its_words(number: Any) -> None:
    found = read(changed("user_send_text", sender={"id": number}))
    assert (found.chat, found.kind, found.text) == (None, Kind.NOTED, "")


@pytest.mark.parametrize("number", ["84900000123", "0900000123", 84900000123])
@pytest.mark.parametrize("name", ["user_received_message", "user_seen_message"])
def test_a_telephone_number_is_nobodys_chat(name: str, number: Any) -> None:
    found = read(changed(name, recipient={"id": number}))
    assert (found.chat, found.kind) == (None, Kind.NOTED)


# --- Staff, groups, and what is only noted


@pytest.mark.parametrize("name", ECHOES)
def test_an_echo_is_of_the_office_only_when_a_person_sent_it(name: str) -> None:
    person = read(changed("oa_send_text", event_name=name))
    assert (person.chat, person.kind, person.text) == (RESIDENT, Kind.STAFF, "")
    assert person.staff
    for nobody in (None, "", "0", 0, []):
        ours = read(changed("oa_send_text", event_name=name, sender=_sender(nobody)))
        assert (ours.chat, ours.kind, ours.staff) == (RESIDENT, Kind.NOTED, False)
    ours = read(changed("oa_send_text", event_name=name, sender={"id": OA}))
    assert (ours.chat, ours.kind, ours.staff) == (RESIDENT, Kind.NOTED, False)


def _sender(admin_id: Any) -> dict[str, Any]:
    return {"id": OA, "admin_id": admin_id}


@pytest.mark.parametrize("name", ["oa_send_list", "oa_send_template", "oa_send_brand_new"])
def test_what_nobody_types_by_hand_is_never_of_the_office(name: str) -> None:
    found = read(changed("oa_send_text", event_name=name))
    assert (found.chat, found.kind, found.text, found.staff) == (RESIDENT, Kind.NOTED, "", False)


@pytest.mark.parametrize("text", ["#bot", " #BOT ", "# Bot", "#bot.", "#\u200bbot\n"])
def test_of_the_words_of_the_office_only_the_giving_back_is_kept(text: str) -> None:
    found = read(saying("oa_send_text", text=text))
    assert (found.kind, found.text) == (Kind.STAFF, "#bot")
    ours = saying("oa_send_text", text=text) | {"sender": {"id": OA}}
    assert (read(ours).kind, read(ours).text) == (Kind.NOTED, "")


@pytest.mark.parametrize("text", ["bot", "cô gõ #bot nha", "#bot nha", "#robot", "", None, 7, []])
def test_other_words_of_the_office_are_dropped(text: Any) -> None:
    found = read(saying("oa_send_text", text=text))
    assert (found.kind, found.text) == (Kind.STAFF, "")


@pytest.mark.parametrize("name", DOCUMENTED_AND_NOTED)
@pytest.mark.parametrize("shape", ["user_send_text", "oa_send_text", "user_withdraw", "follow"])
def test_what_concerns_no_chat_of_ours_is_noted_whatever_its_shape(name: str, shape: str) -> None:
    found = read(changed(shape, event_name=name))
    assert (found.name, found.chat, found.kind, found.text) == (name, None, Kind.NOTED, "")


def test_a_reaction_of_the_account_is_noted() -> None:
    found = read(changed("oa_send_text", event_name="oa_reacted_message"))
    assert (found.chat, found.kind, found.staff) == (RESIDENT, Kind.NOTED, False)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_comes_from_a_group_is_never_answered(name: str) -> None:
    found = read(changed(name, group_id="f4b2a1c3d5e6f708"))
    assert (found.chat, found.kind, found.text) == (None, Kind.NOTED, "")


@pytest.mark.parametrize("group", [None, "", [], {}])
def test_an_empty_group_is_no_group(group: Any) -> None:
    assert read(changed("user_send_text", group_id=group)).kind is Kind.TEXT


@pytest.mark.parametrize(
    "name", ["user_send_brand_new", "USER_SEND_TEXT", "follow ", "7", "x" * 80]
)
def test_a_name_that_nobody_knows_is_noted(name: str) -> None:
    found = read(changed("user_send_text", event_name=name))
    assert (found.chat, found.kind, found.text) == (None, Kind.NOTED, "")
    check(changed("user_send_text", event_name=name))


@pytest.mark.parametrize("name", ["\0", "\ud83d", "sự kiện", "x" * 10_000, "a:b"])
def test_a_name_that_could_not_be_kept_is_not_shown(name: str) -> None:
    found = read(changed("user_send_text", event_name=name))
    assert found.name == "unknown"
    assert found.event_id != read(changed("user_send_text", event_name=name + "x")).event_id
    check(changed("user_send_text", event_name=name))


@pytest.mark.parametrize("name", [None, "", 7, True, [], {}])
def test_without_a_name_it_is_no_event(name: Any) -> None:
    assert read_event(changed("user_send_text", event_name=name), SALT) is None


# --- Repeats


@pytest.mark.parametrize("name", EXPECTED)
def test_a_repeat_has_the_same_id_and_everything_else_another(name: str) -> None:
    first = read(SAMPLES[name]).event_id
    assert first == read(changed(name, num_retry="3", user_id_by_app=None)).event_id
    others = {read(event).event_id for event in SAMPLES.values()}
    assert len(others) == len(SAMPLES)


def test_a_message_keeps_its_id_when_it_is_sent_again_at_another_moment() -> None:
    first = read(SAMPLES["user_send_text"])
    later = read(changed("user_send_text", timestamp="1789012999999"))
    assert later.event_id == first.event_id
    assert later.at > first.at


@pytest.mark.parametrize("name", ["follow", "user_withdraw", "user_submit_info"])
def test_without_a_message_id_the_person_and_the_moment_tell_events_apart(name: str) -> None:
    later = read(changed(name, timestamp="1789012999999"))
    of_another = read(changed(name, sender={"id": "77"}, follower={"id": "77"}, user_id="77"))
    assert len({read(SAMPLES[name]).event_id, later.event_id, of_another.event_id}) == 3


@pytest.mark.parametrize("name", ["follow", "unfollow", "user_withdraw", "user_seen_message"])
def test_who_knows_a_person_and_a_moment_cannot_tell_the_id_without_our_secret(name: str) -> None:
    ids = {salt: read_event(SAMPLES[name], salt) for salt in ("", "x", SALT, "bí mật", "\ud83d")}
    assert all(ids.values())
    assert len({found.event_id for found in ids.values() if found}) == len(ids)


def test_a_message_keeps_its_id_when_the_secret_is_changed() -> None:
    old, new = (read_event(SAMPLES["user_send_text"], salt) for salt in ("old", "new"))
    assert old == new


@pytest.mark.parametrize("name", EXPECTED)
def test_the_id_of_an_event_shows_no_person_and_no_words(name: str) -> None:
    found = read(SAMPLES[name])
    assert re.fullmatch(rf"{found.name[:40]}:[0-9a-f]{{32}}", found.event_id)
    assert len(found.event_id) <= 80
    numbers = re.findall(r"\d{6,}|[0-9a-f]{12,}", json.dumps(SAMPLES[name]))
    assert [number for number in numbers if number in found.event_id] == []


@pytest.mark.parametrize(
    "stamp",
    [
        None,
        "",
        "0",
        "-1",
        "1789012345",
        1789012345,
        "9" * 13,
        "9" * 400,
        "١" * 13,
        1.5,
        True,
        [],
        {},
    ],
)
def test_without_a_sensible_moment_it_is_now(stamp: Any) -> None:
    before = datetime.now(UTC)
    found = read(changed("user_send_text", timestamp=stamp))
    assert before <= found.at <= datetime.now(UTC)


def test_a_moment_may_be_a_number() -> None:
    found = read(changed("user_send_text", timestamp=1789012345001))
    assert found == read(SAMPLES["user_send_text"])


# --- Anything at all


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_that_is_missing_or_of_a_wrong_type_brings_it_down(name: str) -> None:
    event = SAMPLES[name]
    found = list(places(event))
    assert len(found) > 5
    for path in found:
        check(without(event, path))
        for wrong in WRONG:
            check(put(event, path, wrong))


def test_an_event_with_a_name_and_nothing_else_is_read() -> None:
    for name in {event["event_name"] for event in SAMPLES.values()} | {*DOCUMENTED_AND_NOTED}:
        found = read({"event_name": name})
        assert (found.chat, found.kind) == (None, Kind.NOTED)
        check({"event_name": name})


@FUZZ
@given(st.data())
def test_no_mutation_of_a_sample_brings_it_down(data: st.DataObject) -> None:
    event = SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))]
    for _ in range(data.draw(st.integers(1, 3))):
        paths = list(places(event))
        if not paths:
            break
        path = data.draw(st.sampled_from(paths))
        value = data.draw(JSON | st.sampled_from([*WRONG, *SAMPLES.values()]))
        event = without(event, path) if data.draw(st.booleans()) else put(event, path, value)
    check(event)
