"""Into a team by a code: another hat for who is in one already; an open code, and the yes it waits for.

Whoever uses an open code gives a name and waits until the team's leader or somebody of the office says yes.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.errors import NotAllowedError, RuleError
from bot.core.messages import Address, Outbound
from bot.core.vocabulary import CommuneId, Identity, Role
from bot.locale import Texts
from bot.services import teams
from bot.services.alarms import OFFICE
from bot.services.teams import actor
from storage import audit, join_requests, mailbox, memberships, notices, staff, team_series
from storage.audit import Act
from storage.communes import Commune, Team
from storage.database import Unit
from storage.join_requests import Waiting as Waiting  # conversations take it from here
from storage.mailbox import Worker as Worker
from storage.memberships import Hat

MOST_HATS = 5
"""As many as one message can offer."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """What a code leads to, before it is spent: which invitation, into which team, as what."""

    invitation: int
    team: Team
    role: Role
    is_open: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who was let in or not, and into which team."""

    number: int
    name: str
    team: Team
    is_in: bool


def look_at(unit: Unit, commune: Commune, code: str) -> Invitee | None:
    """Where a code leads; None for one that leads into no team, or that cannot be used now."""
    try:
        invitation, team = teams.find_invitation(unit, commune, code)
    except RuleError:
        return None
    return Invitee(invitation.id, team, invitation.role, invitation.is_open) if team else None


def look_again(unit: Unit, commune: Commune, invitation_id: int) -> Invitee:
    """The open invitation that was looked at before; ``RuleError`` (``join.…``) when it is over."""
    invitation, team = teams.get_invitation(unit, commune, invitation_id)
    if team is None or not invitation.is_open:
        raise RuleError("join.unknown", "Mã mời không đúng.")
    return Invitee(invitation.id, team, invitation.role, is_open=True)


def is_in(unit: Unit, commune: CommuneId, member: Worker, invitee: Invitee) -> bool:
    """True when the member has just that hat, or leads the team already."""
    hats = memberships.list_hats(unit, commune, member.id)
    own = [hat.role for hat in hats if hat.team_id == invitee.team.id]
    return bool(own) and (invitee.role in own or Role.TEAM_LEADER in own)


def add_hat(unit: Unit, commune: CommuneId, member: Worker, invitee: Invitee) -> None:
    """Spend a one-use code for one more hat; what is worn now stays on, unless it is of the same team.

    ``RuleError`` when somebody was faster or the member has as many as can be offered.
    """
    _check_hats(unit, commune, member.id, invitee.team.id)
    if not staff.use_invitation(unit, commune, invitee.invitation):
        raise RuleError("join.used", "Mã mời đã dùng rồi.")
    _put_on(unit, commune, member, (invitee.team.id, invitee.role))
    audit.record(unit, commune, Act(actor(member), "join", f"invitation:{invitee.invitation}"))


def _check_hats(unit: Unit, commune: CommuneId, member_id: int, team_id: int) -> None:
    hats = [hat.team_id for hat in memberships.list_hats(unit, commune, member_id)]
    if team_id not in hats and len(hats) >= MOST_HATS:
        raise RuleError("join.many-hats", f"Mỗi người nhiều nhất {MOST_HATS} tổ.")


def _put_on(unit: Unit, commune: CommuneId, member: Worker, hat: tuple[int, Role]) -> None:
    memberships.put_on(unit, commune, member.id, hat)
    if hat[0] == member.team_id:  # from member to leader of the same team
        memberships.wear(unit, commune, member.id, hat)


def find_waiting(unit: Unit, commune: CommuneId, identity: Identity) -> Waiting | None:
    """What this chat waits for already."""
    found = join_requests.find_waiting(unit, commune, identity)
    return found[-1] if found else None


def ask_in(
    unit: Unit,
    commune: Commune,
    chat: tuple[Address, Identity],
    asked: tuple[Invitee, str],
    texts: Texts,
) -> str:
    """Note who asks and tell the team's leaders, else the office; gives the name as it was kept."""
    invitee, typed = asked
    name = teams.kept_name(typed)
    number = join_requests.add(unit, commune.id, invitee.invitation, chat, name)
    audit.record(unit, commune.id, Act("resident", "ask-in", f"join-request:{number}"))
    chats = memberships.leader_chats(unit, commune.id, invitee.team.id)
    chats = chats or notices.staff_chats(unit, commune.id, OFFICE)
    said = texts.say("newcomer.told", name=name, team=invitee.team.name, number=number)
    for one in chats:
        notices.post(unit, one, f"newcomer:{number}", Outbound(said))
    return name


