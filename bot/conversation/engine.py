"""One event at a time per person: lock, load, route, and commit state, facts and answers together.

A handler that fails loses nothing: its unit is rolled back, the event is closed with an apology in a
unit of its own, and the log gets ids only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.conversation.keeping import keep_running
from bot.conversation.router import Router
from bot.conversation.turn import HOME, LONGEST_TRAIL, Option, Reply, Say, State, Turn
from bot.core.errors import BotError, BusyError, StorageError
from bot.core.messages import Choice, Outbound
from bot.core.vocabulary import CommuneId, Identity
from bot.library import Library, Plan
from bot.locale import Texts
from bot.media.shelf import Shelf
from bot.services import privacy
from bot.services.understanding import Understanding
from storage import mailbox, rekeying
from storage.communes import Commune
from storage.database import Database, Unit
from storage.mailbox import Claimed, Finished

log = logging.getLogger(__name__)

SCAN_SECONDS = 1.0
BUSY_PAUSE_SECONDS = 0.05
WAIT_SECONDS, MOST_WAITS = 0.01, 50
MOST_TURNS_A_HOP = 8  # about 5 ms of SQLite's only writer: accepting waits no longer than that
Observer = Callable[[str], None]
"""Is told the name of each point that a message passes: ``accepted``, ``turn``, ``sent``."""


Announce = Callable[[Sequence[Identity]], None]
"""Is told whose turns are over: their answers can be sent or fetched."""


def unobserved(point: str) -> None:
    """The observer of a process that nobody watches."""


@dataclass(frozen=True, slots=True)
class House:
    """One commune as a turn needs it."""

    commune: Commune
    plan: Plan
    texts: Texts
    shelf: Shelf


@dataclass(frozen=True, slots=True)
class Script:
    """What the engine answers with: communes, content, the reader of questions, the routes."""

    houses: Mapping[CommuneId, House]
    library: Library
    understanding: Understanding
    router: Router


def take_turn(unit: Unit, script: Script, identity: Identity, observe: Observer) -> bool:
    """Answer the person's oldest open event inside the unit; True when another one waits behind it."""
    claimed = _claim(unit, identity)
    if claimed is None:
        return False
    unit = replace(unit, now=max(unit.now, claimed.received_at))  # it may have waited to write
    turn = _open_turn(unit, script, claimed)
    turn, answer = script.router.answer(turn)
    observe("turn")
    mailbox.finish(unit, claimed, close_turn(turn, answer))
    if answer.forgets:  # only now there surely is a conversation that can be forgotten
        privacy.forget_soon(unit, claimed.identity)
    if answer.silent is not None:
        privacy.set_silent(unit, claimed.identity, is_silent=answer.silent)
    return claimed.has_more


def apologise(unit: Unit, script: Script, identity: Identity, observe: Observer) -> bool:
    """Close the event whose turn failed, with a sentence that says so and a way on."""
    claimed = _claim(unit, identity)
    if claimed is None:
        return False
    unit = replace(unit, now=max(unit.now, claimed.received_at))  # it may have waited to write
    turn = _open_turn(unit, script, claimed)
    sorry = Say(turn.say("error.sorry"), (turn.option("option.person", "person"),))
    mailbox.finish(unit, claimed, close_turn(turn, Reply((sorry,), outcome="failed")))
    return claimed.has_more


def give_up(unit: Unit, script: Script, identity: Identity, observe: Observer) -> bool:
    """Close the event that cannot even be apologised for: one bad event must not hold the others."""
    return mailbox.drop_oldest(unit, identity)


def _claim(unit: Unit, identity: Identity) -> Claimed | None:
    claimed = mailbox.claim(unit, identity)
    if claimed is not None and claimed.state is None and rekeying.recognise(unit, claimed):
        return mailbox.claim(unit, identity)
    return claimed


def _open_turn(unit: Unit, script: Script, claimed: Claimed) -> Turn:
    house = script.houses[claimed.commune]
    state = _read_state(claimed.state)
    return Turn(
        unit=unit,
        commune=house.commune,
        plan=house.plan,
        library=script.library,
        understanding=script.understanding,
        texts=house.texts,
        shelf=house.shelf,
        worker=claimed.worker,
        inbound=claimed.inbound,
        state=state,
        identity=claimed.identity,
        key=str(claimed.inbox_id),
        is_first=claimed.state is None or state.ungreeted,
    )


def _read_state(stored: str | None) -> State:
    """The state as it was left; one that cannot be read any more is begun anew, not the end of the chat."""
    if stored is None:
        return State()
    try:
        return State.from_json(stored)
    except (ValueError, TypeError) as error:
        log.error("a state could not be read: %s", type(error).__name__)
        return State()


def close_turn(turn: Turn, answer: Reply) -> Finished:
    """Number the options, remember the prompt, and put the first-contact notice in front.

    The notice stands before the first answer that there is: some events get none.
    """
    messages = answer.messages
    if turn.is_first and messages and not answer.forgets:
        messages = (Say(turn.say("greeting.first", commune=_name(turn)), home=False), *messages)
    sent = tuple(_number(turn, message) for message in messages)
    if sent:
        pressed = turn.inbound.reference
        sent = (replace(sent[0], press=pressed.press), *sent[1:])
        if answer.in_place and len(sent) == 1:
            sent = (replace(sent[0], replaces=pressed.message),)
    state = replace(_next_state(turn, answer, sent), ungreeted=turn.is_first and not messages)
    if answer.forgets:
        prompt = next((m.choices for m in reversed(sent) if m.choices), ())
        state = State(choices=prompt, ungreeted=True)
    return Finished(answer.outcome, state.to_json(), sent, answer.reachable)


