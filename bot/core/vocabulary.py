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


class Service(StrEnum):
    """What was done for somebody; one help may hold several. The order is that of menus and reports."""

    INSTALL_VNEID = "cai_vneid"
    ACTIVATE_LEVEL_2 = "kich_hoat_muc_2"
    FILE_ONLINE = "nop_ho_so_dvc"
    ACCOUNT_QR = "mo_tai_khoan_qr"
    SIGNATURE = "chu_ky_so"
    HEALTH_BOOK = "so_suc_khoe"
    SAFETY = "an_toan"
    E_COMMERCE = "tmdt"
    OTHER = "khac"


class Subject(StrEnum):
    """For whom: a resident, a household business or cooperative, a company."""

    RESIDENT = "nguoi_dan"
    BUSINESS_HOUSEHOLD = "ho_kinh_doanh"
    COMPANY = "doanh_nghiep"


class Place(StrEnum):
    """Where a help took place."""

    AT_HOME = "tai_nha"
    CULTURE_HOUSE = "nha_van_hoa"
    ONE_STOP = "ttpvhcc"
    ONLINE = "truc_tuyen"
    MOBILE = "luu_dong"
    LEARNING_CENTRE = "tt_hoc_tap_cong_dong"
    OTHER = "khac"


class FirstTime(StrEnum):
    """Whether the helper says that this person was never helped before; unknown is no value."""

    NEW = "moi"
    KNOWN = "da_giup"


class AgeBand(StrEnum):
    """Age as a band, where it was offered; never a date of birth."""

    UNDER_16 = "duoi_16"
    TO_34 = "16_34"
    TO_59 = "35_59"
    FROM_60 = "tu_60"


class PriorityGroup(StrEnum):
    """Groups that a plan counts heads of, a week at a time; never written beside a person or an entry."""

    FROM_60 = "tu_60"
    DISABLED = "khuyet_tat"
    POOR = "ho_ngheo"
    MINORITY = "dan_toc"


class Source(StrEnum):
    """How an entry came into the log."""

    CHAT = "chat"
    REQUEST = "request"
    PAPER = "paper"
    OFFICE = "office"


class TeamKind(StrEnum):
    """What kind of team: of a neighbourhood, of the whole commune, or of those who lend a hand."""

    NEIGHBOURHOOD = "khu_pho"
    COMMUNE = "cap_xa"
    VOLUNTEERS = "tinh_nguyen"
    ASSOCIATION = "doan_the"
    ONE_STOP = "ttpvhcc"


class TrainingKind(StrEnum):
    """What kind of gathering: a class, an outreach session (buổi tuyên truyền) or a contest."""

    CLASS = "class"
    OUTREACH = "outreach"
    CONTEST = "contest"


class TrainingStatus(StrEnum):
    """Where a training stands; held and closed ones count, and nothing else does."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    HELD = "held"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TrainingMode(StrEnum):
    """How it is given: on site, online, or within another meeting (lồng ghép)."""

    ON_SITE = "tai_cho"
    ONLINE = "truc_tuyen"
    WITHIN = "long_ghep"


class TrainingAudience(StrEnum):
    """Whom a training is for."""

    RESIDENTS = "nguoi_dan"
    BUSINESS_HOUSEHOLDS = "ho_kinh_doanh"
    ASSOCIATION = "hoi_vien"
    OFFICIALS = "cbccvc"
    TEAMS = "to_vien"


class Evidence(StrEnum):
    """How a seat was taken, strongest first: a changing code, one on paper, a list, a line by another."""

    SCREEN = "man_hinh"
    PRINTED = "to_in"
    LIST = "danh_sach"
    PROXY = "ghi_ho"


class CommunicationKind(StrEnum):
    """What is put out besides sessions: loudspeaker readings, articles and posts, leaflets."""

    BROADCAST = "phat_loa"
    ARTICLE = "tin_bai"
    LEAFLET = "to_roi"


class CommunicationUnit(StrEnum):
    """What a plan may count as a “buổi”: an outreach session, or another kind where it says so."""

    SESSION = "buoi"
    BROADCAST = "phat_loa"
    ARTICLE = "tin_bai"
    LEAFLET = "to_roi"


class LearningStage(StrEnum):
    """Three separate figures of learning on the official platform; they are never summed."""

    INTRODUCED = "gioi_thieu"
    SELF_REPORTED = "tu_bao_xong"
    CONFIRMED = "xac_nhan"


class TargetStatus(StrEnum):
    """How a target of the plan stands at the end of a period."""

    REACHED = "dat"
    ON_TRACK = "dung_tien_do"
    BEHIND = "cham"
    TOO_LITTLE_KNOWN = "chua_du_du_lieu"
    NOT_YET = "chua_den_ky"


class ReadingKind(StrEnum):
    """A figure read from outside, or what was done before our own log began (mang sang)."""

    READING = "reading"
    OPENING = "opening"


class TaskStatus(StrEnum):
    """Where a task of the plan stands."""

    NOT_BEGUN = "chua_lam"
    DOING = "dang_lam"
    DONE = "da_xong"
    DROPPED = "khong_lam"


class NotePart(StrEnum):
    """What the office types into a report: prose of its sections, notes on targets, estimates (ước)."""

    DIRECTION = "chi_dao"
    DIFFICULTIES = "kho_khan"
    NEXT = "ky_toi"
    PROPOSALS = "kien_nghi"
    NOTE = "ghi_chu"
    ESTIMATE = "uoc"


class ClosingStatus(StrEnum):
    """Where a period stands: a draft counts anew each time, the others are frozen."""

    DRAFT = "nhap"
    SUBMITTED = "trinh"
    ISSUED = "ban_hanh"


class Extra(StrEnum):
    """What stays in the office unless it is ticked for the files of a report."""

    FORECAST = "forecast"
    CONFIRMED = "confirmed"
    SPOT_CHECKS = "spot_checks"


class UnitReportStatus(StrEnum):
    """Where the report of a unit stands."""

    WAITING = "chua_gui"
    SENT = "da_gui"
    TO_MEND = "can_sua"


class DayKind(StrEnum):
    """How a day differs from the calendar: off, or made up for."""

    OFF = "off"
    WORK = "work"


class DigestState(StrEnum):
    """Where a digest stands; one that waits can be read in the office all the same."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Use(StrEnum):
    """What somebody agrees to have data kept for: one consent each, given and withdrawn alone."""

    CALL_BACK = "call_back"  # a phone number, so that the team or the ward can ring about a request
    COUNT_ONCE = "count_once"  # a keyed hash of the phone, so that one person is counted as one
    SHOW_PHONE = "show_phone"  # a member's own number, shown to residents while on duty
    REMIND = "remind"  # notices about classes
    ATTEND = "attend"  # a keyed hash of the chat, so that who attends several classes is one person
    LINK = "link"  # that two chats are one person's


class RequestStatus(StrEnum):
    """Where a request for help stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Confirmation(StrEnum):
    """What the helped person says about an entry."""

    YES = "dung"
    NO = "khong"
    FORGOT = "khong_nho"


UNSAID, SAID = "chua_ghi", "co"
"""How figures call the entries that do not say something, and those that do, whatever they say."""


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
