"""Conversations, one file a topic; here the ordered list of routes, most specific first."""

from __future__ import annotations

from bot.conversation import repairs
from bot.conversation.router import WRONG_DIGIT, Route, on, on_action, on_kind, on_text_at
from bot.conversation.turn import Action
from bot.core.messages import Kind
from handlers import checkup, guides, listening, other, person, scam, start, team

ROUTES: tuple[Route, ...] = (
    on_kind(Kind.STOPPED, start.left),
    *(on_kind(kind, other.media) for kind in other.KINDS),
    on(scam.tells_loss, guides.begin_urgent),
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
    on_action("log", team.choose_topic),
    on_action("logmore", team.choose_rarer_topic),
    on_action("logt", team.choose_count),
    on_action("logmany", team.ask_count),
    on_action("logn", team.read_back),
    on_action("logok", team.save),
    on_action("undo", team.undo),
    on_action("mine", team.my_week),
    on_action("name", team.ask_name),
    on_action("join", team.ask_code),
    on(lambda turn: turn.action is not None, other.unknown_action),
    on(lambda turn: team.written_code(turn) is not None, team.join),
    on_kind(Kind.START, start.hello),
    on(scam.is_next_question, guides.answer_question),
    on_text_at(scam.AT, scam.check),
    on(scam.is_passed_on, scam.check),
    on_text_at(team.AT_NAME, team.take_name),
    on(team.is_count, team.take_count),
    on(checkup.is_unclear, checkup.ask_again),
    on(lambda _: True, guides.answer_question),
)
