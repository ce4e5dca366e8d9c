"""“nghe”, “to hơn”, “chữ to” anywhere: the open prompt stays open, and the link is one of our own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.installation import open_installation
from bot.config import Settings
from bot.conversation.log_cards import AT_COUNT
from bot.conversation.turn import OVER, State
from bot.core.messages import Kind, MediaKind
from bot.core.text import fold
from bot.core.vocabulary import Role
from bot.library import Library
from bot.media.own_files import mark_of
from handlers.joining import AT_NAME
from tests.clock import FixedClock
from tests.walker import Screen, Seen, Walker, explore

HERE = "http://127.0.0.1:8080"
GUIDE = "vneid-quen-mat-khau"
LISTEN, ENLARGE = ("nghe", "cho nghe", "doc cho nghe"), ("to hơn", "to hon", "chữ to", "chu to")
WORDS = (*LISTEN[:1], "NGHE", *ENLARGE, "/nghe")
MOST_SCREENS = 700
LINK = re.compile(r"https?://\S+")

pytestmark = pytest.mark.xdist_group("listening")


def build_of(screen: Screen) -> object:
    """What makes two screens places of the same kind."""
    state = screen.seen.state
    verbs = tuple(choice.action.split(":")[0] for choice in state.choices)
    return state.view.split(":")[0], verbs, state.at, bool(state.bookmark), OVER in state.data


@pytest.fixture(scope="module")
def places(walker: Walker) -> list[tuple[Walker, State]]:
    """A state of each kind: of a resident, of a member of a team, of an officer."""
    found = []
    member = walker.join(Role.MEMBER, "KP 3")
    for one in (walker, member, walker.join(Role.OFFICER)):
        kinds: dict[object, Screen] = {}
        for screen in explore(one, MOST_SCREENS):
            kinds.setdefault(build_of(screen), screen)
        found += [(one, screen.seen.state) for screen in kinds.values()]
    done = walker.take(at_step(walker), f"done:{GUIDE}", Kind.ACTION).state
    return [*found, (walker, done), (walker, State())]


def place(state: State, said: str) -> str:
    """Where a failure happened."""
    return f"{said!r} at {state.view} {state.at} {[choice.label for choice in state.choices]}"


def test_there_are_many_kinds_of_places(places: list[tuple[Walker, State]]) -> None:
    assert len(places) > 60
    waited_for = {state.at for _, state in places}
    assert {"", AT_NAME, AT_COUNT} <= waited_for
    verbs = {state.view.split(":")[0] for _, state in places}
    assert {"menu", "guide", "step", "stuck", "fix", "part", "done", "topic", "log"} <= verbs


@pytest.mark.parametrize("said", WORDS)
def test_the_open_prompt_stays_open(places: list[tuple[Walker, State]], said: str) -> None:
    for walker, state in places:
        seen = walker.peek(state, said)
        where = place(state, said)
        assert seen.outcome == "answered", where
        before = {choice.n: choice for choice in state.choices}
        after = {choice.n: choice for choice in seen.choices}
        assert after.items() >= before.items(), where
        assert set(after) - set(before) <= {0}, where  # a way home may be added, nothing else
        assert [message.choices for message in seen.messages if message.choices] == [seen.choices]
        kept = seen.state
        assert (kept.at, kept.view) == (state.at, state.view), where
        assert kept.trail == (state.trail or ("menu",)), where
        assert (kept.bookmark, kept.misses) == (state.bookmark, state.misses), where
        assert {**kept.data, OVER: ""} == {**state.data, OVER: ""}, where


@pytest.mark.parametrize("said", ["nghe", "chu to"])
def test_digits_go_on_working(places: list[tuple[Walker, State]], said: str) -> None:
    tried = 0
    for walker, state in places:
        heard = walker.peek(state, said).state
        for choice in state.choices:
            at_once = walker.peek(state, str(choice.n))
            after = walker.peek(heard, str(choice.n))
            where = place(state, f"{said}, {choice.n}")
            assert _same(after, at_once), where
            tried += 1
    assert tried > 150


def _same(one: Seen, other: Seen) -> bool:
    return (one.outcome, one.shown) == (other.outcome, other.shown) and replace(
        one.state, data={}
    ) == replace(other.state, data={})


def test_what_was_waited_for_is_still_taken(walker: Walker) -> None:
    with walker.undone():
        member = walker.join(Role.MEMBER, "KP 3")
        waits = member.take(State(), "name", Kind.ACTION).state
        assert waits.at == AT_NAME
        for said in WORDS:
            heard = member.peek(waits, said).state
            assert heard.at == AT_NAME, said
            assert "Hạnh Mới" in member.peek(heard, "Hạnh Mới").texts, said


def test_words_go_on_working_too(places: list[tuple[Walker, State]]) -> None:
    for walker, state in places:
        for said in ("nghe", "to hơn"):
            heard = walker.peek(state, said).state
            for word in ("trở lại", "nhắc lại", "về đầu", "tiếp"):
                at_once = walker.peek(state, word)
                assert walker.peek(heard, word).shown == at_once.shown, place(state, said + word)


def test_twice_in_a_row_changes_nothing_more(walker: Walker) -> None:
    opened = walker.follow("quên mật khẩu vneid", "1").state
    once = walker.peek(opened, "nghe")
    twice = walker.peek(once.state, "nghe")
    assert twice.shown == once.shown
    assert twice.state == once.state


# ---- the link ------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", WORDS)
def test_the_link_is_of_the_guide_at_hand_and_survives_the_gate(
    places: list[tuple[Walker, State]], said: str
) -> None:
    linked = 0
    for walker, state in places:
        seen = walker.peek(state, said)
        where = place(state, said)
        verb, _, rest = state.view.partition(":")
        guide, _, step = rest.partition(":")
        is_in_guide = verb in ("guide", "part", "step", "stuck", "other", "fix", "done")
        links = LINK.findall(seen.texts)
        assert len(links) == is_in_guide, where
        assert walker.house.texts.say("link.removed") not in seen.texts, where
        if is_in_guide:
            linked += 1
            in_guide = [f"{HERE}/g/{guide}"]
            if state.bookmark.startswith(f"step:{guide}:"):
                in_guide = [f"{HERE}/g/{guide}/{state.bookmark.rpartition(':')[2]}"]
            is_large = fold(said) in ("to hon", "chu to")
            assert links == [f"{in_guide[0]}?xa=ho-nai" + ("&to=1" if is_large else "")], where
            if verb == "step":
                assert links[0].startswith(f"{HERE}/g/{guide}/{step}?"), where
    assert linked > 20


def at_step(walker: Walker) -> State:
    """At the first step of a guide."""
    step = walker.script.library.guides[GUIDE].ways[0].steps[0]
    return walker.take(State(), f"step:{GUIDE}:{step.id}", Kind.ACTION).state


@contextmanager
def house(folder: Path, library: Library, **settings: object) -> Iterator[Walker]:
    """A resident of an installation with other settings."""
    given = {
        "database_url": f"sqlite:///{folder / 'ban-so.db'}",
        "secret_key": "khóa của tiếng nói",
        "var_dir": folder / "var",
        "media_dir": str(folder / "media"),
        **settings,
    }
    base = open_installation(Settings.model_validate(given), FixedClock(), library=library)
    try:
        with base.database.unit() as unit:
            yield Walker(base, unit)
    finally:
        base.database.close()


@pytest.mark.parametrize(
    "site",
    [
        "https://banso.phuong.example",
        "https://banso.phuong.example:8443",
        "https://BanSo.Phuong.Example",
        "http://192.168.1.20:8080",
        "http://localhost:8080",
        "http://may-chu",
    ],
)
def test_the_gate_knows_our_own_site_by_whatever_name(
    tmp_path: Path, library: Library, site: str
) -> None:
    with house(tmp_path, library, base_url=site) as walker:
        state = at_step(walker)
        for said in ("nghe", "to hơn"):
            [link] = LINK.findall(walker.take(state, said).texts)
            assert link.startswith(f"{site}/g/{GUIDE}/")
        foreign = f"{site.rpartition('/')[2].split(':')[0]}.xau.com/g/x"
        domains = walker.script.library.domains
        assert domains.without_foreign(f"Mở https://{foreign}", "(bỏ)") == "Mở (bỏ)"


# ---- the sound -----------------------------------------------------------------------------------


def recording_of(walker: Walker, folder: Path) -> Path:
    """Where the ward's recording of the step at hand would be."""
    guide = walker.script.library.guides[GUIDE]
    step = guide.ways[0].steps[0]
    name = f"nghe-{mark_of(walker.house.shelf.spoken(step))}.mp3"
    return folder / "media" / "ho-nai" / GUIDE / step.id / name


