"""What each number with which Zalo refuses a call means for a message: on the number alone.

Source: docs.zaloplatforms.com/docs/OA/phu-luc/ma-loi and zalo.cloud/zns/guidelines/handle-error-code, as
quoted in September 2026. The words beside a number change; they are not read.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import Enum, auto

from bot.channels.zalo_oa_wire import TOO_FAST, Answer
from bot.core.messages import Delivered, Delivery, Rejected, Retry, Unreachable
from bot.core.periods import ZONE

ATTACHMENT_LOST = -100
SENDING_FAILED = -200
DAILY_LIMITS = frozenset({-144, -1472})
AT_NIGHT = frozenset({-133, -234})
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(6)
ACCOUNT_SECONDS = 600.0
TOKEN_SECONDS = 60.0
SOON_SECONDS = 60.0
MOMENT_SECONDS = 10.0


class Sense(Enum):
    """What to do about a refusal."""

    TOKEN = auto()  # a fresh one, and once more
    WAIT = auto()
    FINAL = auto()  # this message will never go
    FINAL_ALERT = auto()  # and somebody should know why
    PERSON = auto()  # nothing goes to this person until they write again
    ACCOUNT = auto()  # nothing goes at all until somebody mends it


SENSES: dict[int, Sense] = {
    TOO_FAST: Sense.WAIT,  # app or account over the rate limit
    ATTACHMENT_LOST: Sense.FINAL,  # attachment unknown or older than seven days
    -103: Sense.ACCOUNT,  # app not active
    -104: Sense.ACCOUNT,  # app secret wrong
    -105: Sense.ACCOUNT,  # app not linked to an account
    -108: Sense.FINAL,  # telephone number invalid
    -109: Sense.FINAL_ALERT,  # template id wrong
    -111: Sense.FINAL_ALERT,  # template without values
    -112: Sense.FINAL_ALERT,  # values of a template invalid
    -114: Sense.PERSON,  # inactive, refuses, or an old version of the app
    -115: Sense.ACCOUNT,  # out of money or quota
    -117: Sense.ACCOUNT,  # may not use this template
    -118: Sense.PERSON,  # no Zalo account of this telephone
    -124: Sense.TOKEN,  # token invalid, in calls of templates
    -131: Sense.FINAL_ALERT,  # template not approved
    -132: Sense.FINAL_ALERT,  # parameter of a template wrong
    -133: Sense.WAIT,  # not at night
    -135: Sense.ACCOUNT,  # may not send templates
    -136: Sense.ACCOUNT,  # billing account not linked
    -137: Sense.ACCOUNT,  # payment failed
    -139: Sense.PERSON,  # refuses this kind
    -140: Sense.PERSON,  # refuses this kind
    -141: Sense.PERSON,  # refuses this kind
    -144: Sense.WAIT,  # daily limit
    SENDING_FAILED: Sense.WAIT,  # sending failed: once more, not for ever
    -201: Sense.FINAL_ALERT,  # a parameter is invalid: a mistake of ours
    -204: Sense.ACCOUNT,  # account disabled
    -205: Sense.ACCOUNT,  # account does not exist
    -209: Sense.ACCOUNT,  # app not activated, or the call not open to it
    -210: Sense.FINAL,  # parameter over its limit
    -211: Sense.FINAL_ALERT,  # out of quota
    -212: Sense.ACCOUNT,  # app without the OA API
    -213: Sense.PERSON,  # does not follow the account
    -214: Sense.WAIT,  # article still being processed
    -216: Sense.TOKEN,  # token invalid
    -217: Sense.PERSON,  # blocks invitations
    -218: Sense.FINAL,  # the receiver's quota is used up
    -219: Sense.ACCOUNT,  # app removed or disabled
    -220: Sense.TOKEN,  # token expired or revoked
    -221: Sense.ACCOUNT,  # account must be verified
    -223: Sense.ACCOUNT,  # account has not granted this call
    -224: Sense.ACCOUNT,  # package too small
    -227: Sense.PERSON,  # banned, or inactive for 45 days
    -230: Sense.PERSON,  # no interaction in seven days
    -232: Sense.PERSON,  # no interaction, or it expired
    -233: Sense.FINAL_ALERT,  # kind of message not supported or disabled
    -234: Sense.WAIT,  # not at night
    -235: Sense.ACCOUNT,  # this kind of account may not call it
    -237: Sense.FINAL,  # group disabled or expired
    -238: Sense.FINAL_ALERT,  # asset id used up
    -240: Sense.ACCOUNT,  # a closed call: a mistake of ours
    -241: Sense.FINAL_ALERT,  # asset id wrong
    -242: Sense.ACCOUNT,  # appsecret_proof wrong
    -244: Sense.PERSON,  # restricts this kind of message
    -248: Sense.ACCOUNT,  # against the platform's policy
    -249: Sense.ACCOUNT,  # template cannot go by user id
    -305: Sense.PERSON,  # the 48 hours are over (older number)
    -311: Sense.PERSON,  # quota of replies used up (older number)
    -320: Sense.ACCOUNT,  # billing account not linked
    -321: Sense.ACCOUNT,  # billing account out of money
    -403: Sense.FINAL,  # account not in the group
    -1472: Sense.WAIT,  # daily limit, newer number
}
"""Kept whole, templates and groups too: the same numbers come from calls that we do not make yet."""


def sense_of(error: int) -> Sense:
    """What a number asks for; one that nobody documented will not get better by itself."""
    return SENSES.get(error, Sense.FINAL_ALERT)


def reason_of(error: int) -> str:
    """What may be written down of a refusal: Zalo's own words can name a person."""
    return f"zalo {error}"


def delivery_of(answer: Answer, now: datetime) -> Delivery:
    """What became of a message that got this answer."""
    if not answer.error:
        number = answer.data.get("message_id")
        return Delivered(number if isinstance(number, str) and number else None)
    reason = reason_of(answer.error)
    match sense_of(answer.error):
        case Sense.TOKEN:
            return Retry(TOKEN_SECONDS, reason, whole_account=True)
        case Sense.WAIT:
            return _wait(answer, now)
        case Sense.FINAL:
            return Rejected(reason)
        case Sense.FINAL_ALERT:
            return Rejected(reason, alert=True)
        case Sense.PERSON:
            return Unreachable(reason)
        case Sense.ACCOUNT:
            return Retry(ACCOUNT_SECONDS, reason, whole_account=True, alert=True)


def _wait(answer: Answer, now: datetime) -> Retry:
    reason, local = reason_of(answer.error), now.astimezone(ZONE)
    if answer.error in AT_NIGHT:
        return Retry(_until_morning(local), reason)
    if answer.error in DAILY_LIMITS:
        midnight = datetime.combine(local.date() + timedelta(days=1), time(), ZONE)
        return Retry((midnight - local).total_seconds(), reason, whole_account=True)
    if answer.error == SENDING_FAILED:
        return Retry(MOMENT_SECONDS, reason)
    if answer.error == TOO_FAST:
        return Retry(answer.retry_after, reason, whole_account=True)
    return Retry(SOON_SECONDS, reason)


def _until_morning(local: datetime) -> float:
    """Seconds to six o'clock; by day, when Zalo's clock and ours differ, only some."""
    if NIGHT_ENDS <= local.time() < NIGHT_BEGINS:
        return SOON_SECONDS
    day = local.date() + timedelta(days=local.time() >= NIGHT_BEGINS)
    return (datetime.combine(day, NIGHT_ENDS, ZONE) - local).total_seconds()
