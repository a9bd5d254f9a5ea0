"""What is kept about a dossier. No verbs here: state is moved by `workflow`, money by `payments.ledger`."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from dossiers import codes
from dossiers.states import FINAL, State
from services.append_only import AppendOnly
from services.models import Agency, Level, Service, TimeUnit, period_in_words

# The time limit runs: received, neither paused nor finished. `Dossier.is_running` says the same of one row.
TICKING = Q(due_at__isnull=False, paused_at=None, finished_at=None)


class DossierQuerySet(models.QuerySet):
    def sent(self):
        return self.exclude(state=State.DRAFT)

    def overdue(self, now: datetime):
        """The clock runs and the promised time is past. Lateness is a property, not a state."""
        return self.filter(TICKING, due_at__lt=now)


class Dossier(models.Model):
    """One dossier from its first draft to its archive, with everything its sender saw frozen at submission."""

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
        _("trạng thái"), max_length=24, choices=State.choices, default=State.DRAFT
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
            models.CheckConstraint(condition=Q(state__in=State.values), name="dossier_state_known"),
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


class Event(AppendOnly):
    """One thing that happened to a dossier: the timeline, written by `workflow` in the same transaction."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=32)
    from_state = models.CharField(max_length=24, choices=State.choices)
    to_state = models.CharField(max_length=24, choices=State.choices)
    role = models.CharField(max_length=10)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True)
    # What the move decided, copied: later moves change the dossier, never what a paper or the timeline said.
    data = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sự kiện")
        verbose_name_plural = _("diễn biến")
        indexes = [models.Index(fields=["dossier", "id"], name="event_timeline")]

    def __str__(self) -> str:
        return f"{self.dossier} · {self.action}"

    def moment(self, name: str) -> datetime | None:
        """Return a time of `data`, which is an ISO text once it has been through the database; None without one."""
        at = self.data.get(name)
        return parse_datetime(at) if isinstance(at, str) else at

    @property
    def due_at(self) -> datetime | None:
        """The promised time as it stood after this event."""
        return self.moment("due_at")


def attachment_path(attachment: "Attachment", name: str) -> str:
    """Return a storage name that tells nothing: the name and type that were sent stay in the row."""
    return f"ho-so/{attachment.dossier_id}/{secrets.token_hex(16)}"


def document_path(document: "Document", name: str) -> str:
    """Return a storage name of its own for each rendering, so that a repeated task never overwrites a paper."""
    return f"giay-to/{document.dossier_id}/{document.kind}-{secrets.token_hex(16)}.pdf"


class Attachment(models.Model):
    """A file that the applicant sent for one paper of the list (or one file question)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="attachments")
    slot = models.CharField(
        _("giấy tờ"), max_length=60, help_text=_("Khóa của giấy tờ hoặc câu hỏi tệp.")
    )
    file = models.FileField(upload_to=attachment_path, max_length=200)
    name = models.CharField(_("tên tệp"), max_length=200)
    content_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField(_("dung lượng"))
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(default=timezone.now)
    # 0 came with the dossier, 1 with the first supplement…
    round = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["slot", "pk"]
        verbose_name = _("tệp đính kèm")
        verbose_name_plural = _("tệp đính kèm")
        constraints = [
            # The same file sent twice by a nervous finger is one file.
            models.UniqueConstraint(
                fields=["dossier", "slot", "sha256", "round"], name="attachment_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Waiting(models.Model):
    """A row before a message: work to be done later, found by a sweep whatever the queue does (docs/architecture.md).

    A worker takes a row by moving `lease_until`; a worker that dies lets the lease run out. `tasks.take` is the door.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("đang chờ")
        DONE = "done", _("xong")
        FAILED = "failed", _("không làm được")

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager()

    class Meta:
        abstract = True


class Notification(Waiting):
    """One mail owed to the applicant about one event."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notifications")
    message = models.CharField(max_length=40)
    recipient = models.EmailField()

    class Meta:
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="notification_once")
        ]
        indexes = [
            models.Index(
                fields=["lease_until"], condition=Q(status="waiting"), name="notification_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.message} · {self.event.dossier}"


class Document(Waiting):
    """One paper made for a dossier as PDF: acknowledgement, form 01, 02, 03, result, fee receipt."""

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = "acknowledgement", _("Xác nhận đã gửi hồ sơ")
        RECEIPT = "receipt", _("Giấy tiếp nhận hồ sơ và hẹn trả kết quả")
        SUPPLEMENT_REQUEST = "supplement_request", _("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
        REFUSAL = "refusal", _("Phiếu từ chối tiếp nhận giải quyết hồ sơ")
        RESULT = "result", _("Kết quả giải quyết")
        FEE_RECEIPT = "fee_receipt", _("Biên lai thu phí, lệ phí")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # The event it was made for: a second supplement request is a second paper.
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="documents")
    file = models.FileField(upload_to=document_path, max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("giấy tờ phát hành")
        verbose_name_plural = _("giấy tờ phát hành")
        constraints = [
            models.UniqueConstraint(fields=["event", "kind"], name="document_once_per_event"),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(file=""), name="document_done_has_a_file"
            ),
        ]
        indexes = [
            models.Index(
                fields=["lease_until"], condition=Q(status="waiting"), name="document_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def is_ready(self) -> bool:
        return self.status == self.Status.DONE


class Counter(models.Model):
    """The last number given in a book in a period; `workflow` locks its row while a number is taken."""

    book = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "period"], name="one_counter_per_book_and_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.period}: {self.last}"


class FailedAttempt(models.Model):
    """How often a lookup from one address, or an unlock of one code, failed in one hour. Holds digests only."""

    digest = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "hour"], name="one_attempt_row_per_hour")
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}h: {self.count}"

    @staticmethod
    def digest_of(kind: str, value: str) -> str:
        """Return a keyed digest, so that the table tells neither addresses nor codes."""
        return hashlib.blake2b(
            f"{kind}:{value}".encode(), key=settings.SECRET_KEY.encode()[:64]
        ).hexdigest()[:64]
