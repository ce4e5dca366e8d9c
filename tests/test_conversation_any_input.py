"""Whatever is typed, pressed or sent, in whatever order: there is an answer, short and with a way on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.app.installation import open_installation
from bot.config import Settings
from bot.conversation.turn import State
from bot.core.messages import Kind
from bot.core.vocabulary import Role, Topic
from storage.models import conversations
from tests import shipped
from tests.clock import FixedClock
from tests.walker import Walker
from tests.world import World

SYLLABLES = (
    *("quên", "mat", "khẩu", "vneid", "khai", "sanh", "bị", "lừa", "tiền", "bước", "số", "người"),
    *("không", "duoc", "mã", "otp", "vào", "tổ", "ABCD-2345", "BCGH-2345", "7", "ba", "0", "lượt"),
    *("nối", "7K2 M9Q", "bot"),
)
VERBS = ("guide", "step", "part", "topic", "stuck", "fix", "other", "done", "log", "logt", "logn")
MORE_VERBS = (
    "logok",
    "logmany",
    *(f"log{rest}" for rest in ("det", "p", "fil", "day", "fix", "ft", "fc", "tel", "yes", "kin")),
    *(f"log{rest}" for rest in ("same", "fx", "fxa", "fxw", "fxr", "fxk", "fxs", "team", "last")),
    *(f"log{rest}" for rest in ("remind", "remindok", "remindno", "head", "headn")),
    *(
        f"trn{rest}"
        for rest in ("", "s", "new", "ask", "fix", "ok", "ed", "go", "why", "say", "do")
    ),
    *(f"trn{rest}" for rest in ("grp", "ci", "add", "addn", "hd", "drop")),
    "undo",
    "mine",
    "name",
    "which",
    "person",
    "back",
    "again",
    "join",
    "checkup",
    "link",
    "linkok",
    "unlink",
    "unlinkok",
    "wake",
)
ARGUMENTS = (
    *Topic,
    "yn",
    "u",
    "1",
    "s0",
    "0baaaaaf2p7",
    "v2",
    "4-19",
    "50",
    "51",
    "20261118",
    "20269999",
    "cad20261128h0900m120pb",
    "oxdh9999m0pz",
    "x",
    "held",
    "x",
    "",
    "9" * 30,
    "٣",
    "²",
    "-1",
)

sentences = st.lists(st.sampled_from(SYLLABLES), max_size=8).map(" ".join)
written_actions = st.builds(
    lambda verb, args: ":".join((verb, *args)),
    st.sampled_from(VERBS + MORE_VERBS),
    st.lists(st.sampled_from(ARGUMENTS), max_size=5),
)
typed = st.one_of(
    sentences,
    st.integers(-3, 120).map(str),
    st.text(max_size=80),
    st.text(st.characters(categories=["So", "Mn", "Cf", "Zs", "Nd", "No"]), max_size=12),
    written_actions,
)
LONG = "bà hỏi con cái này nghe con " * 200
events = st.one_of(
    st.tuples(st.just(Kind.TEXT), typed | st.just(LONG)),
    st.tuples(st.just(Kind.ACTION), written_actions | st.text(max_size=70)),
    st.tuples(st.sampled_from([Kind.START, Kind.EDITED, Kind.VOICE, Kind.STICKER]), typed),
    st.tuples(st.just("choice"), st.integers(0, 5).map(str)),
)


@pytest.fixture(scope="module")
def walkers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Walker]]:
    """A resident, a member and an officer of one installation."""
    folder = tmp_path_factory.mktemp("any-input")
    url = f"sqlite:///{folder / 'ban-so.db'}"
    values = {"database_url": url, "secret_key": "khóa nào cũng được", "var_dir": folder}
    installation = open_installation(
        Settings.model_validate(values), FixedClock(), library=shipped.library()
    )
    with installation.database.unit() as unit:
        resident = Walker(installation, unit)
        member, officer = resident.join(Role.MEMBER, "KP 3"), resident.join(Role.OFFICER)
        yield [resident, member, officer]
    installation.database.close()


@given(who=st.integers(0, 2), said=st.lists(events, min_size=1, max_size=12))
def test_there_is_always_an_answer(
    walkers: list[Walker], who: int, said: list[tuple[Kind | str, str]]
) -> None:
    walker, state = walkers[who], State()
    with walker.undone():
        for kind, text in said:
            if kind == "choice":
                kind, text = Kind.ACTION, _chosen(state, int(text))
            assert isinstance(kind, Kind)
            seen = walker.take(state, text, kind)
            assert seen.messages
            assert seen.choices
            assert all(0 < len(message.text) <= 500 for message in seen.messages)
            assert all("{" not in message.text for message in seen.messages)
            assert all(len(choice.action.encode()) <= 64 for choice in seen.choices)
            state = seen.state


def _chosen(state: State, number: int) -> str:
    return next((choice.action for choice in state.choices if choice.n == number), "menu")


@given(said=st.lists(sentences.filter(str.strip), min_size=2, max_size=6))
def test_what_is_not_understood_never_gets_the_same_words_twice_in_a_row(
    walkers: list[Walker], said: list[str]
) -> None:
    walker, state, before = walkers[0], State(), ""
    for text in said:
        seen = walker.take(state, text)
        if seen.state.misses > 1 and seen.outcome != "refused":
            assert seen.texts != before, text
        before, state = seen.texts, seen.state


@given(name=st.text(min_size=1, max_size=200))
def test_any_name_can_be_told(walkers: list[Walker], name: str) -> None:
    walker = walkers[1]
    with walker.undone():
        waiting = walker.take(State(), "name", Kind.ACTION)
        seen = walker.take(waiting.state, name)
        assert all(len(message.text) <= 500 for message in seen.messages)


@settings(max_examples=12)
@given(said=st.lists(events, min_size=1, max_size=6))
def test_on_the_whole_road_nothing_ends_in_an_apology(
    world: World, said: list[tuple[Kind | str, str]]
) -> None:
    person = world.person("bà Tư")
    sorry = world.base.sentences["error.sorry"].split(",")[1].strip()
    for kind, text in said:
        messages = person.sends(kind, text) if isinstance(kind, Kind) else person.says(text)
        assert messages
        assert not any(sorry in message.text for message in messages)


def test_an_action_typed_with_words_of_a_person_leaves_none_of_them_in_the_state(
    world: World,
) -> None:
    person = world.person()
    person.says("menu")
    for action in (
        "part:at-da-bi-lua:0912345678",
        "stuck:vneid-quen-mat-khau:nguyen-thi-hanh",
        "fix:vneid-quen-mat-khau:nguyen-thi-hanh",
        "other:vneid-quen-mat-khau:nguyen-thi-hanh",
        "done:vneid-quen-mat-khau:nguyen-thi-hanh",
        "which:nguyen-thi-hanh",
        "topic:vneid:nguyen-thi-hanh",
        "guide:nguyen-thi-hanh",
        "step:vneid-quen-mat-khau:nguyen-thi-hanh",
        "logn:vneid:0912345678",
        "logdet:0:vneid:1:20261118:1:nguyen",
        "logp:nguyen:vneid:1:20261118:1",
        "logkin:nguyen:vneid:1:20261118:1",
        "logfx:0912345678",
        "logfxw:1:1:nguyen",
        "logfxr:1:1:nguyen",
        "logremindok:nguyen",
        "logheadn:nguyen",
        "checkup:nguyen-thi-hanh",
        "checkup:yn:0912345678",
    ):
        person.sends_action(action)
    states = select(conversations.c.state)
    stored = world.base.database.read(lambda unit: unit.connection.execute(states).scalars().all())
    assert stored
    assert not [state for state in stored if "nguyen" in state or "0912345678" in state]
