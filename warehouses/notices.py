"""What a call says and how it is sent: e-mail by SMTP, chat robots by Apprise; nothing is stored here."""

import logging
from dataclasses import dataclass
from datetime import datetime

from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from warehouses.models import ColdSpace, Excursion, Notification, Robot, RobotKind, Sensor

# Apprise logs addresses with their keys; what went wrong stands in the outbox.
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class NotSent(Exception):
    """The message was not accepted; the sentence says by whom, and no address and no key."""


class NeverSent(NotSent):
    """Trying again cannot help: nothing is set up to send it by."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message in the language of its reader."""

    subject: str
    body: str


def compose(*, notification: Notification) -> Notice:
    """Return what a call says: where, what, since when, how bad, where to answer; and its key."""
    language = notification.user.language if notification.user else None
    if notification.robot:
        language = "zh-hans" if notification.robot.is_chinese else "en"
    with override(language):
        alarm = notification.alarm
        if alarm.sensor:
            return _of_silence(notification, alarm.sensor)
        row = alarm.excursion
        if row is None:
            msg = f"alarm {alarm.pk} is about nothing"
            raise ValueError(msg)
        place = _place(row.cold_space)
        subject = _("%(place)s: %(kind)s, %(peak)s (step %(level)d)") % {
            "place": place,
            "kind": row.get_kind_display(),
            "peak": f"{row.peak:.1f} {_unit(row)}",
            "level": notification.level,
        }
        lines = [
            subject,
            _("Since %(since)s, %(severity)s, band %(band)s.")
            % {
                "since": _minute(row.started_at),
                "severity": row.get_severity_display(),
                "band": _band(row),
            },
            _("Acknowledge here: %(url)s")
            % {"url": settings.SITE_URL.rstrip("/") + reverse("excursion", args=[row.public_id])},
            _("Key: %(key)s") % {"key": notification.key},
        ]
    return Notice(subject, "\n".join(lines))


def _of_silence(notification: Notification, sensor: Sensor) -> Notice:
    """Return what a call for a silent sensor says: where, which, since when, what it said last."""
    space = sensor.cold_space
    subject = _("%(place)s: sensor %(sensor)s is silent (step %(level)d)") % {
        "place": _place(space),
        "sensor": sensor.code,
        "level": notification.level,
    }
    since = sensor.silent_since_at or notification.alarm.raised_at
    lines = [subject]
    lines += [_("No reading since %(since)s.") % {"since": _minute(since)}]
    if sensor.latest_c is not None:
        lines += [_("The last one was %(value).1f °C.") % {"value": sensor.latest_c}]
    url = settings.SITE_URL.rstrip("/") + reverse("cold-space", args=[space.public_id])
    lines += [_("Look here: %(url)s") % {"url": url}, _("Key: %(key)s") % {"key": notification.key}]
    return Notice(subject, "\n".join(lines))


def _minute(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def send(*, notification: Notification, notice: Notice) -> None:
    """Hand a message over, or raise NotSent; a repetition carries the same key."""
    if notification.user:
        _mail(notification, notice)
    else:
        _robot(notification, notice)


def _mail(notification: Notification, notice: Notice) -> None:
    if not settings.EMAIL_HOST or not notification.user:
        msg = "no mail server is set up (EMAIL_URL)"
        raise NeverSent(msg)
    domain = settings.EMAIL_FROM.rpartition("@")[2]
    message = EmailMessage(
        subject=notice.subject,
        body=notice.body,
        from_email=settings.EMAIL_FROM,
        to=[notification.user.email],
        # Mail servers and readers know a repetition by its Message-ID.
        headers={
            "Message-ID": f"<{notification.key.replace(':', '.')}@{domain}>",
            "X-Notification-Key": notification.key,
        },
        connection=get_connection(timeout=settings.NOTIFY_TIMEOUT_S),
    )
    try:
        message.send()
    except OSError as error:  # smtplib's errors are among them
        msg = f"the mail server refused or did not answer: {type(error).__name__}"
        raise NotSent(msg) from error


def _robot(notification: Notification, notice: Notice) -> None:
    robot = notification.robot
    if robot is None:
        msg = "nobody to send to"
        raise NeverSent(msg)
    try:
        sender = _sender(robot)
    except TypeError as error:  # Apprise's word for a key that cannot be one
        msg = f"the key of {robot.name} is not one that {robot.kind} gives out"
        raise NeverSent(msg) from error
    if not sender.notify(body=notice.body):
        msg = f"{robot.kind} did not accept it"
        raise NotSent(msg)


def _sender(robot: Robot) -> NotifyWeComBot | NotifyDingTalk | NotifyFeishu:
    # Apprise's own URLs would load all of its hundred services to find these three.
    patience = {"cto": settings.NOTIFY_TIMEOUT_S, "rto": settings.NOTIFY_TIMEOUT_S}
    if robot.kind == RobotKind.WECOM:
        return NotifyWeComBot(key=robot.token, **patience)  # type: ignore[no-untyped-call]
    if robot.kind == RobotKind.DINGTALK:
        return NotifyDingTalk(token=robot.token, secret=robot.secret or None, **patience)  # type: ignore[no-untyped-call]
    return NotifyFeishu(token=robot.token, **patience)  # type: ignore[no-untyped-call]


def _place(space: ColdSpace) -> str:
    if hasattr(space, "room"):
        return str(space.room)
    return space.name_zh if (get_language() or "zh").startswith("zh") else space.name_en


def _unit(row: Excursion) -> str:
    return "%" if row.is_humid else "°C"


def _band(row: Excursion) -> str:
    ends = (row.limits.get("lowest_centi_c"), row.limits.get("highest_centi_c"))
    low, high = (None if end is None else f"{end / 100:.1f}" for end in ends)
    unit = _unit(row)
    if low is None or high is None:
        return f"≤ {high} {unit}" if low is None else f"≥ {low} {unit}"
    return f"{low}–{high} {unit}"
