"""What else is known of a help: every detail may be left out, and what is left out stays unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from bot.conversation.drafts import Draft, read_draft
from bot.conversation.log_cards import details_card, gone, page_of
from bot.conversation.members import MemberHandler, Worker, is_number, is_words_at
from bot.conversation.turn import Option, Reply, Say, Turn
from bot.core.text import fold, spoken_number
from bot.core.vocabulary import AgeBand, FirstTime, Outcome, Place, Service, Subject, Topic
from bot.services import help_log

AT_FILES = "log.ask-files"
MOST_FILES_BY_TAP = 4
A_PAGE = 3
"""Values shown at once, besides the ways on."""
FIELDS = {
    "o": "outcome",
    "p": "place",
    "n": "first_time",
    "j": "subject",
    "a": "age_band",
}
LIKELY = {
    Topic.VNEID: (Service.INSTALL_VNEID, Service.ACTIVATE_LEVEL_2, Service.HEALTH_BOOK),
    Topic.DVC: (Service.FILE_ONLINE, Service.ACTIVATE_LEVEL_2, Service.SIGNATURE),
    Topic.TT: (Service.ACCOUNT_QR, Service.E_COMMERCE, Service.SAFETY),
    Topic.CKS: (Service.SIGNATURE, Service.FILE_ONLINE, Service.INSTALL_VNEID),
    Topic.AT: (Service.SAFETY, Service.INSTALL_VNEID, Service.ACCOUNT_QR),
    Topic.HOC_SO: (Service.SAFETY, Service.E_COMMERCE, Service.INSTALL_VNEID),
}
"""Services that stand first for a topic; the others follow in the order of reports."""


def show(turn: Turn, worker: Worker) -> Reply:
    """The card of details, a page of it."""
    page, *rest = (*turn.args, "")
    draft = read_draft(rest)
    if draft is None:
        return gone(turn)
    return details_card(turn, draft, int(page) if page in ("0", "1", "2") else 0)


def pick(turn: Turn, worker: Worker) -> Reply:
    """The values of one detail: ``logp:p0:…`` is the first page of places."""
    name, *rest = (*turn.args, "")
    draft = read_draft(rest)
    field, page = name[:1], name[1:]
    if draft is None or (field != "s" and field not in FIELDS):
        return gone(turn)
    number = int(page) if page in ("0", "1", "2") else 0
    return _services(turn, draft, number) if field == "s" else _values(turn, draft, field, number)


def _services(turn: Turn, draft: Draft, page: int) -> Reply:
    """Several may be chosen: each tap adds one or takes it away."""
    likely = LIKELY[draft.done.topic]
    ordered = (*likely, *(one for one in Service if one not in likely))
    shown = ordered[page * A_PAGE : (page + 1) * A_PAGE]
    options = [_service_option(turn, draft, one, page) for one in shown]
    if (page + 1) * A_PAGE < len(ordered):
        options.append(turn.option("option.more", f"logp:s{page + 1}:{draft}"))
    options.append(turn.option("option.chosen-all", f"logdet:0:{draft}"))
    chosen = [turn.say(f"service.{one}") for one in ordered if one in draft.done.services]
    text = turn.say("log.ask-services")
    if chosen:
        text = f"{text}\n{turn.say('log.chosen', names=', '.join(chosen))}"
    return Reply((Say(text, tuple(options)),), here=f"logp:s{page}:{draft}", in_place=True)


def _service_option(turn: Turn, draft: Draft, service: Service, page: int) -> Option:
    name = turn.say(f"service.{service}")
    services = draft.done.services
    toggled = draft.having(services=services ^ {service})
    label = turn.say("log.take-away", name=name) if service in services else name
    return Option(label, f"logp:s{page}:{toggled}")


def _values(turn: Turn, draft: Draft, field: str, page: int) -> Reply:
    values = _all_values(turn, field)
    shown = values[page * A_PAGE : (page + 1) * A_PAGE] if len(values) > A_PAGE + 1 else values
    card = f"logdet:{page_of(field)}"
    options = [
        Option(label, f"{card}:{draft.having(**{FIELDS[field]: value})}") for value, label in shown
    ]
    if (page + 1) * A_PAGE < len(values) and len(shown) < len(values):
        options.append(turn.option("option.more", f"logp:{field}{page + 1}:{draft}"))
    unknown = draft.having(**{FIELDS[field]: None})
    options.append(turn.option("option.unknown", f"{card}:{unknown}"))
    text = turn.say(_asks(field))
    return Reply((Say(text, tuple(options)),), here=f"logp:{field}{page}:{draft}", in_place=True)


def _all_values(turn: Turn, field: str) -> Sequence[tuple[StrEnum, str]]:
    """The values of a detail and their names."""
    match field:
        case "o":
            return [(one, turn.say(f"outcome.{one}")) for one in Outcome]
        case "p":
            return [(one, turn.say(f"place.{one}")) for one in Place]
        case "n":
            return [(one, turn.say(f"first.{one}")) for one in FirstTime]
        case "j":
            return [(one, turn.say(f"subject.{one}")) for one in Subject]
        case _:
            return [(one, turn.say(f"age.{one}")) for one in AgeBand]


def _asks(field: str) -> str:
    return {
        "o": "log.ask-outcome",
        "p": "log.ask-place",
        "n": "log.ask-first",
        "j": "log.ask-subject",
        "a": "log.ask-age",
    }[field]


def ask_files(turn: Turn, worker: Worker) -> Reply:
    """How many dossiers were handed in: tapped or typed."""
    draft = read_draft(turn.args)
    if draft is None:
        return gone(turn)
    return _asking_files(turn, draft, turn.say("log.ask-files"))


def _asking_files(turn: Turn, draft: Draft, text: str, misses: int = 0) -> Reply:
    card = f"logdet:{page_of('f')}"
    options = [
        turn.option("option.files", f"{card}:{draft.having(files=count)}", count=count)
        for count in range(1, MOST_FILES_BY_TAP + 1)
    ]
    options.append(turn.option("option.unknown", f"{card}:{draft.having(files=None)}"))
    data = {"draft": str(draft)}
    say = Say(text, tuple(options))
    return Reply((say,), here=f"logfil:{draft}", at=AT_FILES, data=data, misses=misses)


def is_files(turn: Turn) -> bool:
    """True for a number typed while that of dossiers is waited for."""
    return is_words_at(turn, AT_FILES) and _written_files(turn) is not None


def _written_files(turn: Turn) -> int | None:
    said = turn.inbound.text.lower().strip(" .,!")
    for noun in ("bộ hồ sơ", "hồ sơ", "hs", "bộ"):
        said = said.removesuffix(noun).strip() if noun in said else said.removesuffix(fold(noun))
    said = said.strip()
    return int(said) if is_number(said) else spoken_number(said)


def take_files(turn: Turn, worker: Worker) -> Reply:
    """The typed number of dossiers."""
    draft = read_draft(turn.state.data.get("draft", "").split(":"))
    if draft is None:
        return gone(turn)
    number = _written_files(turn)
    if number is None or number > help_log.MOST_FILES:
        wrong = turn.say("log.files")
        return _asking_files(turn, draft, wrong, turn.state.misses + 1)
    changed = replace(draft, done=replace(draft.done, files=number))
    return details_card(turn, changed, page_of("f"))


ACTIONS: dict[str, MemberHandler] = {"logdet": show, "logp": pick, "logfil": ask_files}
