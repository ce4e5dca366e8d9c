"""Every screen that choices lead to, for a resident, a member of a team and an officer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import pytest

from bot.app.installation import open_installation
from bot.config import Settings
from bot.conversation.turn import HOME, OVER, State
from bot.core.messages import Choice, Kind
from bot.core.text import fold, spoken_number
from bot.core.vocabulary import Role
from tests import depth, shipped
from tests.clock import FixedClock
from tests.walker import Screen, Seen, Walker, explore

LONGEST_TEXT, GOOD_TEXT = 500, 300
LONGEST_ACTION, LONGEST_LABEL, MOST_CHOICES = 64, 100, 5

pytestmark = pytest.mark.xdist_group("conversation-walk")


@dataclass
class Walk:
    """Somebody and the screens they can reach."""

    walker: Walker
    screens: list[Screen]

    @cached_property
    def sample(self) -> list[Screen]:
        """The first screen of each build, and as many of the rest as there is time for."""
        every = 1 + len(self.screens) // depth.SCREENS_LOOKED_AT.now
        seen: set[object] = set()
        chosen = []
        for number, screen in enumerate(self.screens):
            state = screen.seen.state
            verbs = tuple(choice.action.split(":")[0] for choice in state.choices)
            build = (state.view.split(":")[0], verbs, state.at, bool(state.bookmark))
            if build not in seen or number % every == 0:
                chosen.append(screen)
            seen.add(build)
        return chosen


@pytest.fixture(scope="module")
def walks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Walk]]:
    """What a resident, a member and an officer can reach, each explored once."""
    folder = tmp_path_factory.mktemp("walk")
    url = f"sqlite:///{folder / 'ban-so.db'}"
    values = {"database_url": url, "secret_key": "khóa của cuộc dạo", "var_dir": folder}
    installation = open_installation(
        Settings.model_validate(values), FixedClock(), library=shipped.library()
    )
    with installation.database.unit() as unit:
        resident = Walker(installation, unit)
        people = {
            "resident": resident,
            "member": resident.join(Role.MEMBER, "KP 3"),
            "officer": resident.join(Role.OFFICER),
        }
        yield {name: Walk(one, explore(one, depth.SCREENS.now)) for name, one in people.items()}
    installation.database.close()


@pytest.fixture(params=["resident", "member", "officer"])
def walk(request: pytest.FixtureRequest, walks: dict[str, Walk]) -> Walk:
    """One of the three."""
    return walks[request.param]


def _asks_whether(seen: Seen) -> bool:
    """True where “đúng” is one of the answers."""
    return any(label.startswith("Đúng") for label in seen.labels())


def _place(seen: Seen) -> str:
    """Where a failure happened, for the reader of the test run."""
    return f"{seen.state.view}: {seen.texts!r} {seen.labels()}"


def _same(one: Seen, other: Seen) -> bool:
    """The same answer, and the same memory of it."""
    return (one.outcome, one.shown, one.state) == (other.outcome, other.shown, other.state)


def test_there_is_something_to_walk_through(walks: dict[str, Walk]) -> None:
    assert len(walks["resident"].screens) > 100
    member = {screen.seen.state.view.split(":")[0] for screen in walks["member"].screens}
    assert {"log", "logt", "logn", "logmany", "logmore", "mine"} <= member


def test_digit_label_and_button_of_a_choice_are_one(walk: Walk) -> None:
    for screen in walk.sample:
        for choice in screen.seen.choices:
            state = screen.seen.state
            pressed = walk.walker.peek(state, choice.action, Kind.ACTION)
            for typed in (
                str(choice.n),
                f"số {choice.n}.",
                choice.label,
                fold(choice.label),
                choice.label.upper(),
                choice.action,
            ):
                said = walk.walker.peek(state, typed)
                assert _same(said, pressed), (typed, _place(screen.seen))


def test_every_prompt_can_be_taken_in_at_a_glance(walk: Walk) -> None:
    for screen in walk.screens:
        choices, place = screen.seen.choices, _place(screen.seen)
        numbers = [choice.n for choice in choices if choice.n]
        assert len(numbers) <= MOST_CHOICES, place
        assert numbers == list(range(1, len(numbers) + 1)), place
        labels = [fold(choice.label) for choice in choices]
        assert len(set(labels)) == len(labels), place
        for choice in choices:
            assert len(choice.action.encode()) <= LONGEST_ACTION, choice
            assert 0 < len(choice.label) <= LONGEST_LABEL, choice
            assert spoken_number(choice.label) is None, choice


def test_no_text_is_longer_than_a_phone_can_show(walk: Walk) -> None:
    texts = {message.text for screen in walk.screens for message in screen.seen.messages}
    for text in sorted(texts, key=len, reverse=True):
        assert len(text) <= LONGEST_TEXT, text
        if len(text) > GOOD_TEXT:
            sys.stdout.write(f"{len(text)} ký tự, nên tối đa {GOOD_TEXT}: {text}\n")


def test_every_screen_has_an_exit_and_home_is_one_choice_away(walk: Walk) -> None:
    home = walk.walker.peek(State(), "menu")
    for screen in walk.screens:
        seen = screen.seen
        assert seen.choices, _place(seen)
        if seen.choices == home.choices:
            assert any(choice.action == "person" for choice in seen.choices)
        else:
            assert any(choice.action == HOME for choice in seen.choices), _place(seen)


def test_back_leads_to_where_one_came_from(walk: Walk) -> None:
    for screen in walk.sample:
        parent, seen = screen.parent, screen.seen
        if parent is None or seen.state.view == HOME or "Trở lại" in seen.labels():
            continue  # home has nothing behind it; a step's own button says where it leads
        if screen.chosen is None and seen.choices == parent.choices:
            continue  # the same prompt in other words
        is_same_view = OVER not in seen.state.data and seen.state.trail == parent.state.trail
        if is_same_view:
            continue  # the view itself, asked anew: what is behind it is behind both
        if parent.state.present != parent.state.view:
            continue  # answers that only the prompt carried are gone; see test_checkup
        before = walk.walker.peek(replace(parent.state, at="", data={}), "nhắc lại")
        back = walk.walker.peek(seen.state, "trở lại")
        assert back.shown == before.shown, (_place(seen), _place(parent))


def test_a_step_leads_back_to_the_step_before(walk: Walk) -> None:
    for screen in walk.sample:
        if "Trở lại" in screen.seen.labels():
            back = [walk.walker.peek(screen.seen.state, t) for t in ("tro lai", "quay lại", "lùi")]
            pressed = next(c for c in screen.seen.choices if c.label == "Trở lại")
            wanted = walk.walker.peek(screen.seen.state, pressed.action, Kind.ACTION)
            assert all(_same(one, wanted) for one in back), _place(screen.seen)


@pytest.mark.parametrize(
    ("said", "view"),
    [
        ("menu", HOME),
        ("Về đầu", HOME),
        ("gặp cán bộ", "person"),
        ("gọi giùm", "person"),
        ("người", "person"),
        ("bị lừa", "step:at-da-bi-lua:ngung-chuyen"),
    ],
)
def test_words_that_command_work_everywhere(walk: Walk, said: str, view: str) -> None:
    for screen in walk.sample:
        for typed in (said, fold(said), f" {said.upper()}. "):
            seen = walk.walker.peek(screen.seen.state, typed)
            assert seen.state.view == view, (typed, _place(screen.seen))
            assert not seen.state.at


def test_a_call_is_always_answered_with_a_greeting(walk: Walk) -> None:
    for screen in walk.sample:
        for typed in ("alo", "A lô", "xin chào"):
            seen = walk.walker.peek(screen.seen.state, typed)
            assert seen.state.view == HOME, _place(screen.seen)
            assert ("Làm tiếp" in seen.labels()) == bool(screen.seen.state.bookmark)


def test_stop_stops_everywhere_and_keeps_the_place(walk: Walk) -> None:
    for screen in walk.sample:
        for typed in ("dừng", "Dừng!", "dung", "stop"):
            if typed == "dung" and _asks_whether(screen.seen):
                continue  # “dung” means “đúng” there; see test_conversation_team
            seen = walk.walker.peek(screen.seen.state, typed)
            assert (seen.outcome, seen.state.quiet) == ("stopped", True), _place(screen.seen)
            assert seen.state.bookmark == screen.seen.state.bookmark
            assert not seen.state.at


@pytest.mark.parametrize(
    "sentence",
    [
        "thêm người phụ thuộc",
        "người nhà tôi quên mật khẩu",
        "dừng thẻ",
        "đúng",
        "tiếp tân ở đâu",
        "gọi người ta không nghe máy",
    ],
)
def test_a_command_does_not_fire_inside_a_longer_sentence(walk: Walk, sentence: str) -> None:
    for screen in walk.sample:
        if sentence == "đúng" and _asks_whether(screen.seen):
            continue
        seen = walk.walker.peek(screen.seen.state, sentence)
        assert seen.outcome != "stopped", _place(screen.seen)
        assert seen.state.view in (screen.seen.state.view, HOME) or seen.state.view != "person"
        assert seen.state.view != "person" or screen.seen.state.view == "person"


MEDIA = (
    Kind.VOICE,
    Kind.PICTURE,
    Kind.STICKER,
    Kind.LOCATION,
    Kind.CONTACT,
    Kind.FILE,
    Kind.EDITED,
    Kind.OTHER,
)


@pytest.mark.parametrize("kind", MEDIA)
def test_whatever_is_sent_gets_a_useful_answer_and_keeps_the_place(walk: Walk, kind: Kind) -> None:
    for screen in walk.sample:
        before = screen.seen.state
        seen = walk.walker.peek(before, "", kind)
        after = seen.state
        assert seen.outcome == "media"
        assert (after.view, after.bookmark, after.at) == (before.view, before.bookmark, before.at)
        assert after.data == before.data | {OVER: "1"}
        again = walk.walker.peek(replace(before, at="", data={}), "nhắc lại")
        way_on = "2" if kind is Kind.VOICE else "1"  # who speaks is offered a person first
        shown = walk.walker.peek(after, "0" if before.view == HOME else way_on)
        assert shown.shown == again.shown, _place(screen.seen)


def test_numbers_that_must_not_be_sent_are_refused_and_the_place_is_kept(walk: Walk) -> None:
    for screen in walk.sample:
        before = screen.seen.state
        for typed in ("079123456789", "mã otp là 482913", "mật khẩu của tôi là Hoa@1957x"):
            seen = walk.walker.peek(before, typed)
            assert seen.outcome == "refused", typed
            assert "không lưu" in seen.texts
            assert (seen.state.view, seen.state.at) == (before.view, before.at)


def test_who_blocks_the_bot_is_not_written_to(walk: Walk) -> None:
    for screen in walk.sample:
        seen = walk.walker.peek(screen.seen.state, "", Kind.STOPPED)
        assert (seen.outcome, seen.messages) == ("unreachable", ())


def test_opening_the_chat_again_greets(walk: Walk) -> None:
    for screen in walk.sample:
        assert walk.walker.peek(screen.seen.state, "", Kind.START).state.view == HOME


def test_a_digit_that_is_not_there_repeats_the_choices_in_other_words(walk: Walk) -> None:
    for screen in walk.sample:
        if screen.seen.state.at:
            continue  # a number may be what is waited for
        seen = walk.walker.peek(screen.seen.state, "99")
        assert seen.choices == screen.seen.choices
        assert seen.texts != screen.seen.texts


def _offered(walks: dict[str, Walk]) -> list[str]:
    screens = (screen for walk in walks.values() for screen in walk.screens)
    return sorted({choice.action for screen in screens for choice in screen.seen.choices})


def _mutilated(action: str) -> Iterator[str]:
    verb, *args = action.split(":")
    yield verb
    yield f"{action}:"
    yield f"{action}:thua"
    yield f"{verb}:khong-co:khong-co:{'9' * 40}"
    yield f"{verb}:" + ":".join(["1"] * 6)
    if args:
        yield ":".join([verb, *args[:-1]])
        yield ":".join([verb, *args[:-1], "٣"])
        yield ":".join([verb, *args[:-1], "-1"])
        yield ":".join([verb, "", *args[1:]])
        yield action.upper()
        yield action[:-1]


def test_every_button_of_today_and_every_broken_one_is_answered(walks: dict[str, Walk]) -> None:
    offered = _offered(walks)
    assert len(offered) > 100
    broken = {wrong for action in offered for wrong in _mutilated(action)} - set(offered)
    for shift, walk in enumerate(walks.values()):
        tested = depth.BROKEN_BUTTONS.of(sorted(broken), shift)
        for action in [*offered, *tested]:
            seen = walk.walker.peek(State(), action, Kind.ACTION)
            assert seen.messages, action
            assert seen.choices, action
            assert seen.outcome in ("answered", "refused", "finished", "logged", "stopped"), action


def test_buttons_of_the_team_mean_nothing_to_a_resident(walks: dict[str, Walk]) -> None:
    for action in _offered(walks):
        if action.startswith(("log", "undo", "mine", "name")):
            for who in ("resident", "officer"):
                seen = walks[who].walker.peek(State(), action, Kind.ACTION)
                assert seen.outcome == "refused" or action == "name", action


def test_every_step_and_every_known_trouble_can_be_reached(walks: dict[str, Walk]) -> None:
    walk = walks["resident"]
    if len(walk.screens) >= depth.SCREENS.now:
        sys.stdout.write("chưa đi hết: BOT_TEST_DEEP=1 đi hết\n")
        return
    reached = {screen.seen.state.view for screen in walk.screens}
    texts = "\n".join(screen.seen.texts for screen in walk.screens)
    fill = walk.walker.house.texts.fill
    for guide in walk.walker.script.library.guides.values():
        for way in guide.ways:
            for step in way.steps:
                assert f"step:{guide.id}:{step.id}" in reached
        for error in guide.errors:
            assert fill(error.fix) in texts, error.sign
        assert fill(guide.counter) in texts


def test_choices_are_never_dead_ends(walk: Walk) -> None:
    for screen in walk.sample:
        for choice in screen.seen.choices:
            seen = walk.walker.peek(screen.seen.state, choice.action, Kind.ACTION)
            assert seen.outcome not in ("refused", "failed"), (choice, _place(screen.seen))
            assert _leads_on(choice, screen.seen, seen), (choice, _place(screen.seen))


def _leads_on(choice: Choice, before: Seen, after: Seen) -> bool:
    """A choice changes what is seen; only “home” may show home again."""
    return choice.action == HOME or after.shown != before.shown
