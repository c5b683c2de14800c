"""The nouns of alerts, and the one table that says what raises which alert, whom it is for and who comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from server.equipment.alarms.model import BATCH_RAISED as BATCH_ALARM_RAISED
from server.equipment.alarms.model import RAISED as ALARM_RAISED
from server.equipment.status.model import KEEPS
from server.identity.model import SIGNS

ACKNOWLEDGED = "alerts.acknowledged.v1"
INFO, WARNING, CRITICAL = "info", "warning", "critical"
SEVERITIES = (INFO, WARNING, CRITICAL)
PUSH, MAIL = "push", "mail"
CHANNELS = (PUSH, MAIL)
# What becomes of a note: it waits, was handed over, was not needed any more, or was given up.
WAITING, SENT, DROPPED, FAILED = "waiting", "sent", "dropped", "failed"
# An alert that is older than this when the site first sees it (a restored log, a plant made for a demonstration) stands
# in the inbox, but nobody is woken for it.
STALE = timedelta(days=1)
# The time of day of a person who never said where they live.
ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Next:
    """Who else is told when nobody has acknowledged an alert for so long after it was raised."""

    after: timedelta
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertKind:
    """`to` and those of `then` are permissions of which one is enough; `person`: it is for the person it is about
    before anybody else. `on`: the kinds of entry that can raise it, none for what only time brings. `fixed`: whoever
    has the channel cannot switch it off (IDN-02, HMI-04). `asked`: whom it is for has just asked for it, so quiet hours
    do not hold it. Titles and texts are pairs of English and Chinese; texts
    name `details` of the alert. Titles alone leave the site by e-mail, so they tell nothing of a batch.
    """

    code: str
    severity: str
    title: tuple[str, str]
    text: tuple[str, str]
    to: tuple[str, ...]
    on: tuple[str, ...] = ()
    then: tuple[Next, ...] = ()
    fixed: bool = False
    person: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert to be raised. The same `key` of the same code is the same alert, however often it is found.

    `link` is the address of the screen that shows what it is about; `person` whom it is about, and who is told first
    where the kind says so; `places` narrow the recipients to those whose permission
    holds in the areas of these rooms. `people` are told whatever they hold: what waits is theirs.
    """

    code: str
    key: str
    link: str
    details: Mapping[str, Any] = field(default_factory=dict)
    person: str | None = None
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


_SOON, _HOUR, _SHIFT, _DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(hours=8), timedelta(days=1)
_ADMINISTRATOR, _QA, _SUPERVISOR = ("people.manage",), ("batch.review",), ("order.release",)