def _next_state(turn: Turn, answer: Reply, sent: Sequence[Outbound]) -> State:
    kept = turn.state.staff_until if answer.staff_until is None else answer.staff_until
    hinted = turn.state.staff_hinted if answer.staff_hinted is None else answer.staff_hinted
    if answer.is_still:
        return replace(turn.state, staff_until=kept, staff_hinted=hinted)
    prompt = next((m.choices for m in reversed(sent) if m.choices), turn.state.choices)
    return State(
        at=answer.at,
        data=answer.data,
        choices=prompt,
        trail=_extend(turn.state.trail, answer.here),
        bookmark=turn.state.bookmark if answer.bookmark is None else answer.bookmark,
        misses=answer.misses,
        quiet=answer.quiet,
        staff_until=kept,
        staff_hinted=hinted,
        request=turn.state.request if answer.request is None else answer.request,
        quizzed=turn.state.quizzed if answer.quizzed is None else answer.quizzed,
    )


def _name(turn: Turn) -> str:
    return turn.say(f"kind.{turn.commune.kind}", name=turn.commune.name)


def _number(turn: Turn, message: Say) -> Outbound:
    options = list(enumerate(message.options, start=1))
    zero = message.zero or (Option(turn.say("option.home"), HOME) if message.home else None)
    if zero is not None:
        options.append((0, zero))
    choices = tuple(Choice(n, _safe(turn, o.label), o.action) for n, o in options)
    return Outbound(_safe(turn, message.text), choices, media=message.media, form=message.form)


def _safe(turn: Turn, text: str) -> str:
    """The last gate before the outbox: whatever slipped into a text, nobody is sent to a foreign page."""
    safe = turn.library.domains.without_foreign(text, turn.say("link.removed"))
    if safe != text:
        log.error("a link that is not official was taken out of an answer")
    return safe


def _extend(trail: tuple[str, ...], here: str) -> tuple[str, ...]:
    if here == HOME:
        return (HOME,)
    if not here or (trail and trail[-1] == here):
        return trail
    return (*trail, here)[-LONGEST_TRAIL:]


class Engine:
    """Takes up open events: at once when told, and by looking every second."""

    def __init__(
        self, database: Database, script: Script, announce: Announce, observe: Observer
    ) -> None:
        self._database = database
        self._script = script
        self._announce = announce
        self._observe = observe
        self._waiting: asyncio.Queue[Identity] = asyncio.Queue()
        self._queued: set[Identity] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.should_wait: Callable[[], bool] = lambda: False  # set by the wiring

    def notify(self, identity: Identity) -> None:
        """This person has an open event. Cheap, and harmless when said twice."""
        if identity not in self._queued:
            self._queued.add(identity)
            self._waiting.put_nowait(identity)

    def start(self) -> None:
        """Begin to work in the running loop."""
        work = [("engine-scan", self._scan)]
        work += [(f"engine-{number}", self._work) for number in range(self._database.turn_workers)]
        self._tasks = [
            asyncio.create_task(keep_running(name, begin), name=name) for name, begin in work
        ]

    async def stop(self) -> None:
        """Let running turns end, begin no new one."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _scan(self) -> None:
        """Finds what a dead process or another replica has left open."""
        while True:
            try:
                for identity in await self._database.read_soon(mailbox.waiting_people):
                    self.notify(identity)
            except BotError as error:
                log.warning("scan of the inbox failed: %s", type(error).__name__)
            await asyncio.sleep(SCAN_SECONDS)

    async def _work(self) -> None:
        while True:
            group = [await self._waiting.get()]
            if not await self._make_way():
                share = self._waiting.qsize() // self._database.turn_workers
                more = range(min(share, MOST_TURNS_A_HOP - 1))
                group += [self._waiting.get_nowait() for _ in more]
            # From here on a new event of these people must queue again: it may come after our look.
            self._queued.difference_update(group)
            again = await self._database.hop(self._answer, group)
            self._announce(group)
            if again.was_busy:
                await asyncio.sleep(BUSY_PAUSE_SECONDS)
            for identity in again.identities:
                self.notify(identity)

    async def _make_way(self) -> bool:
        """A flood is stored first; one turn goes on all the same, or a long one would stop them all.

        True while it still lasts.
        """
        for _ in range(MOST_WAITS):
            if not self.should_wait():
                return False
            await asyncio.sleep(WAIT_SECONDS)
        return True

    def _answer(self, group: list[Identity]) -> _Again:
        """One turn for each, each in a unit of its own; runs in a writer thread."""
        again = _Again()
        for identity in group:
            try:
                if self._answer_one(identity):
                    again.identities.append(identity)
            except BusyError:
                again.was_busy = True
                again.identities.append(identity)
            except StorageError as error:
                # The event stays open; the scan takes it up again.
                log.error("a turn found no database: %s", type(error).__name__)
        return again

    def _answer_one(self, identity: Identity) -> bool:
        """The turn; when it fails an apology, and when even that fails the event is closed in silence.

        True when more of this person may wait. The log gets the place, not the values: those may hold
        words of a person.
        """
        for work in (take_turn, apologise, give_up):
            try:
                return self._database.turn(work, self._script, identity, self._observe)
            except StorageError:
                raise
            except Exception as error:  # noqa: BLE001 – one of the two places: a turn must not stop the engine
                log.error(
                    "a turn failed: %s at %s (%s)",
                    type(error).__name__,
                    _place(error),
                    work.__name__,
                )
        return False


@dataclass(slots=True)
class _Again:
    """Whose turn comes again: more of theirs waits, or the database was busy."""

    identities: list[Identity] = field(default_factory=list)
    was_busy: bool = False


def _place(error: Exception) -> str:
    """Where it was raised: file and line of our innermost frame."""
    frame = error.__traceback__
    place = "unknown"
    while frame is not None:
        place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
        frame = frame.tb_next
    return place
