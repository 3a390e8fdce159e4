"""Alarms that people must answer, the ladder of who is called after how long, and the outbox of their messages."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from logistics.models import User
from logistics.models.fields import PublicIdField, at_least, known_choice, within
from logistics.scoping import ScopedQuerySet
from warehouses.models.excursions import Excursion, Severity
from warehouses.models.park import Warehouse
from warehouses.models.sensors import Sensor
from warehouses.models.spaces import ColdSpace

MOST_LEVELS = 9


class LadderStep(models.Model):
    """One step of the ladder: who is called when nobody has answered for `after_s`.

    `calls_operators`: the warehouse operators of the room's site, and for a vehicle its keeper's people;
    robots stand beside the ladder and say from which level on they speak.
    """

    level = models.PositiveSmallIntegerField(
        _("level"),
        unique=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_LEVELS)],
    )
    after_s = models.PositiveIntegerField(_("seconds without an answer"))
    least_severity = models.CharField(
        _("from severity"), max_length=8, choices=Severity.choices, default=Severity.MINOR
    )
    calls_operators = models.BooleanField(_("calls those on the spot"), default=False)
    calls_dispatchers = models.BooleanField(_("calls dispatchers"), default=False)
    calls_managers = models.BooleanField(_("calls park managers"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of the alarm ladder")
        verbose_name_plural = _("alarm ladder")
        constraints: ClassVar = [
            within("level", 1, MOST_LEVELS, table="ladder_step"),
            known_choice("least_severity", Severity, table="ladder_step"),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.after_s} s"


class RobotKind(models.TextChoices):
    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")


class Robot(models.Model):
    """A group chat's webhook robot; `token` is the key at the end of its webhook address, `secret` its signature."""

    public_id = PublicIdField("rb")
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=RobotKind.choices)
    token = models.CharField(_("key of the webhook"), max_length=120)
    secret = models.CharField(_("signing secret"), max_length=120, blank=True)
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, blank=True, related_name="robots"
    )
    from_level = models.PositiveSmallIntegerField(_("from level"), default=1)
    is_chinese = models.BooleanField(_("writes Chinese"), default=True)
    is_active = models.BooleanField(default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("chat robot")
        verbose_name_plural = _("chat robots")
        constraints: ClassVar = [
            known_choice("kind", RobotKind, table="robot"),
            within("from_level", 1, MOST_LEVELS, table="robot"),
            models.UniqueConstraint(fields=["kind", "token"], name="robot_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AlarmStatus(models.TextChoices):
    CALLING = "calling", _("Calling")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    ENDED = "ended", _("Ended")


_A = AlarmStatus


class Alarm(models.Model):
    """What people must answer about one excursion, or about one sensor that says nothing.

    It calls, step by step, until somebody acknowledges the excursion or the air is back; for a sensor,
    until it is heard again. `revision` is the excursion's when it began to call: called again after late
    data, it has another one, so that each round has keys of its own. A sensor's counts its silences.
    """

    MOVES: ClassVar = {
        _A.CALLING: frozenset({_A.ACKNOWLEDGED, _A.ENDED}),
        _A.ENDED: frozenset({_A.CALLING, _A.ACKNOWLEDGED}),
    }

    public_id = PublicIdField("al")
    excursion = models.OneToOneField(
        Excursion, models.PROTECT, null=True, blank=True, related_name="alarm"
    )
    sensor = models.OneToOneField(
        Sensor, models.PROTECT, null=True, blank=True, related_name="alarm"
    )
    status = models.CharField(
        max_length=12, choices=AlarmStatus.choices, default=AlarmStatus.CALLING
    )
    revision = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(default=0)
    raised_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints: ClassVar = [
            known_choice("status", AlarmStatus, table="alarm"),
            within("level", 0, MOST_LEVELS, table="alarm"),
            models.CheckConstraint(
                condition=models.Q(excursion__isnull=False, sensor__isnull=True)
                | models.Q(excursion__isnull=True, sensor__isnull=False),
                name="alarm_about_one_thing",
            ),
        ]
        indexes: ClassVar = [
            # Whose next step is due? Cost grows with the due ones.
            models.Index(
                fields=["next_at"],
                name="alarm_due",
                condition=models.Q(status="calling", next_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.status} {self.level}"

    @property
    def subject_id(self) -> str:
        """The public id of what it is about: the first part of its messages' keys."""
        return str(self.excursion.public_id if self.excursion else self._silent.public_id)

    @property
    def cold_space(self) -> ColdSpace:
        """Whose people it calls."""
        return self.excursion.cold_space if self.excursion else self._silent.cold_space

    @property
    def severity(self) -> Severity:
        """How bad it is; air that nobody measures is not known to be bad."""
        return Severity(self.excursion.severity) if self.excursion else Severity.MINOR

    @property
    def _silent(self) -> Sensor:
        if self.sensor is None:
            msg = f"alarm {self.pk} is about nothing"
            raise ValueError(msg)
        return self.sensor


class NotificationStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    DROPPED = "dropped", _("No longer needed")
    FAILED = "failed", _("Failed")


class Notification(models.Model):
    """One message of one alarm step to one recipient: a row of the outbox, known by its key for ever.

    `key` = excursion or sensor, revision, level, recipient. Sending may repeat after a crash between the sending
    and its note; it carries the same key then, and `n_tries` counts it.
    """

    key = models.CharField(max_length=160, unique=True)
    alarm = models.ForeignKey(Alarm, models.PROTECT, related_name="notifications")
    level = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    robot = models.ForeignKey(Robot, models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(
        max_length=8, choices=NotificationStatus.choices, default=NotificationStatus.QUEUED
    )
    n_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints: ClassVar = [
            known_choice("status", NotificationStatus, table="notification"),
            at_least("level", 1, table="notification"),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, robot__isnull=True)
                | models.Q(user__isnull=True, robot__isnull=False),
                name="notification_one_recipient",
            ),
        ]
        indexes: ClassVar = [
            # What waits in the outbox?
            models.Index(
                fields=["next_try_at"], name="notification_due", condition=models.Q(status="queued")
            ),
        ]

    def __str__(self) -> str:
        return self.key
