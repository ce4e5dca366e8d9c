"""Conversations, one file a topic; here the ordered list of routes, most specific first."""

from __future__ import annotations

from bot.conversation import repairs
from bot.conversation.members import for_leaders, for_members
from bot.conversation.router import WRONG_DIGIT, Matcher, Route, on, on_action, on_kind, on_text_at
from bot.conversation.turn import Action, Turn
from bot.core.messages import Kind
from handlers import (
    after_class,
    check_in,
    checkup,
    classes,
    communication_corrections,
    communications,
    confirming,
    digest,
    duty,
    guides,
    handover,
    head_counts,
    joining,
    learning,
    linking,
    listening,
    log,
    log_corrections,
    log_days,
    log_details,
    log_person,
    log_typed,
    loudspeaker,
    mine,
    newcomers,
    other,
    person,
    privacy,
    reminders,
    request_team,
    requests,
    scam,
    start,
    team_life,
    trainings,
    trainings_plan,
    trainings_roll,
    trainings_why,
    unit_report,
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
    | learning.ACTIONS
    | trainings.ACTIONS
    | trainings_plan.ACTIONS
    | trainings_roll.ACTIONS
    | trainings_why.ACTIONS
    | communications.ACTIONS
    | communication_corrections.ACTIONS
    | loudspeaker.ACTIONS
)


def only_words(passes_on: Matcher) -> Matcher:
    """What goes to another person: never what a member wrote to us, a verdict, a log line or a code."""
    for_us = (newcomers.is_verdict, log_typed.is_log, communications.is_line, _is_code)

    def matches(turn: Turn) -> bool:
        is_ours = turn.worker is not None and any(means(turn) for means in for_us)
        return not is_ours and passes_on(turn)

    return matches


def _is_code(turn: Turn) -> bool:
    return joining.written_code(turn) is not None or linking.written_code(turn) is not None