def decides(unit: Unit, commune: CommuneId, worker: Worker | None) -> bool:
    """True for who may decide about somebody at all."""
    if worker is None or not worker.role.in_team:
        return worker is not None and worker.role.may_change
    return worker.role is Role.TEAM_LEADER or bool(_led(unit, commune, worker))


def _led(unit: Unit, commune: CommuneId, worker: Worker) -> list[Hat]:
    hats = memberships.list_hats(unit, commune, worker.id)
    return [hat for hat in hats if hat.role is Role.TEAM_LEADER]


def list_waiting(unit: Unit, commune: CommuneId, worker: Worker) -> list[Waiting]:
    """Who waits for a yes of this leader or officer, the oldest first."""
    return join_requests.list_waiting(unit, commune, _reach(unit, commune, worker))


def count_waiting(unit: Unit, commune: CommuneId, worker: Worker) -> int:
    """How many wait; 0 for who does not decide. Of a member only the hat worn now counts: it is for menus."""
    decides_now = worker.role is Role.TEAM_LEADER or worker.role.may_change
    if not decides_now:
        return 0
    return join_requests.count_waiting(unit, commune, _reach(unit, commune, worker))


def _reach(unit: Unit, commune: CommuneId, worker: Worker) -> list[int] | None:
    """Teams whose newcomers somebody decides about; None for all of the commune."""
    if not worker.role.in_team:
        return None
    led = [hat.team_id for hat in _led(unit, commune, worker)]
    return [one for team_id in led for one in team_series.family(unit, commune, team_id)]


def decide(
    unit: Unit, commune: Commune, worker: Worker, decision: tuple[int, bool], texts: Texts
) -> Verdict:
    """Let somebody in or not, and tell them; ``RuleError`` (``newcomer.…``) when it cannot be.

    Raises ``NotAllowedError`` for who leads another team.
    """
    number, is_yes = decision
    waiting = _hold(unit, commune.id, number)
    team = teams.living_team(unit, commune.id, waiting.team_id)
    if team is None:
        raise RuleError("join.team-gone", "Tổ này không còn.")
    if not _may_decide(unit, commune.id, worker, team):
        raise NotAllowedError("Người này xin vào tổ khác.")
    is_new = is_yes and _let_in(unit, commune.id, waiting, team)
    who = actor(worker)
    if not join_requests.decide(unit, commune.id, number, is_yes, who):
        raise RuleError("newcomer.decided", "Người này đã được trả lời.")
    act = "admit" if is_yes else "refuse"
    audit.record(unit, commune.id, Act(who, act, f"join-request:{number}"))
    yes = "newcomer.welcome" if is_new else "newcomer.welcome-too"
    said = texts.say(yes if is_yes else "newcomer.refused", team=team.name)
    notices.post(unit, waiting.chat, f"verdict:{number}", Outbound(said))
    return Verdict(number, waiting.name, team, is_yes)


def _hold(unit: Unit, commune: CommuneId, number: int) -> Waiting:
    """The request, nobody else deciding about it or speaking for its chat until the unit is over."""
    looked = join_requests.get(unit, commune, number)
    if looked is not None:
        mailbox.lock(unit, looked.chat.identity)
        looked = join_requests.get(unit, commune, number)  # somebody may have been faster
    if looked is None:
        raise RuleError("newcomer.decided", "Người này đã được trả lời.")
    return looked


def _may_decide(unit: Unit, commune: CommuneId, worker: Worker, team: Team) -> bool:
    """True for a leader of the team, by any hat, and for the office."""
    if not worker.role.in_team:
        return worker.role.may_change
    return any(hat.team_id == team.id for hat in _led(unit, commune, worker))


def _let_in(unit: Unit, commune: CommuneId, waiting: Waiting, team: Team) -> bool:
    """A new member, or False: one more hat for who is one already."""
    link = staff.find_link(unit, commune, waiting.chat.identity)
    if link is not None and link[1] is not None:
        raise RuleError("newcomer.of-office", "Khung chat này là của văn phòng.")
    if link is not None and link[0] is not None:
        _check_hats(unit, commune, link[0], team.id)
        hats = memberships.list_hats(unit, commune, link[0])
        if all(hat.team_id != team.id for hat in hats):
            memberships.put_on(unit, commune, link[0], (team.id, waiting.role))
        return False
    member = staff.add_member(unit, commune, team.id, waiting.name, waiting.role)
    staff.link_chat(unit, commune, waiting.chat.identity, (member, None))
    return True
