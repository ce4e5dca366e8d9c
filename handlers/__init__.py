"""Conversations, one file a topic; here the ordered list of routes, most specific first."""

from __future__ import annotations

from bot.conversation import repairs
from bot.conversation.members import for_leaders, for_members
from bot.conversation.router import WRONG_DIGIT, Route, on, on_action, on_kind, on_text_at
from bot.conversation.turn import Action
from bot.core.messages import Kind
from handlers import (
    checkup,
    guides,
    handover,
    head_counts,
    joining,
    linking,
    listening,
    log,
    log_corrections,
    log_days,
    log_details,
    log_person,
    log_typed,
    mine,
    other,
    person,
    privacy,
    reminders,
    scam,
    start,
)

TEAM_ACTIONS = (
    log.ACTIONS
    | log_days.ACTIONS
    | log_details.ACTIONS
    | log_person.ACTIONS
    | log_corrections.ACTIONS
    | mine.ACTIONS
    | head_counts.ACTIONS
    | reminders.ACTIONS
)

ROUTES: tuple[Route, ...] = (
    on_kind(Kind.STOPPED, start.left),
    on_kind(Kind.WITHDREW, privacy.withdraw),
    on_kind(Kind.NOTED, handover.note),
    on_kind(Kind.STAFF, handover.keep_still),
    on_action("wake", handover.wake),
    on(scam.tells_loss, handover.waking(guides.begin_urgent)),
    on(handover.is_tricked, handover.waking(guides.open_guide)),
    on(handover.is_still, handover.hold),
    *(on_kind(kind, other.media) for kind in other.KINDS),
    on(scam.is_masked_message, scam.check),
    on(lambda turn: turn.inbound.redacted, other.sensitive),
    on_action("menu", start.home),
    on_action("hello", start.hello),
    on(lambda turn: turn.action == Action("resume") and turn.place is not None, guides.resume),
    on_action("resume", start.home),
    on_action("thanks", other.thanks),
    on_action("about", other.about),
    on_action("topics", start.topics),
    on_action("stop", start.stop),
    on_action("listen", listening.listen),
    on_action("enlarge", listening.enlarge),
    on_action("person", person.offer),
    on_action(WRONG_DIGIT, other.wrong_digit),
    on_action("scam", scam.ask),
    on_action("topic", guides.list_topic),
    on_action("guide", guides.open_guide),
    on_action("part", guides.show_part),
    on_action("step", guides.show_step),
    on_action("stuck", guides.stuck),
    on_action("other", guides.other_troubles),
    on_action("fix", guides.show_fix),
    on_action("done", guides.finish),
    on_action(checkup.VERB, checkup.go_on),
    on_action("which", repairs.choose_again),
    on_action("no-smartphone", guides.without_smartphone),
    *(on_action(verb, for_members(handler)) for verb, handler in TEAM_ACTIONS.items()),
    *(
        on_action(verb, for_leaders(handler))
        for verb, handler in log_corrections.LEADER_ACTIONS.items()
    ),
    on_action("name", joining.ask_name),
    on_action("join", joining.ask_code),
    on_action("link", linking.explain),
    on_action("linkok", linking.give_code),
    on_action("unlink", linking.ask_unlink),
    on_action("unlinkok", linking.unlink),
    on(lambda turn: turn.action is not None, other.unknown_action),
    on(lambda turn: linking.written_code(turn) is not None, linking.join),
    on(lambda turn: joining.written_code(turn) is not None, joining.join),
    on_kind(Kind.START, start.hello),
    on_text_at(joining.AT_NAME, joining.take_name),
    on(log_person.is_phone, for_members(log_person.take_phone)),
    on(log_corrections.is_reason, for_members(log_corrections.take_reason)),
    on(log_typed.is_log, for_members(log_typed.take)),
    on(scam.is_next_question, guides.answer_question),
    on_text_at(scam.AT, scam.check),
    on(scam.is_passed_on, scam.check),
    on(log.is_count, for_members(log.take_count)),
    on(log_days.is_day, for_members(log_days.take)),
    on(log_details.is_files, for_members(log_details.take_files)),
    on(log_corrections.is_value, for_members(log_corrections.take_value)),
    on(head_counts.is_count, for_members(head_counts.take)),
    on(reminders.is_hour, for_members(reminders.take)),
    on(checkup.is_unclear, checkup.ask_again),
    on(lambda _: True, guides.answer_question),
)
