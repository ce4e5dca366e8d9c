"""What the quick setting leaves to the deep one (``BOT_TEST_DEEP=1``, ``.ci/run``): all of it stands here.

No other file asks for the setting (tests/test_depth.py). Every case that is left out in a quick run is run in
a deep one, and every kind of case is run in both.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Case = TypeVar("Case")
VARIABLE = "BOT_TEST_DEEP"
IS_DEEP = os.environ.get(VARIABLE) == "1"


@dataclass(frozen=True)
class Amount:
    """How many of something are tried."""

    quick: int
    deep: int

    @property
    def now(self) -> int:
        """The number in the setting of this run."""
        return self.deep if IS_DEEP else self.quick


@dataclass(frozen=True)
class Share:
    """The quick setting takes one case of so many, the deep one takes all."""

    quick: int
    deep: int = 1

    @property
    def now(self) -> int:
        """One of how many is taken in the setting of this run."""
        return self.deep if IS_DEEP else self.quick

    def of(self, cases: Iterable[Case], shift: int = 0) -> list[Case]:
        """The cases that are run, one at least; with another ``shift`` these are others."""
        given = list(cases)
        return given[shift % self.now :: self.now] or given[:1]


@dataclass(frozen=True)
class Without:
    """Cases that only the deep setting runs, since others of the quick one hold the same."""

    left_out: frozenset[str]

    def of(self, cases: Mapping[str, Case]) -> dict[str, Case]:
        """The cases that are run, by their names."""
        assert self.left_out < cases.keys()
        return {name: case for name, case in cases.items() if IS_DEEP or name not in self.left_out}


@dataclass(frozen=True)
class ByTurns:
    """Files whose tests run on one engine each, the engines taking turns; the deep setting runs both."""

    files: frozenset[str]

    def leaves_out(self, test: str, engine: str) -> bool:
        """True for the engine whose turn it is not."""
        return not IS_DEEP and engine == TURNS[sum(test.encode()) % len(TURNS)]


TURNS = ("sqlite", "postgres")
ENGINES = ByTurns(
    frozenset(
        {
            "test_adjustments.py",
            "test_after_class.py",
            "test_channel_hostile.py",
            "test_check_in.py",
            "test_check_in_chat.py",
            "test_checkup.py",
            "test_class_privacy.py",
            "test_classes.py",
            "test_closings.py",
            "test_closings_property.py",
            "test_communications.py",
            "test_confirmations.py",
            "test_crash.py",
            "test_data_rights.py",
            "test_deadlines.py",
            "test_digest_mail.py",
            "test_digests.py",
            "test_engine.py",
            "test_figures_property.py",
            "test_handover.py",
            "test_held_pages.py",
            "test_import_attendance.py",
            "test_imports.py",
            "test_leader_notices.py",
            "test_learning.py",
            "test_linking.py",
            "test_listening.py",
            "test_log_corrections.py",
            "test_log_person.py",
            "test_merging.py",
            "test_office_access.py",
            "test_office_communications.py",
            "test_office_import.py",
            "test_office_invitations.py",
            "test_office_messages.py",
            "test_office_privacy.py",
            "test_office_sign_in_ends.py",
            "test_office_teams.py",
            "test_office_trainings.py",
            "test_people.py",
            "test_pickup.py",
            "test_plausibility.py",
            "test_privacy.py",
            "test_reminders.py",
            "test_report_files.py",
            "test_report_tables.py",
            "test_request_figures.py",
            "test_request_windows.py",
            "test_requests.py",
            "test_roles.py",
            "test_scam_check.py",
            "test_sender.py",
            "test_sender_channels.py",
            "test_sender_patience.py",
            "test_shorthand.py",
            "test_sixth_commune.py",
            "test_spot_checks.py",
            "test_standing.py",
            "test_storage_isolation.py",
            "test_target_readings.py",
            "test_target_versions.py",
            "test_targets.py",
            "test_tasks.py",
            "test_team_commands.py",
            "test_team_life.py",
            "test_team_merging.py",
            "test_telegram_e2e.py",
            "test_telegram_trouble.py",
            "test_training_chat.py",
            "test_training_figures.py",
            "test_unit_calendar.py",
            "test_unit_reports.py",
            "test_web_chat.py",
            "test_web_chat_crash.py",
            "test_web_chat_cursor.py",
            "test_web_chat_forgetting.py",
            "test_web_chat_privacy.py",
            "test_workdays.py",
            "test_zalo_crash.py",
            "test_zalo_e2e.py",
            "test_zalo_oa_tokens.py",
            "test_zalo_setup.py",
            "test_zalo_trouble.py",
        }
    )
)
"""Rules and pages, which ask storage/ only, and lists of cases of which each engine gets every other one."""
PHRASES = Share(5)
"""Phrases of each shipped guide that are asked, with marks and without."""
PROMPTS = Share(4)
"""Prompts of all steps that are sent on each channel; five channels together send every one."""
EXAMPLES = Amount(10, 120)
"""Examples of each property."""
FUZZ = Amount(20, 10_000)
"""Mutations of what Zalo sends."""
SCREENS = Amount(1_500, 50_000)
"""Screens of a walk through the whole conversation."""
SCREENS_LOOKED_AT = Amount(25, 1_000)
"""Screens of that walk, beside one of each build, on which everything is said."""
BROKEN_BUTTONS = Share(4)
"""Buttons of yesterday, cut, doubled or made up."""
STORIES = Share(4)
"""Channels that can tell a story; each story is told on some channel."""
WORDS_WITH_MEDIA = Share(3)
"""Lengths and signs of the words beside a picture, a sound or a file; each sign and each length comes."""
DRAWN = Amount(12, 1_000_000)
"""Pictures of steps that are drawn and measured, the fullest first."""
DRAWN_IN_ALL_COLOURS = Share(12, 10)
"""Of these, in the colour of every commune."""
FULLEST_SIGNS = Amount(1, 3)
"""Of three signs that fill a screen, so many in a picture as a whole."""
KILLS = Amount(2, 25)
"""Kills of a server in a town that goes on talking."""
TOWNS = Amount(1, 6)
"""Such towns."""
WAYS_IN = Without(frozenset({"webhook-sqlite", "polling-postgres"}))
"""Ways in and engines: each alone once, every pair of them in the deep setting."""
WAYS_THAT_DO_NOT_MATTER = Without(
    frozenset({"webhook-sqlite", "webhook-postgres", "polling-postgres"})
)
"""The same for what hangs on neither."""
DEVICES = Without(frozenset({"phone"}))
"""What fits the smaller phone fits it, too."""
