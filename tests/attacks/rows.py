"""The attacks that once succeeded, each with the tests that play it and find it.

A row names tests and no outcome: `python -m tests.attacks` runs them and prints what they say.
"""

from __future__ import annotations

import ast
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, run
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
FOUND, FAILED, OPEN = "found", "NOT FOUND", "no test yet"


@dataclass(frozen=True, slots=True)
class Row:
    """An attack: its number, what is done, what finds or stops it, and tests that play it.

    A test is ``file::name`` below ``tests``, or a file of which every test belongs here.
    """

    number: int
    attack: str
    finds: str
    tests: tuple[str, ...] = ()


ROWS = (
    Row(1, "rows of the log are given to another campaign, its ballots deleted",
        "the campaign is in the leaf: both verifiers",
        ("contract/test_takeover.py::test_relabelled_entries_and_deleted_ballots_are_found",
         "verifying/test_tamperings.py::test_a_tampering_is_found_by_those_who_have_to_find_it")),
    Row(2, "rows are deleted from staging before they are mixed",
        "running numbers hold the close; a promise that was broken",
        ("contract/test_streams.py::test_deleted_rows_hold_their_own_campaign_and_no_other",
         "contract/test_promises.py"
         "::test_a_ballot_dropped_with_all_that_counts_it_is_proven_by_its_promise",
         "verifying/test_vectors.py::test_a_bad_bundle_fails_at_its_check")),
    Row(3, "a decision that nobody took is put into the table of notices",
        "the desk did not sign it: mixer and both verifiers",
        ("contract/test_desk.py::test_a_row_that_the_desk_did_not_sign_is_kept_aside_aloud",
         "contract/test_desk.py::test_a_signed_act_is_no_good_a_second_time_nor_elsewhere",
         "verifying/test_tamperings.py::test_a_tampering_is_found_by_those_who_have_to_find_it",)),
    Row(4, "the audit log is rewritten, its chain recomputed",
        "its digests are acts in the log",
        ("contract/test_audit.py::test_a_rewritten_audit_log_is_found",
         "contract/test_audit.py"
         "::test_with_the_desks_key_too_a_rewritten_log_contradicts_the_public_one",
         "contract/test_audit.py::test_rows_cut_off_at_the_end_are_missed")),
    Row(5, "one administrator makes two checkers and an auditor",
        "an approver signs, a day passes, the log shows it",
        ("contract/test_two_persons.py"
         "::test_one_administrator_alone_appoints_and_grants_nothing",
         "contract/test_two_persons.py"
         "::test_an_approved_appointment_is_told_in_the_log_and_holds_a_day_later",
         "contract/test_two_persons.py"
         "::test_approvals_and_grants_written_by_hand_are_not_carried_out")),
    Row(6, "the gate's key and the database after the close name a person's ballot",
        "conversations and their key are gone",
        ("attacks/test_linking.py",
         "contract/test_linking.py::test_the_gates_key_makes_no_pseudonym_that_the_database_knows",
         "contract/test_linking.py::test_after_the_close_both_keys_are_gone")),
    Row(7, "a comment names the ballot of the batch before it",
        "comments wait for the close and come in one lot",
        ("attacks/test_linking.py",
         "contract/test_linking.py::test_a_comment_is_linked_to_no_ballot")),
    Row(8, "«I was told how to rate» names the ballot of its transaction",
        "presses wait for the close, counts alone are written",
        ("attacks/test_linking.py",)),
    Row(9, "counters on Valkey's disk name who came when",
        "they are in memory alone, under a key of the day",
        ("contract/test_embedded_valkey.py::test_what_it_held_is_gone_after_a_stop_and_a_start",
         "contract/test_screening.py::test_no_key_on_a_disk_names_the_counters_of_a_known_person",
         "contract/test_screening.py::test_no_counter_bears_a_name_that_the_database_knows")),
    Row(10, "ballots are changed in the database, before and after the close",
        "the close and the result recompute every commitment",
        ("contract/test_close_check.py",)),
    Row(11, "a database is restored without the keys of voters",
        "keys are demanded, none is made",
        ("contract/test_demanded_keys.py",)),
    Row(12, "an older database is restored and the log goes on",
        "the guard beside the log's key refuses to sign",
        ("contract/test_guarded_log.py", "laws/test_guard.py")),
    Row(13, "one compressed request of 0.3 MB",
        "415, unopened",
        ("contract/test_connections.py::test_a_compressed_bomb_is_refused_unopened",)),
    Row(14, "1,100 heads are half sent",
        "they are closed in seconds, others are served",
        ("contract/test_connections.py"
         "::test_while_1100_heads_are_half_sent_others_are_served_and_the_heads_are_closed",)),
    Row(15, "the disk is full",
        "/readyz says 503 and names it",
        ("contract/test_start.py"
         "::test_a_full_disk_is_named_while_the_service_lives_and_is_ready_again_after",
         "unit/bot/test_readiness.py::test_little_room_on_a_disk_is_told")),
    Row(16, "a short WeChat token is guessed, one signature makes sixty people",
        "16 characters, safe mode, the clock's five minutes",
        ("unit/bot/channels/wechat/test_channel.py"
         "::test_a_setting_that_is_missing_or_malformed_is_named",
         "unit/bot/channels/wechat/test_channel.py"
         "::test_behind_https_the_start_asks_for_safe_mode",
         "unit/bot/channels/wechat/test_channel.py"
         "::test_one_recorded_signature_makes_no_other_person",
         "unit/bot/channels/wechat/test_channel.py"
         "::test_what_was_recorded_cannot_be_played_back_later")),
    Row(17, "the 31st fresh browser behind one address",
        "nobody is turned away for an address",
        ("unit/bot/web/test_public.py::test_a_crowd_from_one_address_finishes_half_of_it_without_scripts",)),
    Row(18, "another account reads the data folder of make run",
        "0700 and 0600, mended at each start",
        ("unit/bot/core/test_private_files.py",
         "contract/test_start.py"
         "::test_the_data_folder_is_its_owners_alone_also_of_an_older_installation")),
    Row(19, "YAML nested 3,000 deep",
        "a sentence",
        ("unit/bot/web/test_api.py::test_a_body_nested_too_deep_is_a_sentence",
         "unit/bot/test_main.py"
         "::test_a_questionnaire_nested_too_deep_leaves_with_1_and_one_sentence")),
    Row(20, "answers are asked for and not taken",
        "thirty seconds; the oldest goes, others are served",
        ("contract/test_connections.py::test_while_answers_are_not_taken_others_are_served",
         "contract/test_connections.py"
         "::test_a_file_that_is_not_taken_is_given_up_and_one_that_is_taken_slowly_is_not")),
    Row(21, "a form in an encoding that takes minutes",
        "400, undecoded; parts are read as UTF-8",
        ("contract/test_connections.py::test_a_form_in_another_encoding_is_refused_undecoded",
         "contract/test_connections.py"
         "::test_a_part_of_a_form_is_read_as_utf_8_whatever_it_says")),
    Row(22, "the log of the service keeps a malformed request's address and cookies",
        "it says the kind of the error alone",
        ("contract/test_connections.py"
         "::test_a_request_that_is_none_is_answered_and_leaves_nothing_in_the_log",)),
    Row(23, "a campaign's row and the log's row are changed alike: other words on the buttons",
        "the definition is proven by a signed checkpoint",
        ("contract/test_registration.py::test_other_words_on_the_same_buttons_take_no_ballots",
         "contract/test_registration.py"
         "::test_a_checkpoint_that_the_log_did_not_sign_proves_nothing",
         "contract/test_close_check.py::test_a_change_after_the_close_publishes_nothing")),
    Row(24, "a link that vouches for deputies is written into the table",
        "the desk has not marked it",
        ("contract/test_registration.py"
         "::test_a_link_that_somebody_wrote_or_changed_leads_nowhere",
         "contract/test_registration.py::test_links_of_an_older_version_are_marked_once")),
    Row(25, "moments that were erased are read from the disk",
        "the tables are written anew",
        ("contract/test_asides.py::test_what_is_erased_is_in_no_file_of_the_database",)),
    Row(26, "a crafted bundle is read in two ways, or ends a verifier",
        "both say the same, in a sentence",
        ("verifying/test_both_verifiers.py"
         "::test_both_say_the_same_of_files_that_somebody_crafted",
         "verifying/test_both_verifiers.py::test_a_crafted_file_fails_both_and_ends_neither",
         "verifying/test_both_verifiers.py"
         "::test_totals_that_cannot_be_computed_with_are_a_failure")),
    Row(27, "another key takes the gate's place in silence",
        "refused while a campaign is open",
        ("contract/test_gate_loss.py::test_another_key_of_the_gate_is_not_taken_in_silence",)),
    Row(28, "a key of the gate that was lost is found, and signs on",
        "log and desk said how many ballots it had accepted",
        ("contract/test_gate_loss.py::test_a_lost_key_that_somebody_finds_signs_no_more_ballots",
         "verifying/test_vectors.py::test_a_bad_bundle_fails_at_its_check")),
    Row(29, "an invitation is made unused again, to rate by it as another person",
        "the process that saw it taken refuses",
        ("contract/test_invitations.py"
         "::test_an_invitation_that_somebody_makes_free_again_is_taken_all_the_same",)),
    Row(30, "a citizen's door gets a form of 8 MB that begins with lines of nothing",
        "413 by its length; forms with files are taken by the console alone",
        ("contract/test_connections.py"
         "::test_a_form_over_its_limit_or_with_files_where_none_is_costs_nothing",
         "contract/test_connections.py"
         "::test_a_form_with_files_begins_with_its_boundary_and_says_its_length")),
    Row(31, "a sender or an argument is no address, or no text",
        "403, and a sentence",
        ("contract/test_connections.py::test_a_sender_that_is_no_address_is_another_site",
         "unit/bot/test_main.py::test_bytes_that_are_no_text_are_a_sentence")),
    Row(32, "what a reader who was dropped has not taken stays in the system",
        "reset, and the system's own limit of time",
        ("contract/test_connections.py"
         "::test_of_an_answer_that_nobody_takes_the_system_keeps_nothing_either",)),
    Row(33, "accounts that somebody wrote into the database decide by a command's --by",
        "the roster does not know them: nothing is done",
        ("contract/test_gate_loss.py::test_accounts_that_somebody_wrote_replace_no_key",
         "contract/test_guarded_log.py::test_the_command_shows_both_heads_and_refills")),
    Row(34, "the file with the profile is moved away, so that one person is enough",
        "the log says the profile; both verifiers count the people",
        ("contract/test_gate_loss.py"
         "::test_the_log_says_how_many_people_it_takes_whatever_became_of_a_file",
         "verifying/test_vectors.py::test_a_bad_bundle_fails_at_its_check")),
    Row(35, "a gate's key is replaced while a service signs on by it",
        "refused; ballots beyond the act are set aside and hold the close",
        ("contract/test_gate_loss.py::test_no_key_is_replaced_under_a_service_that_runs",
         "contract/test_gate_loss.py::test_a_service_uses_its_keys_for_as_long_as_it_runs",
         "contract/test_gate_loss.py::test_a_lost_key_that_somebody_finds_signs_no_more_ballots",
         "contract/test_gate_loss.py"
         "::test_ballots_beyond_what_a_lost_key_accepted_hold_the_close_and_can_be_settled")),
    Row(36, "the stored release is written anew, with its digest",
        "the result is made again from the ballots: service and mixer",
        ("contract/test_owner_of_the_database.py::test_a_release_that_was_rewritten_is_not_signed",
         "contract/test_owner_of_the_database.py"
         "::test_the_mixer_signs_no_result_that_the_desk_was_made_to_order")),
    Row(37, "a registration is hidden while the close compares",
        "registered is what the signed root says",
        ("contract/test_owner_of_the_database.py"
         "::test_a_close_signs_nothing_that_was_not_registered",
         "contract/test_owner_of_the_database.py"
         "::test_a_log_that_is_gone_makes_no_campaign_an_imported_one",
         "contract/test_owner_of_the_database.py::test_each_command_knows_the_logs_key")),
    Row(38, "ballots get a weight that no decision gave",
        "weights follow from the log's decisions",
        ("contract/test_owner_of_the_database.py"
         "::test_weights_and_releases_follow_from_the_decisions_of_the_log",
         "contract/test_owner_of_the_database.py"
         "::test_a_decision_that_nobody_signed_weighs_nothing")),
    Row(39, "scheme or names are changed after the close, the place in the log emptied",
        "the definition is compared with the proven registration",
        ("contract/test_owner_of_the_database.py"
         "::test_no_result_is_signed_of_what_was_changed_after_the_close",
         "contract/test_owner_of_the_database.py"
         "::test_pages_find_a_registration_that_no_row_of_the_campaign_names",
         "contract/test_owner_of_the_database.py"
         "::test_a_campaign_that_stands_as_closed_while_people_rate_has_no_result")),
    Row(40, "who came alone after a reminder is read from the sums of a release",
        "fewer than ten join others",
        ("contract/test_kept_sums.py"
         "::test_who_came_alone_after_a_reminder_is_in_nothing_that_is_kept",
         "contract/test_migrations.py"
         "::test_sums_of_few_answers_join_others_where_no_result_was_signed")),
    Row(41, "the count of a quota is lowered",
        "it is remembered, and the ballots are asked",
        ("contract/test_quotas.py::test_a_count_that_somebody_lowers_makes_no_room",
         "contract/test_quotas.py"
         "::test_a_quota_with_more_ballots_than_places_holds_the_close")),
    Row(42, "the second of a stop is read from the database",
        "a stop tells its day",
        ("contract/test_rectification.py"
         "::test_a_stop_tells_its_day_and_words_that_come_after_it_go_out",)),
    Row(43, "who replaces a lost key gets both keys that link ballots to people",
        "the command needs log.key and guard/ alone",
        ("contract/test_gate_loss.py::test_the_keys_that_link_stay_at_the_mixer",)),
    Row(44, "a crafted bundle, note or proof is read in two ways, or ends a verifier",
        "one list of refusals, tried with both",
        ("verifying/test_refusals.py",)),
    Row(45, "a witness is shown an older state of the log, to end it as by a fork",
        "it says so and looks again",
        ("unit/bot/web/test_log_pages.py::test_an_older_state_of_the_log_is_no_fork",)),
)  # fmt: skip


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text())
    defined = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, defined))


