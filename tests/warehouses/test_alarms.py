"""Alarms: who is called, after how long, over which way, with which key, and what ends the calls."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from logistics import events
from logistics.models import Event
from tests.cast import Cast
from tests.factories import ParkKit, make_park, make_space
from tests.warehouses.conftest import START, minute, row
from tests.warehouses.receivers import Chat, chat_server, mail_server
from warehouses import escalation, handling, monitoring, notices, outbox, telemetry
from warehouses.handling_event_types import AlarmEscalated
from warehouses.models import Alarm, ColdSpace, Excursion, LadderStep, Notification, Robot, Sensor

WARM = [-20, *[-17] * 8]  # opens at minute 40, minor
HOT = [-20, *[-8] * 4]  # beyond the hard limit, critical at once
OPENED = minute(41)


@pytest.fixture
def park(cast: Cast) -> ParkKit:
    return make_park(cast)


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """Let the three robots post to a server of ours: the payloads are Apprise's own."""
    with chat_server() as server:
        for plugin, path in (
            (NotifyWeComBot, "/wecom?key={key}"),
            (NotifyDingTalk, "/dingtalk?access_token={token}"),
            (NotifyFeishu, "/feishu/{token}"),
        ):
            monkeypatch.setattr(plugin, "notify_url", server.url + path)
        yield server


def send(values: list[float], *, from_min: int = 0, received: datetime | None = None) -> None:
    readings = row("w1-r1-s1", values, from_min=from_min)
    at = received or readings[-1].measured_at
    telemetry.store(readings=readings, received_at=at)


def opened(values: list[float] = WARM) -> Excursion:
    """Let the frozen room grow warm, judge it, and take the first step."""
    send(values)
    monitoring.evaluate_due(at=OPENED)
    escalation.escalate_due(at=OPENED)
    return Excursion.objects.get()


def names(level: int) -> set[str]:
    rows = Notification.objects.filter(level=level).select_related("user", "robot")
    return {row.user.username if row.user else str(row.robot) for row in rows}


def test_the_default_ladder_calls_those_on_the_spot_then_dispatchers_then_managers(
    cast: Cast, park: ParkKit
) -> None:
    found = opened(HOT)
    assert found.severity == "critical"
    assert names(1) == {"olga"}
    assert escalation.escalate_due(at=OPENED + timedelta(minutes=14)) == 0
    assert escalation.escalate_due(at=OPENED + timedelta(minutes=15)) == 1
    assert names(2) == {"olga", "dora"}
    assert escalation.escalate_due(at=OPENED + timedelta(minutes=30)) == 1
    assert names(3) == {"max"}
    assert escalation.escalate_due(at=OPENED + timedelta(days=1)) == 0


def test_a_minor_one_does_not_reach_the_managers_until_it_is_worse(
    cast: Cast, park: ParkKit
) -> None:
    found = opened()
    for minutes in (15, 30, 45):
        escalation.escalate_due(at=OPENED + timedelta(minutes=minutes))
    assert (names(2), names(3)) == ({"olga", "dora"}, set())
    Excursion.objects.filter(pk=found.pk).update(severity="major")
    escalation.escalate_due(at=OPENED + timedelta(minutes=55))
    assert names(3) == {"max"}


def test_the_parks_own_ladder_counts_where_it_has_one(cast: Cast, park: ParkKit) -> None:
    LadderStep.objects.create(level=4, after_s=120, calls_managers=True)
    opened()
    assert not Notification.objects.exists()
    escalation.escalate_due(at=OPENED + timedelta(seconds=120))
    assert names(4) == {"max"}


def test_a_vehicle_calls_its_keepers_people(cast: Cast, park: ParkKit) -> None:
    space = make_space("truck", cast.yto.organization, "frozen", is_vehicle=True)
    step = escalation.DEFAULT_LADDER[0]
    called = escalation.recipients_of(space=space, step=step, at=START)
    assert [one.user_id for one in called] == [cast.yto.user.pk]


def test_a_key_names_excursion_revision_level_and_recipient_and_stands_once(
    cast: Cast, park: ParkKit
) -> None:
    found = opened()
    note = Notification.objects.get()
    assert note.key == f"{found.public_id}:1:1:user-{cast.operator.user.pk}"
    # The same step again, as after a crash before the alarm was moved: no second message.
    Alarm.objects.update(level=0, next_at=OPENED)
    escalation.escalate_due(at=OPENED)
    assert Notification.objects.count() == 1


