"""A draft travels whole in a button, short enough for every messenger, and a broken one is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.corrections import Correction, read_correction
from bot.conversation.drafts import Draft, read_draft
from bot.conversation.router import WRITTEN_ACTION
from bot.core.redaction import redact
from bot.core.vocabulary import AgeBand, FirstTime, Outcome, Place, Service, Subject, Topic
from bot.services.help_log import MOST_FILES, MOST_VISITS, Help

LONGEST_ACTION = 64


def maybe(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | values


helps = st.builds(
    Help,
    occurred_on=st.dates(date(2024, 1, 1), date(2040, 1, 1)),
    topic=st.sampled_from(Topic),
    visits=st.integers(1, MOST_VISITS),
    person_id=maybe(st.integers(1, 99_999_999)),
    services=st.frozensets(st.sampled_from(Service)),
    files=maybe(st.integers(0, MOST_FILES)),
    outcome=maybe(st.sampled_from(Outcome)),
    place=maybe(st.sampled_from(Place)),
    subject=maybe(st.sampled_from(Subject)),
    first_time=maybe(st.sampled_from(FirstTime)),
    age_band=maybe(st.sampled_from(AgeBand)),
    asked_for=st.sampled_from((None, "cha_me")),
)
keys = st.integers(1, 9_999_999_999).map(str)


@given(done=helps, key=keys)
def test_what_a_button_carries_is_read_as_it_was_written(done: Help, key: str) -> None:
    draft = Draft(done, key)
    assert read_draft(str(draft).split(":")) == draft


@given(done=helps, key=keys)
def test_a_button_is_short(done: Help, key: str) -> None:
    action = f"logkin:9:{Draft(done, key)}"
    assert len(action.encode()) <= LONGEST_ACTION
    assert WRITTEN_ACTION.fullmatch(action)


@given(done=helps, key=st.integers(1, 99_999_999).map(str))
def test_typed_it_looks_like_no_number_that_must_be_masked(done: Help, key: str) -> None:
    assert redact(f"logkin:9:{Draft(done, key)}").kinds == frozenset()


@given(done=helps, key=keys)
def test_a_draft_without_its_topic_keeps_the_rest(done: Help, key: str) -> None:
    draft = Draft(replace(done, topic=Topic.VNEID), key, lacks_topic=True)
    assert read_draft(str(draft).split(":")) == draft


@given(done=helps, key=keys, at=st.integers(0, 60), sign=st.sampled_from("z0:-٣x"))
def test_a_broken_button_is_refused_or_is_another_whole_draft(
    done: Help, key: str, at: int, sign: str
) -> None:
    written = str(Draft(done, key))
    broken = written[:at] + sign + written[at + 1 :]
    found = read_draft(broken.split(":"))
    assert found is None or read_draft(str(found).split(":")) == found


def test_buttons_of_the_first_version_are_still_read() -> None:
    draft = read_draft(["dvc", "3", "20261118", "77"])
    assert draft == Draft(Help(date(2026, 11, 18), Topic.DVC, 3), "77")


@given(
    number=st.integers(1, 9_999_999_999),
    revision=st.integers(1, 999),
    change=st.sampled_from(("v50", "thoc-so", "d20261118", "o3", "x")),
)
def test_a_correction_travels_whole_and_short(number: int, revision: int, change: str) -> None:
    correction = Correction(number, revision, change)
    action = f"logfxk:{correction}:3"
    assert len(action.encode()) <= LONGEST_ACTION
    assert read_correction(tuple(str(correction).split(":"))) == correction