def test_a_recording_of_the_step_comes_with_the_same_prompt(
    tmp_path: Path, library: Library
) -> None:
    with house(tmp_path, library) as walker:
        state = at_step(walker)
        assert walker.take(state, "nghe").messages[-1].media is None
        path = recording_of(walker, tmp_path)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"ID3")
        seen = walker.take(state, "nghe")
        [message] = seen.messages
        assert message.media is not None
        assert message.media.kind is MediaKind.SOUND
        assert message.media.words in message.text
        assert seen.choices == state.choices
        assert LINK.findall(message.text) == []
        # At the opening of a guide there is no step to hear: the page has them all.
        opened = walker.take(State(), f"guide:{GUIDE}", Kind.ACTION).state
        assert walker.take(opened, "nghe").messages[-1].media is None


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Made-up programs that speak, or do not."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(script: str) -> None:
        for name in ("espeak-ng", "lame"):
            (folder / name).write_text(script)
            (folder / name).chmod(0o755)

    return install


def test_the_machine_speaks_where_the_operator_wants_it(
    tmp_path: Path, library: Library, programs: Callable[[str], None]
) -> None:
    programs("#!/bin/sh\nexec /bin/cat\n")
    with house(tmp_path, library, voice="espeak-ng") as walker:
        seen = walker.take(at_step(walker), "nghe")
        [message] = seen.messages
        assert message.media is not None
        assert message.media.words == walker.house.texts.say("sound.machine")
        assert message.media.words in message.text
        assert seen.choices == at_step(walker).choices