def test_each_step_leaves_an_event(cast: Cast, park: ParkKit) -> None:
    opened()
    told = events.read_payload(Event.objects.get(name="alarm.escalated"))
    assert isinstance(told, AlarmEscalated)
    assert (told.level, told.n_called, told.revision) == (1, 1, 1)


def test_an_acknowledgement_ends_the_calls_and_drops_what_waits(cast: Cast, park: ParkKit) -> None:
    found = opened()
    handling.acknowledge(excursion=found, comment="seen", by=cast.operator.principal, at=OPENED)
    assert Notification.objects.get().status == "dropped"
    assert Alarm.objects.get().status == "acknowledged"
    assert escalation.escalate_due(at=OPENED + timedelta(hours=1)) == 0
    assert outbox.deliver_due(at=OPENED) == 0


def test_what_was_over_when_it_was_found_is_recorded_and_calls_nobody(
    cast: Cast, park: ParkKit
) -> None:
    send([*WARM, *[-20] * 4], received=minute(500))
    monitoring.evaluate_due(at=minute(501))
    found = Excursion.objects.get()
    assert (found.is_late_found, found.phase) == (True, "closed")
    assert not Alarm.objects.exists()


def test_what_is_found_late_and_still_runs_calls(cast: Cast, park: ParkKit) -> None:
    send(WARM, received=minute(500))
    monitoring.evaluate_due(at=minute(501))
    assert Alarm.objects.get().status == "calling"


def test_air_that_came_back_ends_the_calls_and_drops_what_waits(cast: Cast, park: ParkKit) -> None:
    opened()
    send([-20] * 4, from_min=45)
    monitoring.evaluate_due(at=minute(61))
    assert Alarm.objects.get().status == "ended"
    assert outbox.deliver_due(at=minute(61)) == 0
    assert Notification.objects.get().status == "dropped"


def test_data_that_vanished_is_no_all_clear(cast: Cast, park: ParkKit) -> None:
    opened()
    Sensor.objects.filter(code="w1-r1-s1").update(silent_since_at=minute(40))
    ColdSpace.objects.filter(code="w1-r1").update(dirty_from_at=minute(40), version=99)
    monitoring.evaluate_due(at=minute(300))
    assert Excursion.objects.get().phase == "unknown_end"
    assert Alarm.objects.get().status == "calling"


def test_one_that_late_data_opens_again_calls_with_new_keys(cast: Cast, park: ParkKit) -> None:
    found = opened()
    send([-20] * 4, from_min=45)
    monitoring.evaluate_due(at=minute(61))
    send([-16] * 12, from_min=65)
    monitoring.evaluate_due(at=minute(121))
    escalation.escalate_due(at=minute(121))
    again = Excursion.objects.get()
    assert (again.pk, again.phase) == (found.pk, "open")
    keys = {note.key.split(":")[1] for note in Notification.objects.all()}
    assert keys == {"1", str(again.revision)}


def test_worse_than_those_called_first_were_told_does_not_wait(cast: Cast, park: ParkKit) -> None:
    opened()
    send([-8], from_min=45)
    monitoring.evaluate_due(at=minute(46))
    assert escalation.escalate_due(at=minute(46)) == 1
    assert names(2) == {"olga", "dora"}


def test_the_three_robots_post_in_their_language_with_the_key(
    cast: Cast, park: ParkKit, chat: Chat
) -> None:
    make_robots()
    found = opened()
    assert outbox.deliver_due(at=OPENED) == 3
    posts = {path.split("?")[0].split("/")[1]: str(body) for path, body in chat.posts}
    assert set(posts) == {"wecom", "dingtalk", "feishu"}
    for kind, body in posts.items():
        robot = Robot.objects.get(kind=kind)
        assert f"{found.public_id}:1:1:{robot.public_id}" in body
    assert "一号库 1 间" in posts["wecom"]
    assert "Warehouse 1 room 1" in posts["feishu"]
    assert f"/cold-chain/excursions/{found.public_id}" in posts["dingtalk"]


def make_robots() -> None:
    Robot.objects.create(name="仓库群", kind="wecom", token="0a1b2c3d-1111-2222-3333-444455556666")
    Robot.objects.create(name="ding", kind="dingtalk", token="a" * 64, secret="SEC0123456789")
    Robot.objects.create(
        name="fei", kind="feishu", token="0a1b2c3d-1111-2222-3333-444455556666", is_chinese=False
    )