# Everything that people are alerted of. What finds them stands in `sources` (the log) and `sweeps` (time).
KINDS_OF_ALERT: tuple[AlertKind, ...] = (
    AlertKind(
        "signins_failed",
        CRITICAL,
        ("Failed sign-ins past the limit", "登录失败超过限制"),
        (
            "{count} wrong passwords for {login}, the last from {address}",
            "{login}：{count} 次密码错误，最近来自 {address}",
        ),
        _ADMINISTRATOR,
        on=("identity.login_locked.v1",),
        then=(Next(_SOON, _QA),),
        fixed=True,
    ),
    AlertKind(
        "pin_locked",
        WARNING,
        ("A PIN is locked after wrong attempts", "PIN 因多次错误已锁定"),
        ("{name} on {device}: {count} wrong PINs in a row", "{name}，设备 {device}：连续 {count} 次 PIN 错误"),
        ("order.release", "people.manage"),
        on=("handheld.pin_locked.v1", "handheld.pin_locked.v2"),
        fixed=True,
    ),
    AlertKind(
        "password_of_signer",
        CRITICAL,
        ("A signer was given a new password", "已为有签名权的人员重置密码"),
        (
            "{by} gave {name} a one-time password; {name} signs records",
            "{by} 为 {name} 设置了一次性密码；{name} 有权签署记录",
        ),
        (*_ADMINISTRATOR, *_QA),
        on=("identity.credential_set.v1",),
        fixed=True,
    ),
    AlertKind(
        "grant_waiting",
        WARNING,
        ("A role that signs waits for a second person", "有签名权的角色待第二人确认"),
        ("{by} wants to grant it to {name}", "{by} 拟授予 {name}"),
        SIGNS,
        on=("identity.person_added.v3", "identity.roles_changed.v3"),
        fixed=True,
    ),
    AlertKind(
        "signer_granted",
        WARNING,
        ("Somebody new may sign records", "有人员新获签名权"),
        ("{name}, by the word of {by}", "{name}，由 {by} 授予"),
        (*_ADMINISTRATOR, *SIGNS),
        on=("identity.person_added.v3", "identity.roles_changed.v3", "identity.grant_confirmed.v1"),
        fixed=True,
    ),
    AlertKind(
        "own_password_given",
        CRITICAL,
        ("Your password was replaced", "您的密码已被重置"),
        (
            "{by} gave you a one-time password. If you did not ask for it, tell QA.",
            "{by} 为您设置了一次性密码。如非您本人要求，请告知 QA。",
        ),
        (),
        on=("identity.credential_set.v1",),
        fixed=True,
        person=True,
    ),
    AlertKind(
        "log_disputed",
        CRITICAL,
        ("A device disputes the log", "设备对日志提出异议"),
        ("{device} found something wrong with the log: {alarm}", "{device} 发现日志有误：{alarm}"),
        ("device.revoke", *_QA),
        on=("handheld.log_disputed.v1",),
        then=(Next(_SOON, (*_ADMINISTRATOR, "batch.release")),),
        fixed=True,
    ),
    AlertKind(
        "exception_raised",
        CRITICAL,
        ("A grave exception in a batch", "批次出现严重异常"),
        ("{batch}: {what}", "{batch}：{what}"),
        (*_QA, *_SUPERVISOR),
        on=("production.exception_raised.v1", "production.exception_reported.v1"),
        then=(Next(_SOON, ("batch.release",)),),
        fixed=True,
    ),
    AlertKind(
        "equipment_alarm",
        WARNING,
        ("A machine is in alarm", "设备报警"),
        ("{equipment}: {what}", "{equipment}：{what}"),
        (*_SUPERVISOR, KEEPS),
        on=(ALARM_RAISED, BATCH_ALARM_RAISED),
        then=(Next(_HOUR, _QA),),
    ),
    AlertKind(
        "room_out_of_limits",
        CRITICAL,
        ("A room is beyond its action limits", "房间环境超出行动限"),
        ("{room}: {quantity} {value}, since {since}", "{room}：{quantity} {value}，自 {since} 起"),
        ("environment.manage", "production.review"),
        fixed=True,
    ),
    AlertKind(
        "check_overdue",
        WARNING,
        ("An in-process check is late", "中间控制检查已超时"),
        ("{batch}, {phase}: round {round} is not recorded", "{batch}，{phase}：第 {round} 轮尚未记录"),
        _SUPERVISOR,
    ),
    AlertKind(
        "results_out_of_limits",
        CRITICAL,
        ("A test result is out of limits", "检验结果超出限度"),
        ("{subject}: {tests}", "{subject}：{tests}"),
        ("batch.review", "lot.decide"),
        on=("quality.results_recorded.v1", "quality.results_recorded.v2", "quality.results_recorded.v3"),
        then=(Next(_HOUR, ("batch.release",)),),
        fixed=True,
    ),
    AlertKind(
        "deviation_opened",
        WARNING,
        ("A deviation was opened", "已开启偏差"),
        ("{deviation} on {batch}", "{deviation}（{batch}）"),
        _QA,
        on=("quality.deviation_opened.v1",),
        then=(Next(_SHIFT, ("batch.release",)),),
    ),
    AlertKind(
        "inspection_opened",
        INFO,
        ("A lot is to be sampled", "有物料批待取样"),
        ("{inspection}: {material}, lot {lot}", "{inspection}：{material}，批号 {lot}"),
        ("sample.take",),
        on=("quality.inspection_opened.v1",),
    ),
    AlertKind(
        "custody_broken",
        WARNING,
        ("The chain of custody of a sample is broken", "样品流转中断"),
        ("{sample}: {step}", "{sample}：{step}"),
        ("results.record", "lot.decide"),
        on=("quality.sample_handed.v1",),
    ),
    AlertKind(
        "sample_voided",
        WARNING,
        ("A sample of a lot in use was taken back", "使用中物料批的样品已作废"),
        ("{sample} of {subject}: {reason}", "{subject} 的 {sample}：{reason}"),
        ("results.record", "lot.decide"),
        on=("quality.sample_voided.v1",),
    ),
    AlertKind(
        "record_item",
        WARNING,
        ("Something in a filled form is to be looked at", "表单记录有待处理的内容"),
        ("{form}, {record}: {what}", "{form}，{record}：{what}"),
        ("forms.review",),
        on=("forms.exception_raised.v1", "forms.conflict_found.v1"),
        then=(Next(_SHIFT, ("batch.release",)),),
    ),
    AlertKind(
        "sample_requested",
        WARNING,
        ("The floor asks for a sample", "现场申请取样"),
        ("{batch}: {name} asks for {text}", "{batch}：{name} 申请取样：{text}"),
        ("sample.take",),
        on=("production.sample_requested.v1",),
        then=(Next(_SHIFT, _QA),),
    ),
    AlertKind(
        "question_asked",
        WARNING,
        ("The review of a batch asks something", "批记录审核提出了问题"),
        ("{batch}: {name} asks: {text}", "{batch}：{name} 提问：{text}"),
        _SUPERVISOR,
        on=("release.question_asked.v1",),
        then=(Next(_SHIFT, _QA),),
    ),
    AlertKind(
        "question_answered",
        INFO,
        ("A question of yours is answered", "您的提问已有答复"),
        ("{batch}: {name} answers: {text}", "{batch}：{name} 答复：{text}"),
        (),
        on=("release.question_answered.v1",),
        person=True,
    ),
    AlertKind(
        "batch_awaiting_review",
        INFO,
        ("A batch waits for review and release", "批次待审核与放行"),
        ("{batch}: all phases are done", "{batch}：各阶段均已完成"),
        (*_QA, "batch.release"),
        on=("production.phase_completed.v1", "production.phase_aborted.v1", "production.phase_skipped.v1"),
        then=(Next(_DAY, ("batch.release",)),),
    ),
    AlertKind(
        "production_review_due",
        INFO,
        ("A batch waits for production's review", "批次待生产部门审核"),
        ("{batch}: all phases have ended", "{batch}：各阶段均已结束"),
        ("production.review",),
        on=("production.phase_completed.v1", "production.phase_aborted.v1", "production.phase_skipped.v1"),
        then=(Next(_DAY, _QA),),
    ),
    AlertKind(
        "time_limit_ending",
        WARNING,
        ("A time limit of a batch is about to run out", "批次的时限即将届满"),
        ("{batch}, {phase}: by {until}", "{batch}，{phase}：最迟 {until}"),
        _SUPERVISOR,
        then=(Next(_HOUR, _QA),),
    ),
    AlertKind(
        "batch_stands_still",
        WARNING,
        ("A batch stands still", "批次停滞"),
        ("{batch}: nothing has been recorded since {since}", "{batch}：自 {since} 起无任何记录"),
        _SUPERVISOR,
    ),
    AlertKind(
        "lease_taken_back",
        WARNING,
        ("A batch was taken back from a device", "已从设备收回批次"),
        ("{batch} from {device}: {reason}", "{batch}，设备 {device}：{reason}"),
        (*_SUPERVISOR, *_QA),
        on=("handheld.lease_revoked.v1",),
    ),
    AlertKind(
        "device_revoked",
        WARNING,
        ("A device was revoked", "设备终端已停用"),
        ("{device}: {reason}", "{device}：{reason}"),
        ("device.enrol", *_QA),
        on=("identity.device_revoked.v1",),
    ),
    AlertKind(
        "device_unseen",
        WARNING,
        ("A device with unsent work has not been seen", "有未送出记录的设备长时间未出现"),
        ("{device} owes {owes} entries, last seen {seen}", "{device} 尚有 {owes} 条记录未送出，最近出现于 {seen}"),
        ("device.enrol",),
        then=(Next(_HOUR, _SUPERVISOR), Next(_SHIFT, _QA)),
    ),
    AlertKind(
        "qualification_expiring",
        INFO,
        ("A qualification is about to end", "资格即将到期"),
        ("{name}: {document}, until {until}", "{name}：{document}，有效至 {until}"),
        (),
        then=(Next(timedelta(days=7), ("training.grant",)),),
        person=True,
    ),
    AlertKind(
        "supplier_expiring",
        WARNING,
        ("A supplier's qualification ends", "供应商资格即将到期或已到期"),
        ("{name}: until {until}", "{name}：有效至 {until}"),
        ("supplier.approve",),
        then=(Next(timedelta(days=7), ("supplier.manage",)),),
    ),
    AlertKind(
        "stock_expiring",
        WARNING,
        ("Stock expires", "库存即将过期或已过期"),
        ("{name}, lot {lot}: until {until}", "{name}，批号 {lot}：有效期至 {until}"),
        ("stock.manage",),
        then=(Next(timedelta(days=7), ("lot.decide",)),),
    ),
    AlertKind(
        "stock_retest",
        WARNING,
        ("Stock must be tested again", "库存即将复验或已到复验期"),
        ("{name}, lot {lot}: until {until}", "{name}，批号 {lot}：复验期 {until}"),
        ("results.record", "lot.decide"),
        then=(Next(timedelta(days=7), ("stock.manage",)),),
    ),
    AlertKind(
        "flow_task_waiting",
        INFO,
        ("A task waits for you", "有任务等待您处理"),
        ("{task}: {subject}", "{task}：{subject}"),
        (),
        on=(
            "flows.instance_started.v1",
            "flows.task_completed.v1",
            "flows.task_signed.v2",
            "flows.task_delegated.v1",
            "flows.task_reassigned.v1",
            "flows.timer_fired.v1",
            "flows.message_received.v1",
        ),
        person=True,
    ),
    AlertKind(
        "flow_task_overdue",
        WARNING,
        ("A task is overdue", "任务已逾期"),
        ("{task}: {subject}, was due {due}", "{task}：{subject}，应于 {due} 完成"),
        (),
        then=(Next(_DAY, ("flows.manage",)),),
        person=True,
    ),
    AlertKind(
        "flow_stuck",
        WARNING,
        ("A flow cannot go on", "有流程无法继续"),
        ("{flow}: {subject}", "{flow}：{subject}"),
        ("flows.manage",),
    ),
    AlertKind(
        "backup_failed",
        CRITICAL,
        ("A backup failed", "备份失败"),
        ("{to}: {detail}", "{to}：{detail}"),
        _ADMINISTRATOR,
        on=("site.backup_failed.v1",),
        fixed=True,
    ),
    AlertKind(
        "backup_missing",
        CRITICAL,
        ("Backups are overdue", "备份逾期"),
        ("One was due {since}", "应于 {since} 备份"),
        _ADMINISTRATOR,
        then=(Next(_SHIFT, _QA),),
        fixed=True,
    ),
    AlertKind(
        "witness_silent",
        WARNING,
        ("A witness does not cosign", "见证方未联署"),
        ("{witness} since {since}: {problem}", "{witness}，自 {since} 起：{problem}"),
        _ADMINISTRATOR,
        then=(Next(_DAY, _QA),),
    ),
    AlertKind(
        "trial",
        INFO,
        ("A trial alert", "测试提醒"),
        ("You asked for it to see whether alerts reach you.", "您为确认能否收到提醒而发送。"),
        (),
        person=True,
        asked=True,
    ),
)
BY_CODE: Mapping[str, AlertKind] = {kind.code: kind for kind in KINDS_OF_ALERT}
# The kinds of entry that can raise any.
HEARD = frozenset(name for kind in KINDS_OF_ALERT for name in kind.on)
# An exception of these codes is grave whatever severity its rule has given it.
GRAVE = ("input_quarantined", "log_disputed", "verifier_is_performer", "lease_revoked", "device_revoked")


def alert_stream(alert: str) -> str:
    return f"alert/{alert}"
