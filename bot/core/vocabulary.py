"""Words that several rooms share: ids, roles, outcomes. Values stand in the database and in files."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

CommuneId = NewType("CommuneId", int)
AccountId = NewType("AccountId", int)
Identity = NewType("Identity", bytes)
"""Keyed hash of one chat of one account: who is talking, without saying who."""


class Role(StrEnum):
    """What a person may do; a member and a team leader belong to a team."""

    OPERATOR = "operator"
    OFFICER = "officer"
    LEADER = "leader"
    TEAM_LEADER = "team_leader"
    MEMBER = "member"

    @property
    def in_team(self) -> bool:
        """True for the two roles that need a team."""
        return self in (Role.TEAM_LEADER, Role.MEMBER)

    @property
    def may_change(self) -> bool:
        """True for who may change in the office what residents get; a leader of the commune reads."""
        return self in (Role.OPERATOR, Role.OFFICER)


class Topic(StrEnum):
    """What help and guides are about; the order is the order of menus and reports."""

    VNEID = "vneid"
    DVC = "dvc"
    TT = "tt"
    CKS = "cks"
    AT = "at"
    HOC_SO = "hoc-so"


class Outcome(StrEnum):
    """How a help ended."""

    DONE = "xong"
    NOT_DONE = "chua_xong"
    PASSED_ON = "chuyen_tiep"


class Audience(StrEnum):
    """Who will read a report: the office itself, or somebody outside it."""

    INTERNAL = "internal"
    OUTGOING = "outgoing"


class AddressForm(StrEnum):
    """How residents are spoken to; a commune chooses in its plan file."""

    CO_CHU = "co-chu"
    BAC = "bac"
    ONG_BA = "ong-ba"
    ANH_CHI = "anh-chi"
    BA_CON = "ba-con"
    QUY_VI = "quy-vi"

    @property
    def words(self) -> str:
        """The form as it stands in a sentence."""
        return _FORMS[self]


_FORMS = {
    AddressForm.CO_CHU: "cô/chú",
    AddressForm.BAC: "bác",
    AddressForm.ONG_BA: "ông/bà",
    AddressForm.ANH_CHI: "anh/chị",
    AddressForm.BA_CON: "bà con",
    AddressForm.QUY_VI: "quý vị",
}