def test_a_robot_that_refuses_is_asked_again_later_and_given_up_in_the_end(
    cast: Cast, park: ParkKit, chat: Chat
) -> None:
    Robot.objects.create(name="ding", kind="dingtalk", token="a" * 64)
    chat.status = 503
    opened()
    notes = Notification.objects.filter(robot__isnull=False)
    assert outbox.deliver_due(at=OPENED) == 0
    first = notes.get()
    assert (first.status, first.n_tries, first.failure) == (
        "queued",
        1,
        "dingtalk did not accept it",
    )
    assert first.next_try_at == OPENED + timedelta(seconds=30)
    for number in range(7):
        outbox.deliver_due(at=OPENED + timedelta(hours=1 + number))
    last = notes.get()
    assert (last.status, last.n_tries, len(chat.posts)) == ("failed", 8, 8)


def test_what_was_sent_is_noted_before_a_robot_that_hangs_lets_go(
    cast: Cast, park: ParkKit, chat: Chat, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_robots()
    opened()
    send_one, order, may_end = notices.send, [], threading.Event()
    note_one = outbox._note

    def slow(*, notification: Notification, notice: notices.Notice) -> None:
        if notification.robot and notification.robot.kind == "dingtalk":
            assert may_end.wait(20)
        send_one(notification=notification, notice=notice)

    def note(row: Notification, refusal: notices.NotSent | None, at: datetime) -> None:
        note_one(row, refusal, at)
        order.append(row.robot.kind if row.robot else "mail")
        if len(order) == Notification.objects.count() - 1:
            may_end.set()

    monkeypatch.setattr(notices, "send", slow)
    monkeypatch.setattr(outbox, "_note", note)
    assert outbox.deliver_due(at=OPENED) == 3
    assert order[-1] == "dingtalk"


def test_a_crash_after_the_sending_repeats_it_with_the_same_key(
    cast: Cast, park: ParkKit, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    Robot.objects.create(name="ding", kind="dingtalk", token="a" * 64)
    opened()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "_note", crash)
        with pytest.raises(KeyboardInterrupt):
            outbox.deliver_due(at=OPENED)
    assert outbox.deliver_due(at=OPENED + timedelta(seconds=29)) == 0
    assert outbox.deliver_due(at=OPENED + timedelta(seconds=30)) == 1
    bodies = [str(body) for _path, body in chat.posts]
    assert len(bodies) == 2
    key = Notification.objects.get(robot__isnull=False)
    assert all(key.key in body for body in bodies)
    assert (key.status, key.n_tries) == ("sent", 2)


def test_an_e_mail_carries_its_key_as_its_message_id(
    cast: Cast, park: ParkKit, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        opened()
        assert outbox.deliver_due(at=OPENED) == 1
    note = Notification.objects.get()
    (message,) = box.messages
    assert f"X-Notification-Key: {note.key}" in message.replace("\r\n ", " ")
    assert f"<{note.key.replace(':', '.')}@luohe.invalid>" in message
    assert "To: olga@example.invalid" in message
    assert (note.status, note.sent_at) == ("sent", OPENED)


def test_without_a_mail_server_the_message_says_so(cast: Cast, park: ParkKit) -> None:
    opened()
    assert outbox.deliver_due(at=OPENED) == 0
    note = Notification.objects.get()
    assert (note.status, note.failure) == ("failed", "no mail server is set up (EMAIL_URL)")


def test_a_mail_server_that_is_away_is_asked_again(
    cast: Cast, park: ParkKit, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    opened()
    outbox.deliver_due(at=OPENED)
    note = Notification.objects.get()
    assert (note.status, note.n_tries) == ("queued", 1)
    assert "ConnectionRefusedError" in note.failure


def test_a_claimed_message_is_not_taken_twice(cast: Cast, park: ParkKit, chat: Chat) -> None:
    Robot.objects.create(name="ding", kind="dingtalk", token="a" * 64)
    opened()
    note = Notification.objects.get(robot__isnull=False)
    assert outbox._claim(note.pk, 0, OPENED) is not None
    assert outbox._claim(note.pk, 0, OPENED) is None


def test_a_notice_names_place_value_and_band(cast: Cast, park: ParkKit) -> None:
    opened()
    note = Notification.objects.select_related("user", "robot").get()
    said = notices.compose(notification=note)
    assert said.subject == "Warehouse 1 room 1: Too warm, -17.0 °C (step 1)"
    assert "band ≤ -18.0 °C" in said.body