ROUTES: tuple[Route, ...] = (
    on_kind(Kind.STOPPED, start.left),
    on_kind(Kind.WITHDREW, privacy.withdraw),
    on_kind(Kind.NOTED, handover.note),
    on_kind(Kind.STAFF, handover.keep_still),
    on_action("wake", handover.wake),
    on(scam.tells_loss, handover.waking(guides.begin_urgent)),
    on(handover.is_tricked, handover.waking(guides.open_guide)),
    on(check_in.is_code, handover.waking(check_in.take)),
    on(handover.is_still, handover.hold),
    on(confirming.is_answer, confirming.take),
    on_action(confirming.VERB, confirming.answer),
    on_action("unask", confirming.stop),
    on_action("reask", confirming.resume),
    *(on_kind(kind, other.media) for kind in other.KINDS),
    on(scam.is_masked_message, scam.check),
    on(lambda turn: turn.inbound.redacted, other.sensitive),
    on(request_team.is_typed, request_team.take_typed),
    on(only_words(request_team.is_words), request_team.pass_words),
    on(only_words(requests.is_answer), requests.answer),
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
    on_action("ask", requests.ask),
    on_action("askat", requests.at_home),
    on_action("askok", requests.agree),
    on_action("asknow", requests.without_phone),
    on_action("asked", requests.show),
    on_action("askcall", requests.change_phone),
    on_action("askcancel", requests.ask_cancel),
    on_action("askcancelok", requests.cancel),
    on_action("cls", classes.show),
    on_action("clsone", classes.card),
    on_action("clsin", classes.keep),
    on_action("clsout", classes.give_back),
    on_action("clstell", classes.ask_notices),
    on_action("clstellok", classes.agree),
    on_action("clstellno", classes.decline),
    on_action("ci", check_in.explain),
    on_action("ciage", check_in.age),
    on_action("cimay", check_in.may_know),
    on_action("ciat", check_in.home),
    on_action("ciend", check_in.end),
    on_action("queue", request_team.show_queue),
    on_action("req", request_team.show_card),
    on_action("reqtake", request_team.take),
    on_action("reqback", request_team.give_back),
    on_action("reqend", request_team.ask_ending),
    on_action("reqendas", request_team.end),
    on_action("reqchat", request_team.ask_words),
    on_action("duty", duty.show),
    on_action("dutyok", duty.agree),
    on_action("dutyoff", duty.hide),
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
    on_action("after", after_class.go_on),
    on_action("quiz", after_class.quiz),
    on_action("afternote", after_class.show_note),
    on_action("learn", learning.show),
    on_action("learndone", learning.done),
    on_action("learnoff", learning.take_back),
    on_action("which", repairs.choose_again),
    on_action("no-smartphone", guides.without_smartphone),
    *(on_action(verb, for_members(handler)) for verb, handler in TEAM_ACTIONS.items()),
    *(
        on_action(verb, for_leaders(handler))
        for verb, handler in log_corrections.LEADER_ACTIONS.items()
    ),
    *(on_action(verb, for_leaders(handler)) for verb, handler in unit_report.ACTIONS.items()),
    on_action("name", joining.ask_name),
    on_action("join", joining.ask_code),
    on_action("link", linking.explain),
    on_action("linkok", linking.give_code),
    on_action("unlink", linking.ask_unlink),
    on_action("unlinkok", linking.unlink),
    on_action("privacy", privacy.menu),
    on_action("mydata", privacy.show),
    on_action("erase", privacy.ask_erase),
    on_action("eraseok", privacy.erase),
    on_action("withdraw", privacy.ask_withdraw),
    on_action("withdrawok", privacy.withdraw_use),
    on_action("mute", privacy.mute),
    on_action("unmute", privacy.unmute),
    on_action("mend", privacy.mend),
    on_action("newcomers", newcomers.show),
    on_action("admit", newcomers.admit),
    on_action("refuse", newcomers.refuse),
    on_action("hats", team_life.hats),
    on_action("wear", team_life.wear),
    on_action("moving", team_life.moving),
    on_action("moved", team_life.move_over),
    on_action("leave", team_life.ask_leave),
    on_action("leaveok", team_life.leave),
    on_action("week", team_life.week),
    on_action("digest", digest.show),
    on(lambda turn: turn.action is not None, other.unknown_action),
    on(
        lambda turn: linking.written_code(turn) is not None,
        check_in.or_else(linking.written_code, linking.join),
    ),
    on(
        lambda turn: joining.written_code(turn) is not None,
        newcomers.by_code(joining.written_code, joining.join),
    ),
    on(newcomers.is_verdict, newcomers.take_verdict),
    on_kind(Kind.START, start.hello),
    on_text_at(joining.AT_NAME, joining.take_name),
    on(check_in.is_home, check_in.take_home),
    on(log_person.is_phone, for_members(log_person.take_phone)),
    on(log_corrections.is_reason, for_members(log_corrections.take_reason)),
    on(trainings_why.is_reason, for_members(trainings_why.take_words)),
    on(unit_report.is_reason, for_leaders(unit_report.take_reason)),
    on(trainings_plan.is_line, for_members(trainings_plan.take_line)),
    on(trainings_plan.is_part, for_members(trainings_plan.take_part)),
    on(trainings_roll.is_count, for_members(trainings_roll.take_count)),
    on(communication_corrections.is_value, for_members(communication_corrections.take_value)),
    on(communication_corrections.is_reason, for_members(communication_corrections.take_reason)),
    on(communications.is_line, for_members(communications.take_line)),
    on(communications.is_typed, for_members(communications.take_typed)),
    on(loudspeaker.is_asked, for_members(loudspeaker.take)),
    on(log_typed.is_log, for_members(log_typed.take)),
    on(scam.is_next_question, guides.answer_question),
    on_text_at(scam.AT, scam.check),
    on(scam.is_passed_on, scam.check),
    on(requests.is_home, requests.take_home),
    on(requests.is_phone, requests.take_phone),
    on_text_at(duty.AT_PHONE, duty.take_phone),
    on_text_at(newcomers.AT_NAME, newcomers.take_name),
    on(unit_report.is_number, for_leaders(unit_report.take_number)),
    on(log.is_count, for_members(log.take_count)),
    on(log_days.is_day, for_members(log_days.take)),
    on(log_details.is_files, for_members(log_details.take_files)),
    on(log_corrections.is_value, for_members(log_corrections.take_value)),
    on(head_counts.is_count, for_members(head_counts.take)),
    on(learning.is_count, for_members(learning.take_count)),
    on(reminders.is_hour, for_members(reminders.take)),
    on(checkup.is_unclear, checkup.ask_again),
    on(lambda _: True, guides.answer_question),
)
