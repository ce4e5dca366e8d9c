"""One person in several chats: a code shown in one of them and typed in the other says that both are one.

What flows, flows from the chat that asked for the code to the one where it is typed: whoever is talked into
typing a code of somebody else gives nothing away by it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import timedelta

from bot.core.errors import RuleError
from bot.core.keys import Purpose
from bot.core.messages import Outbound
from bot.core.redaction import redact
from bot.core.text import fold
from bot.core.vocabulary import CommuneId, Identity, Use
from bot.services.teams import LETTERS, actor
from storage import audit, consents, mailbox, notices, people, sign_ins, staff
from storage.audit import Act
from storage.communes import Commune
from storage.database import Unit
from storage.mailbox import Worker
from storage.notices import Chat

CODE_LENGTH, HALF = 6, 3
CODE_SLIPS = 2
VALID_FOR = timedelta(minutes=10)
MOST_TRIES = 5
TRIES_WITHIN = timedelta(hours=1)
WORD = "NỐI"
HEADS = ("MANOI", "NOI", "MA")
"""What may stand before a code; none begins like one: O and A are no signs of codes."""
RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class Linked:
    """A chat that was just joined to this one, the code that did it, and the state of its conversation."""

    code: int
    chat: Chat
    state: str


def show_code(code: str) -> str:
    """A code as it is to be typed."""
    return f"{WORD} {code[:HALF]} {code[HALF:]}"


def read_code(text: str) -> str | None:
    """The code of a message that is one, however it is spelled.

    Without “nối” before it only what looks like a code and like no word. Empty for what was meant as a
    code and cannot be one; None for anything else.
    """
    said = fold(text).upper()
    bare = said.replace(" ", "")
    head = next((one for one in HEADS if bare.startswith(one)), "")
    rest = bare.removeprefix(head)
    if _is_code(rest):
        halves = f"{rest[:HALF]} {rest[HALF:]}"
        return rest if head or said in (rest, halves) else None
    return "" if head.endswith("NOI") and _is_nearly(rest) else None


def _is_code(bare: str) -> bool:
    """True for signs of codes with a digit and a letter among them, unlike any word or number."""
    is_mixed = not bare.isdigit() and not bare.isalpha()
    return len(bare) == CODE_LENGTH and set(bare) <= set(LETTERS) and is_mixed


def _is_nearly(bare: str) -> bool:
    """True for a code with a sign too few, one or two too many, or one that codes do not have."""
    has_length = 0 <= len(bare) - CODE_LENGTH + 1 <= CODE_SLIPS + 1
    strange = sum(sign not in LETTERS for sign in bare)
    return has_length and strange <= 1 and not bare.isalpha()


def new_code(unit: Unit, commune: Commune, identity: Identity, key: str) -> str:
    """A code for this chat, good for ten minutes and one use; an earlier one of the chat ends.

    Made from the secret and the key of the turn: the same turn, taken up again, shows the same code.
    """
    people.end_codes(unit, commune.id, identity)
    until = unit.now + VALID_FOR
    for number in itertools.count():
        code = _draw(unit, commune.id, identity, f"{key}:{number}")
        # One that reads like a password would be masked on its way back to us.
        if not _is_code(code) or redact(f"{show_code(code)}\n{code}").kinds:
            continue
        if people.add_code(unit, commune.id, identity, _hash(unit, code), until):
            return code
    raise LookupError("counting never ends")


def _draw(unit: Unit, commune: CommuneId, identity: Identity, key: str) -> str:
    parts = ("link", str(commune), identity.hex(), key)
    number = int.from_bytes(unit.keys.hash(Purpose.CODE, *parts))
    return "".join(LETTERS[number // len(LETTERS) ** n % len(LETTERS)] for n in range(CODE_LENGTH))


def _hash(unit: Unit, code: str) -> bytes:
    """One code for all communes: that it is of another one can be said."""
    return unit.keys.hash(Purpose.CODE, "link code", code)


def link(
    unit: Unit, commune: Commune, identity: Identity, worker: Worker | None, code: str
) -> Linked:
    """Spend the code: this chat and the one that asked for it are one person from now on.

    ``RuleError`` (``link.…``) says why not. Every try counts, right or wrong, or a code of one's own would
    buy more of them.
    """
    tries = unit.keys.hash(Purpose.CODE, "link tries", identity.hex())
    if sign_ins.count_attempt(unit, tries, MOST_TRIES, TRIES_WITHIN) is not None:
        raise RuleError("link.too-many", "Gõ sai mã nhiều lần rồi.")
    wait_in_line(unit, commune.id)
    code_id, other = _find(unit, commune.id, identity, code)
    found = people.find_conversation(unit, commune.id, other)
    if found is None:
        raise RuleError("link.expired", "Mã nối đã hết hạn.")
    theirs = staff.find_link(unit, commune.id, other)
    if theirs is not None or worker is not None:
        _link_worker(unit, commune.id, identity, (worker, theirs))
    else:
        _link_resident(unit, commune.id, other, identity)
    if not people.use_code(unit, commune.id, code_id):
        raise LookupError("a code that was spent while it was looked at")
    account, state = found
    return Linked(code_id, Chat(commune.id, account, other), state)


def wait_in_line(unit: Unit, commune: CommuneId) -> None:
    """Chats are joined one after the other, or two people could come to count as each other."""
    mailbox.lock(unit, unit.keys.hash(Purpose.PERSON, str(commune), "line"))


def _find(unit: Unit, commune: CommuneId, identity: Identity, code: str) -> tuple[int, Identity]:
    """Id of a code that can be spent here and now, and the chat that asked for it."""
    found = people.find_code(unit, commune, _hash(unit, code))
    if found is None:
        raise RuleError("link.unknown", "Mã nối không đúng.")
    if found.identity is None:
        raise RuleError("link.elsewhere", "Mã nối của xã, phường khác.")
    if found.used:
        raise RuleError("link.used", "Mã nối đã dùng rồi.")
    if found.expired:
        raise RuleError("link.expired", "Mã nối đã hết hạn.")
    if found.identity == identity:
        raise RuleError("link.own", "Mã nối của chính khung chat này.")
    return found.id, found.identity


def _link_worker(
    unit: Unit,
    commune: CommuneId,
    identity: Identity,
    both: tuple[Worker | None, staff.Link | None],
) -> None:
    """This chat speaks for the same member or officer as the other one."""
    worker, theirs = both
    if theirs is None:
        raise RuleError("link.ask-here", "Mã phải xin ở khung chat của tổ viên.")
    if worker is not None and _link_of(worker) != theirs:
        raise RuleError("link.other-worker", "Khung chat này là của người khác trong tổ.")
    if worker is not None:
        raise RuleError("link.already", "Hai khung chat đã nối rồi.")
    staff.link_chat(unit, commune, identity, theirs)
    member_id, staff_id = theirs
    who = f"member:{member_id}" if member_id is not None else f"staff:{staff_id}"
    audit.record(unit, commune, Act(who, "link-chat", who))


def _link_resident(unit: Unit, commune: CommuneId, other: Identity, identity: Identity) -> None:
    """Both chats name the same person; two people who were known already are one from now on."""
    first = people.find_person(unit, commune, other)
    second = people.find_person(unit, commune, identity)
    if first is not None and second is not None:
        if first.root == second.root:
            raise RuleError("link.already", "Hai khung chat đã nối rồi.")
        into, gone = sorted((first, second), key=lambda known: known.root)
        root = into.root
        people.merge(unit, commune, gone.person, into.person)
    else:
        known = first or second
        root = known.root if known is not None else people.add_person(unit, commune)
        for chat, named in ((other, first), (identity, second)):
            if named is None:
                people.name_chat(unit, commune, chat, root)
    audit.record(unit, commune, Act(RESIDENT, "link-chat", f"person:{root}"))


def tell_other(unit: Unit, linked: Linked, text: str) -> None:
    """Say it in the chat that asked for the code, too: whoever did not want this should know."""
    notices.post(unit, linked.chat, f"link:{linked.code}", Outbound(text))


def is_linked(unit: Unit, commune: Commune, identity: Identity, worker: Worker | None) -> bool:
    """True when another chat is known as the same person, so that there is something to undo."""
    known = people.find_person(unit, commune.id, identity)
    is_person = known is not None and people.has_other_identity(unit, commune.id, known)
    return is_person or _has_other_chat(unit, commune.id, worker)


def unlink(unit: Unit, commune: Commune, identity: Identity, worker: Worker | None) -> bool:
    """This chat is nobody else's any more; the others stay as they are. False when it was alone.

    The only chat of a member stays hers: otherwise nothing would lead back into the team.
    """
    wait_in_line(unit, commune.id)
    if not is_linked(unit, commune, identity, worker):
        return False
    known = people.find_person(unit, commune.id, identity)
    if known is not None and people.has_other_identity(unit, commune.id, known):
        people.detach(unit, commune.id, known)
        subjects = people.live_hashes(unit.keys, commune.id, identity)
        consents.withdraw(unit, commune.id, subjects, Use.LINK)
        audit.record(unit, commune.id, Act(RESIDENT, "unlink-chat", f"person:{known.root}"))
    if worker is not None and _has_other_chat(unit, commune.id, worker):
        staff.unlink_chat(unit, commune.id, identity)
        audit.record(unit, commune.id, Act(actor(worker), "unlink-chat", actor(worker)))
    return True


def has_later_chat(unit: Unit, commune: Commune, identity: Identity, worker: Worker) -> bool:
    """True when the same member or officer joined another chat to this one afterwards."""
    return bool(staff.list_later_chats(unit, commune.id, identity, _link_of(worker)))


def unlink_later(unit: Unit, commune: Commune, identity: Identity, worker: Worker) -> bool:
    """Whatever was joined to this chat speaks for nobody any more; False when nothing was.

    The way back for somebody whose code another person has typed: the later chat can do nothing to the
    earlier one.
    """
    wait_in_line(unit, commune.id)
    later = staff.list_later_chats(unit, commune.id, identity, _link_of(worker))
    for chat in later:
        staff.unlink_chat(unit, commune.id, chat)
        audit.record(unit, commune.id, Act(actor(worker), "unlink-later", actor(worker)))
    return bool(later)


def _has_other_chat(unit: Unit, commune: CommuneId, worker: Worker | None) -> bool:
    return worker is not None and staff.count_chats(unit, commune, _link_of(worker)) > 1


def _link_of(worker: Worker) -> staff.Link:
    return (worker.id, None) if worker.role.in_team else (None, worker.id)
