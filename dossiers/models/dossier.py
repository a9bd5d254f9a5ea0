"""One dossier. No verbs here: state is moved by `workflow`, money by `payments.ledger`."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dossiers import codes
from dossiers.moves import Action, Purpose, offered_for
from dossiers.states import FINAL, STATE_CHOICES, State
from services.models import Agency, Level, Service, TimeUnit, period_in_words

if TYPE_CHECKING:
    from dossiers.models.event import Event

# The time limit runs: received, neither paused nor finished. `Dossier.is_running` says the same of
# one row.
CLOCK_RUNNING = Q(due_at__isnull=False, paused_at=None, finished_at=None)


class DossierQuerySet(models.QuerySet):
    def sent(self):
        return self.exclude(state=State.DRAFT)

    def overdue(self, now: datetime):
        """The clock runs and the promised time is past. Lateness is a property, not a state."""
        return self.filter(CLOCK_RUNNING, due_at__lt=now)


class Dossier(models.Model):
    """One dossier from its first draft to its archive.

    With everything its sender saw frozen at submission.
    """

    State = State

    class Channel(models.TextChoices):
        """How it came in, with the codes reported under Decision 766/QĐ-TTg."""

        DESK = "desk", _("Trực tiếp tại Một cửa")
        ONLINE = "online", _("Trực tuyến")
        POST = "post", _("Bưu chính công ích")

    class Delivery(models.TextChoices):
        DESK = "desk", _("Nhận tại Bộ phận Một cửa")
        POST = "post", _("Nhận qua bưu chính công ích")
        ONLINE = "online", _("Nhận bản điện tử trên cổng")

    tracking_code = models.CharField(
        _("mã tra cứu"), max_length=14, unique=True, default=codes.new_tracking_code
    )
    official_number = models.CharField(
        _("mã số hồ sơ"), max_length=40, unique=True, null=True, editable=False
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("dịch vụ")
    )
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="dossiers", verbose_name=_("cơ quan")
    )
    state = models.CharField(
        _("trạng thái"), max_length=24, choices=STATE_CHOICES, default=State.DRAFT
    )
    channel = models.CharField(
        _("kênh nộp"), max_length=8, choices=Channel.choices, default=Channel.ONLINE
    )

    # Who sends it. A signed-in citizen is the owner; others come back by code and telephone.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="dossiers",
    )
    applicant_name = models.CharField(_("họ và tên người nộp"), max_length=120, blank=True)
    citizen_id = models.CharField(_("số định danh cá nhân"), max_length=12, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=16, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    address = models.CharField(_("địa chỉ"), max_length=300, blank=True)
    delivery = models.CharField(
        _("cách nhận kết quả"), max_length=8, choices=Delivery.choices, default=Delivery.DESK
    )

    # What was asked and answered.
    answers = models.JSONField(_("câu trả lời"), default=dict, blank=True)
    # Frozen at submission: later changes of the catalogue do not reach back.
    service_name = models.CharField(_("tên dịch vụ khi nộp"), max_length=300, blank=True)
    level = models.PositiveSmallIntegerField(_("mức độ khi nộp"), choices=Level.choices)
    form = models.JSONField(_("biểu mẫu khi nộp"), default=dict, blank=True)
    form_version = models.PositiveIntegerField(_("phiên bản biểu mẫu"), default=1)
    papers = models.JSONField(_("thành phần hồ sơ khi nộp"), default=list, blank=True)
    fees = models.JSONField(_("phí, lệ phí khi nộp"), default=list, blank=True)
    fee_total = models.PositiveIntegerField(_("phải nộp (đồng)"), default=0)
    fee_paid = models.PositiveIntegerField(_("đã nộp (đồng)"), default=0, editable=False)
    time_limit = models.PositiveSmallIntegerField(_("thời hạn khi nộp"), null=True, blank=True)
    time_unit = models.CharField(
        max_length=15, choices=TimeUnit.choices, default=TimeUnit.WORKING_DAYS
    )

    # Who handles it, and the clock.
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="handled_dossiers",
        verbose_name=_("người đang xử lý"),
    )
    created_at = models.DateTimeField(_("tạo lúc"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("sửa lúc"), auto_now=True)
    submitted_at = models.DateTimeField(_("gửi lúc"), null=True, editable=False)
    received_at = models.DateTimeField(_("tiếp nhận lúc"), null=True, editable=False)
    due_at = models.DateTimeField(_("hẹn trả"), null=True, editable=False)
    paused_at = models.DateTimeField(_("tạm dừng từ"), null=True, editable=False)
    finished_at = models.DateTimeField(_("giải quyết xong lúc"), null=True, editable=False)

    objects = DossierQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("hồ sơ")
        verbose_name_plural = _("hồ sơ")
        indexes = [
            models.Index(fields=["state", "due_at"], name="dossier_queue"),
            models.Index(fields=["owner", "-created_at"], name="dossier_owner"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="dossier_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(submitted_at__isnull=False),
                name="dossier_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(official_number__isnull=True, received_at__isnull=True)
                | Q(official_number__isnull=False, received_at__isnull=False),
                name="dossier_number_belongs_to_receipt",
            ),
        ]

    def __str__(self) -> str:
        return self.official_number or self.tracking_code

    def get_absolute_url(self) -> str:
        return reverse("dossiers:track", args=[self.tracking_code])

    @property
    def is_final(self) -> bool:
        return State(self.state) in FINAL

    @property
    def owed(self) -> int:
        """What is still to be paid, in đồng."""
        return max(self.fee_total - self.fee_paid, 0)

    @property
    def can_pay_online(self) -> bool:
        """Level 4, sent, not ended, something owed."""
        return (
            self.level == Level.FULL
            and self.owed > 0
            and not self.is_final
            and self.state != State.DRAFT
        )

    @property
    def is_running(self) -> bool:
        """Whether the clock of the time limit runs now."""
        return bool(self.due_at) and self.paused_at is None and self.finished_at is None

    @property
    def is_overdue(self) -> bool:
        return self.due_at is not None and self.is_running and self.due_at < timezone.now()

    @property
    def time_limit_text(self) -> str:
        """The frozen time limit as people read it; "" when the rules in force set it."""
        return (
            period_in_words(self.time_limit, self.time_unit) if self.time_limit is not None else ""
        )

    @property
    def accepts_files(self) -> bool:
        """Whether its applicant may add papers now."""
        return State(self.state).record.accepts_files

    @property
    def accepts_supplement(self) -> bool:
        """Whether the office waits for papers that it has asked for."""
        return offered_for(Purpose.SUPPLEMENT, self.state) is not None

    def last_event(self, *actions: Action) -> "Event | None":
        """Return the latest event of one of `actions`, with its actor; None if there is none."""
        events = self.events.filter(action__in=actions).select_related("actor")
        return events.order_by("-pk").first()
