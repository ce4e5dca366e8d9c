"""A ward with messenger accounts in every condition, and messages that could not go, by the real road."""

from __future__ import annotations

import itertools
from datetime import timedelta

from sqlalchemy import insert, update

from bot.core.messages import Delivered, Delivery, Outbound, Rejected, Retry, Unreachable
from bot.core.terms import Terms
from bot.core.vocabulary import Identity, Role
from storage import audit, communes, deliveries, health, notices, staff
from storage import outbox as sending
from storage.communes import Account
from storage.database import Unit
from storage.models import conversations, outbox
from storage.models_accounts import sender_leases
from storage.notices import Chat
from storage.outbox import Post
from tests.browser_server import Ward
from tests.storage_tools import AMPLE, Office, talk

MESSAGES = "/office/messages"
NOTICE = "Dạ, hồ sơ của cô/chú đã có kết quả, mời ra **Trung tâm hành chính công** nhận."
ANSWER = "câu trả lời riêng tư"
OUTCOMES: dict[str, Delivery] = {
    "failed": Rejected("zalo -201"),
    "unreachable": Unreachable("zalo -213"),
    "given-up": Retry(None, "HTTP 502"),
}
SILENT = {"shut": timedelta(days=8), "unpaid": timedelta(days=3)}
_numbers = itertools.count(1)


class Accounts:
    """The messenger accounts of one commune of a ward."""

    def __init__(self, ward: Ward, slug: str = "ho-nai") -> None:
        self.ward = ward
        self.commune = ward.commune(slug)

    def opens(self, channel: str, *, is_sent: bool = True) -> Account:
        """An account; a process sends for it, unless told otherwise."""

        def save(unit: Unit) -> Account:
            account = communes.save_account(
                unit, self.commune, channel, f"{self.commune.slug}-{next(_numbers)}", {}
            )
            if is_sent:
                until = unit.now + timedelta(days=1)
                row = {"account_id": account.id, "holder": "A", "until": until}
                unit.connection.execute(insert(sender_leases).values(row))
            return account

        return self.ward.base.database.write(save)

    def fails(self, account: Account, code: str) -> None:
        """Something is wrong with it."""
        self.ward.base.database.write(health.report_trouble, account.id, code)

    def hears(self, account: Account, who: str = "bà Tư", *said: str) -> Identity:
        """Somebody writes there, and is answered."""
        office, event = Office(self.commune, account, 0, 0), f"m{next(_numbers)}"
        return self.ward.base.database.write(talk, office, who, event, *said)

    def sends(self, account: Account, count: int, cost: int = 0) -> None:
        """So many messages were delivered this month, each for so many VND."""

        def save(unit: Unit) -> None:
            row = {
                "commune_id": self.commune.id,
                "account_id": account.id,
                "identity": bytes(32),
                "priority": 0,
                "status": "delivered",
                "tries": 1,
                "second_try": False,
                "not_before": unit.now,
                "created_at": unit.now,
                "finished_at": unit.now,
                "cost": cost,
            }
            rows = [row | {"key": f"sent:{next(_numbers)}"} for _ in range(count)]
            unit.connection.execute(insert(outbox), rows)

        self.ward.base.database.write(save)

    def waits(self, account: Account, text: str = NOTICE, to: str = "") -> int:
        """A notice for somebody is in the outbox; gives its number."""
        number = next(_numbers)

        def save(unit: Unit) -> int:
            office = Office(self.commune, account, 0, 0)
            identity = talk(unit, office, f"chat {number}", f"m{number}")
            if to:
                person = staff.add_staff(unit, self.commune.id, to, Role.OFFICER)
                staff.link_chat(unit, self.commune.id, identity, (None, person))
            chat = Chat(self.commune.id, account.id, identity)
            assert notices.post(unit, chat, f"notice:{number}", Outbound(text))
            mine = outbox.c.identity == identity
            return int(unit.connection.execute(outbox.select().where(mine)).one().id)

        return self.ward.base.database.write(save)

    def sticks(self, account: Account, how: str, text: str = NOTICE, to: str = "") -> int:
        """A notice that could not go, for that reason; gives its number."""
        number = self.waits(account, text, to)
        self._goes(account, how, number)
        return number

    def loses(self, account: Account, how: str = "unreachable") -> None:
        """An answer in a chat that could not go."""
        number = next(_numbers)
        office = Office(self.commune, account, 0, 0)
        self.ward.base.database.write(talk, office, f"chat {number}", f"m{number}", ANSWER)
        self._goes(account, how)

    def _goes(self, account: Account, how: str, number: int | None = None) -> None:
        """The sender takes what waits; this one ends like that, by the messenger's word or our rules."""
        tariffs, now = self.ward.base.library.tariffs, self.ward.clock()
        terms = tariffs.of_account(may_pay=False) if account.channel == "zalo_oa" else Terms()

        def go(unit: Unit) -> None:
            of_account = conversations.c.account_id == account.id
            last = now - SILENT.get(how, timedelta())
            acted = update(conversations).where(of_account)
            unit.connection.execute(acted.values(last_act_at=last, reachable=how != "silent"))
            if how == "given-up":
                begun = update(outbox).where(outbox.c.id == number)
                unit.connection.execute(begun.values(created_at=now - timedelta(hours=25)))
            post = Post(account.id, "A", AMPLE, terms)
            for letter in sending.take(unit, post, frozenset()).letters:
                outcome = OUTCOMES.get(how, Delivered())
                deliveries.record(unit, account.id, [(letter, outcome)])

        self.ward.base.database.write(go)

    def status(self, number: int) -> tuple[str, bool]:
        """The state of a message, and whether its words are still there."""

        def read(unit: Unit) -> tuple[str, bool]:
            row = unit.connection.execute(outbox.select().where(outbox.c.id == number)).one()
            return row.status, row.body is not None

        return self.ward.base.database.read(read)

    def acts(self) -> list[tuple[str, str]]:
        """What staff did to messages, in order."""
        found = self.ward.base.database.read(audit.list_acts, self.commune.id)
        acts = [(one.act.action, one.act.object) for one in found]
        return [act for act in acts if act[1].startswith("message")]