def missing_tests(rows: Iterable[Row] = ROWS) -> list[str]:
    """The tests that rows name and that there are not."""
    named = (test.partition("::") for row in rows for test in row.tests)
    return [
        f"{file}::{name}"
        for file, _, name in named
        if not (ROOT / "tests" / file).exists() or (name and name not in functions(file))
    ]


def played(row: Row) -> str:
    """Run the tests of a row; return what they say.

    Each row has a process of its own: pytest runs nothing when it cannot read one file.
    """
    if not row.tests:
        return OPEN
    files = [f"tests/{test}" for test in row.tests]
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *files]
        run(command, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL, check=False)
        return outcome_of(row, read_report(report))


def read_report(report: Path) -> dict[tuple[str, str], list[str]]:
    """What became of each case, by file and name of its test."""
    found: dict[tuple[str, str], list[str]] = {}
    cases = ElementTree.parse(report).iter("testcase") if report.exists() else ()
    for case in cases:
        file = "/".join(case.get("classname", "").split(".")[1:]) + ".py"
        name = case.get("name", "").partition("[")[0]
        state = next((child.tag for child in case if child.tag in STATES), "passed")
        found.setdefault((file, name), []).append(state)
    return found


STATES = ("failure", "error", "skipped")


def outcome_of(row: Row, cases: dict[tuple[str, str], list[str]]) -> str:
    if not row.tests:
        return OPEN
    states: list[str] = []
    for test in row.tests:
        file, _, name = test.partition("::")
        own = [s for (f, n), found in cases.items() if f == file and name in ("", n) for s in found]
        states += own or ["error"]
    bad = sum(state in ("failure", "error") for state in states)
    skipped = sum(state == "skipped" for state in states)
    played = f"{len(states) - skipped} of {len(states)} cases"
    return f"{FAILED}: {bad} of {len(states)} cases" if bad else f"{FOUND}, {played}"
