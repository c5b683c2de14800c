"""The catalogue of problems: code, HTTP status, what happened, what was kept, what to do next, in both languages.

Every error that leaves the server is rendered from here; a test fails for a code that is raised and not listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.errors import SyncError


@dataclass(frozen=True, slots=True)
class Problem:
    """Texts are pairs of English and Chinese."""

    status: int
    what: tuple[str, str]
    kept: tuple[str, str]
    next: tuple[str, str]


class PestleError(Exception):
    """Something a person is told about: `code` is a key of the catalogue, `details` are facts without secrets."""

    def __init__(self, code: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {dict(details)}" if details else code)
        self.code = code
        self.details = dict(details or {})

    @property
    def problem(self) -> Problem:
        return CATALOGUE[self.code]

    def body(self) -> dict[str, Any]:
        """As JSON for clients: {code, what, kept, next, details}, texts as {en, zh}."""
        problem = self.problem
        texts = {name: getattr(problem, name) for name in ("what", "kept", "next")}
        return {
            "code": self.code,
            **{name: {"en": en, "zh": zh} for name, (en, zh) in texts.items()},
            "details": self.details,
        }


def from_sync(error: SyncError) -> PestleError:
    return PestleError(error.code, {"detail": error.detail} if error.detail else None)


CATALOGUE: dict[str, Problem] = {
    # what came from a device or a client
    "device_unknown": Problem(
        401,
        ("This device is not enrolled here.", "本站没有登记此设备。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        (
            "Enrol the device, or ask the administrator to look at the quarantine.",
            "请登记该设备，或请管理员查看隔离区。",
        ),
    ),
    "badge_held": Problem(
        409,
        ("This person has a badge.", "此人已有工牌。"),
        ("Nothing was changed.", "未作更改。"),
        ("Withdraw the one that they have first, lost or not.", "请先注销现有工牌，无论是否遗失。"),
    ),
    "badge_unknown": Problem(
        404,
        ("This person has no such badge in use.", "此人没有这张在用的工牌。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at the person's badges again.", "请重新查看此人的工牌。"),
    ),
    "device_revoked": Problem(
        403,
        ("This device has been revoked.", "此设备已被停用。"),
        (
            "What it recorded before stays in the log; what it still holds is kept on it.",
            "此前的记录保留在日志中；设备上尚存的记录仍保存在设备上。",
        ),
        ("Take another device; the administrator can enrol this one anew.", "请换用其他设备；管理员可重新登记此设备。"),
    ),
    "device_mismatch": Problem(
        409,
        ("The entry names another device than the one that sent it.", "记录中的设备与发送它的设备不一致。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        ("Tell the administrator.", "请告知管理员。"),
    ),
    "stream_mismatch": Problem(
        409,
        ("The entry belongs to another batch than the document it came in.", "记录所属的批与其所在文档不一致。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        ("Tell the administrator.", "请告知管理员。"),
    ),
    "signature_wrong": Problem(
        401,
        ("A signature does not fit the bytes.", "签名与内容不符。"),
        ("The input is kept in quarantine; it never becomes a record.", "输入已完整保存在隔离区，不会成为记录。"),
        (
            "Tell the administrator: the bytes were changed on their way, or somebody tried to.",
            "请告知管理员：内容在途中被更改，或有人企图更改。",
        ),
    ),
    "sequence_gap": Problem(
        409,
        ("Earlier entries of this device are missing.", "缺少此设备更早的记录。"),
        ("Nothing was changed; later entries wait.", "未作更改；后续记录在等待。"),
        ("Send from the expected sequence on.", "请从期望的序号起重新发送。"),
    ),
    "sequence_fork": Problem(
        409,
        ("The device has two different entries under one sequence number.", "该设备在同一序号下有两条不同的记录。"),
        ("The first is in the log, the other in quarantine.", "先到的在日志中，另一条在隔离区。"),
        (
            "Enrol the device anew: its storage was restored from an old state.",
            "请重新登记该设备：其存储被恢复到了旧状态。",
        ),
    ),
    "kind_unknown": Problem(
        422,
        ("The server does not know this kind of entry.", "服务器不认识此类记录。"),
        ("It stands in the log, flagged, and in quarantine.", "它已带标记入账，并列入隔离区。"),
        ("Update the server, then look at the quarantine.", "请更新服务器后查看隔离区。"),
    ),
    "payload_malformed": Problem(
        422,
        ("The content of the entry has another shape than its kind.", "记录内容的结构与其类别不符。"),
        ("It stands in the log, flagged, and in quarantine.", "它已带标记入账，并列入隔离区。"),
        ("Update the device's app, then look at the quarantine.", "请更新设备应用后查看隔离区。"),
    ),
    "payload_hash_wrong": Problem(
        422,
        ("The content is not the one that was signed.", "内容不是被签名的内容。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        ("Tell the administrator.", "请告知管理员。"),
    ),
    "not_permitted_from_device": Problem(
        422,
        (
            "A decision was sent by a device; only the server takes decisions.",
            "设备发来了一项决定；决定只能由服务器作出。",
        ),
        ("It stands in the log, flagged, and decides nothing.", "它已带标记入账，但不产生决定。"),
        ("Take the decision on its screen, online.", "请联网后在相应界面上作出决定。"),
    ),
    "entry_malformed": Problem(
        422,
        ("The bytes are not an entry.", "这些字节不是一条记录。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        ("Tell the administrator.", "请告知管理员。"),
    ),
    "entry_too_large": Problem(
        413,
        ("The entry is too large.", "记录过大。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        ("Attach large content as a file or photo.", "较大的内容请以文件或照片附上。"),
    ),
    "not_canonical": Problem(
        422,
        ("The bytes are not canonical JSON.", "字节不是规范的 JSON。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        ("Tell the administrator.", "请告知管理员。"),
    ),
    "key_malformed": Problem(
        422,
        ("This is not a key that may be enrolled.", "此密钥不可登记。"),
        ("Nothing was changed.", "未作更改。"),
        ("Let the device make a new key.", "请让设备重新生成密钥。"),
    ),
    "key_algorithm_unknown": Problem(
        422,
        ("The algorithm of the key is not known.", "密钥算法未知。"),
        ("Nothing was changed.", "未作更改。"),
        ("Use Ed25519 or ES256.", "请使用 Ed25519 或 ES256。"),
    ),
    "change_malformed": Problem(
        422,
        ("The bytes are not a change of a document.", "字节不是文档变更。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        (
            "The device rebuilds the document by itself and sends its records again.",
            "设备会自动重建文档并重新发送其记录。",
        ),
    ),
    "change_too_large": Problem(
        413,
        ("The change of a document is too large.", "文档变更过大。"),
        ("The input is kept in quarantine.", "输入已完整保存在隔离区。"),
        (
            "The device rebuilds the document by itself and sends its records again.",
            "设备会自动重建文档并重新发送其记录。",
        ),
    ),
    "change_refused": Problem(
        409,
        (
            "The change writes where this device may not write, or builds on what the server does not know.",
            "该变更写入了设备无权写入之处，或以服务器未知的内容为基础。",
        ),
        ("The input is kept in quarantine; signed records survive.", "输入已完整保存在隔离区；已签名的记录不受影响。"),
        (
            "The device rebuilds the document by itself and sends its records again.",
            "设备会自动重建文档并重新发送其记录。",
        ),
    ),
    "actor_taken": Problem(
        409,
        (
            "The name of this page in the document is in use by another device.",
            "此页面在文档中的标识已被其他设备使用。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Reload the page.", "请重新载入页面。"),
    ),
    "projection_failed": Problem(
        500,
        ("The document could not be put together in time.", "未能及时合并文档。"),
        ("All changes are kept.", "所有变更均已保存。"),
        ("Try again; tell the administrator if it stays so.", "请重试；如仍如此，请告知管理员。"),
    ),
    "frame_malformed": Problem(
        400,
        ("The message could not be read.", "消息无法读取。"),
        ("It is kept in quarantine.", "已保存在隔离区。"),
        ("Reload the app.", "请重新载入应用。"),
    ),
    "frame_too_large": Problem(
        413,
        ("The message is too large.", "消息过大。"),
        ("Nothing of it was taken.", "未接收其任何部分。"),
        ("Reload the app.", "请重新载入应用。"),
    ),
    "sockets_too_many": Problem(
        503,
        ("Too many devices are connected at once from this address.", "此地址同时连接的设备过多。"),
        ("Everything recorded is kept on the device.", "已记录的内容都保存在设备上。"),
        (
            "Wait: it is tried again. If it stays so, the administrator raises SOCKETS_PER_ADDRESS or names the proxy.",
            "请等待，系统会重试；若一直如此，请管理员调高 SOCKETS_PER_ADDRESS 或设置代理地址。",
        ),
    ),
    "hellos_too_many": Problem(
        429,
        ("Too many connections were made from this address within a minute.", "此地址一分钟内建立的连接过多。"),
        ("Everything recorded is kept on the device.", "已记录的内容都保存在设备上。"),
        ("Wait: it is tried again.", "请等待，系统会重试。"),
    ),
    "alert_unknown": Problem(
        404,
        ("There is no such alert among those that you were told.", "您收到的提醒中没有此项。"),
        ("Nothing was changed.", "未作更改。"),
        ("Open the inbox; it may have been for somebody else.", "请打开收件箱；此提醒可能发给了其他人。"),
    ),
    "trials_too_many": Problem(
        429,
        ("You have asked for enough trial alerts for now.", "您短时间内发送的测试提醒过多。"),
        ("None was sent; the others are on their way.", "本次未发送；之前的已发出。"),
        ("Wait some minutes, then try again.", "请等待几分钟后重试。"),
    ),
    "alert_acknowledged": Problem(
        409,
        ("Somebody has acknowledged this alert already.", "此提醒已有人确认。"),
        ("Their acknowledgement stands in the log.", "其确认已记入日志。"),
        ("Nothing is left to do; the inbox says who it was.", "无需再操作；收件箱中写明了确认人。"),
    ),
    "endpoint_refused": Problem(
        422,
        ("This address is no push service that the site may call.", "此地址不是本站可以使用的推送服务。"),
        ("Alerts still come to the inbox.", "提醒仍会进入收件箱。"),
        (
            "Use a usual browser, or ask the administrator to allow the service (setting PUSH_HOSTS).",
            "请使用常见浏览器，或请管理员允许该推送服务（设置 PUSH_HOSTS）。",
        ),
    ),
    "watchers_many": Problem(
        503,
        ("Too many pages listen for news.", "监听动态的页面过多。"),
        ("Nothing was changed.", "未作更改。"),
        ("The page goes on and looks by itself every few seconds.", "页面会继续，每隔几秒自行查看一次。"),
    ),
    "too_fast": Problem(
        429,
        ("This device sends more than a device may.", "此设备发送的数据超出限度。"),
        (
            "What was acknowledged is stored; everything else is kept on the device.",
            "已确认的内容均已保存；其余内容都保存在设备上。",
        ),
        (
            "Wait: it goes on by itself. If it stays so, the administrator looks at this device.",
            "请等待，系统会自动继续；若一直如此，请管理员检查此设备。",
        ),
    ),
    "connected_again": Problem(
        409,
        ("This device has connected once more elsewhere.", "此设备已在别处重新连接。"),
        ("Everything recorded is kept on the device.", "已记录的内容都保存在设备上。"),
        (
            "Nothing, if it is one device. If there are two, one is a copy: tell the administrator.",
            "若只有一台设备，则无需操作；若有两台，其中一台是副本，请告知管理员。",
        ),
    ),
    "document_unknown": Problem(
        404,
        ("There is no such document on this device's leases.", "此设备的授权中没有该文档。"),
        ("Nothing was changed.", "未作更改。"),
        ("Take the batch along first.", "请先带走该批。"),
    ),
    "blob_mismatch": Problem(
        422,
        ("The file is not the one that its name says.", "文件与其名称（摘要）不符。"),
        ("Nothing was stored.", "未存储。"),
        ("The device sends it again.", "设备会再次发送。"),
    ),
    "blob_too_large": Problem(
        413,
        ("The file is larger than 2 MiB.", "文件超过 2 MiB。"),
        ("Nothing was stored.", "未存储。"),
        ("Take a smaller photo, or choose a smaller file.", "请拍摄较小的照片，或选择较小的文件。"),
    ),
    "blob_type": Problem(
        415,
        (
            "Only photos (JPEG, PNG, WebP), PDF, CSV and XLSX without macros can be stored.",
            "只能存储照片（JPEG、PNG、WebP）、PDF、CSV 和不含宏的 XLSX。",
        ),
        ("Nothing was stored.", "未存储。"),
        ("Choose another file.", "请选择其他文件。"),
    ),
    "balance_unknown": Problem(
        404,
        ("This balance is not in the register.", "该天平不在台账中。"),
        ("Nothing was shown.", "未显示。"),
        ("Register the balance, or correct the bridge's settings.", "请登记该天平，或更正网桥设置。"),
    ),
    "equipment_unregistered": Problem(
        404,
        ("This piece of equipment is not in the register.", "该设备不在台账中。"),
        ("Nothing was recorded.", "未记录。"),
        ("Check the code, or register the equipment first.", "请核对编号，或先登记设备。"),
    ),
    "equipment_reason_missing": Problem(
        422,
        ("This status needs a reason.", "设定此状态须说明理由。"),
        ("Nothing was changed.", "未作任何更改。"),
        (
            "Say why: what is wrong with the equipment, or on what ground it counts as clean without a cleaning.",
            "请说明理由：设备有何问题，或未经清洁而视为已清洁的依据。",
        ),
    ),
    "cleaning_unknown": Problem(
        404,
        ("There is no such cleaning of this piece.", "此设备没有这条清洁记录。"),
        ("Nothing was changed.", "未作任何更改。"),
        ("Look at the use log of the piece again.", "请重新查看此设备的使用日志。"),
    ),
    "environment_room_unknown": Problem(
        404,
        ("Nothing is registered in this room.", "此房间内没有登记任何设备。"),
        ("Nothing was changed.", "未作任何更改。"),
        ("Register the room's sensor first, with the room as its place.", "请先登记该房间的传感器，并填写其所在房间。"),
    ),
    "environment_limits_wrong": Problem(
        422,
        (
            "These are no limits: each quantity once, in its own unit, with bounds that rise from action to alert.",
            "限度无效：每个参数只能出现一次，使用规定单位，且行动限应在警戒限之外。",
        ),
        ("Nothing was changed; the limits before still hold.", "未作任何更改；原限度仍然有效。"),
        ("Correct the bounds and set them again.", "请更正限度后重新设定。"),
    ),
    "equipment_alarm_unknown": Problem(
        404,
        ("There is no such alarm of this piece.", "此设备没有这条报警。"),
        ("Nothing was changed.", "未作任何更改。"),
        ("Look at the page of the piece again.", "请重新查看此设备的页面。"),
    ),
    "equipment_alarm_cleared": Problem(
        409,
        ("This alarm has been cleared before.", "此报警已经解除。"),
        (
            "Nothing was changed; who cleared it, and why, stands with the piece.",
            "未作任何更改；解除人和理由见此设备。",
        ),
        ("Look at the page of the piece again.", "请重新查看此设备的页面。"),
    ),
    "cleaning_own": Problem(
        409,
        ("Whoever cleaned does not check it.", "清洁人不能复核自己的清洁。"),
        ("The cleaning stays recorded, and unchecked.", "清洁记录保留，仍待复核。"),
        ("Let another person look at the piece and check it.", "请由另一人检查设备并复核。"),
    ),
    "cleaning_scope_wrong": Problem(
        422,
        ("Hold times are set for one piece or for one class.", "保留时限须针对一台设备或一个类别设定。"),
        ("Nothing was changed.", "未作任何更改。"),
        ("Name either the piece or the class, not both.", "请只填写设备或类别之一。"),
    ),
    "balance_limits_wrong": Problem(
        422,
        ("These limits cannot be.", "这些限度不成立。"),
        ("Nothing was changed.", "未作任何更改。"),
        (
            "The minimum weight must be below the capacity, in a unit of mass, and each test weight be named once, "
            "with a tolerance; a check needs a test weight.",
            "最小称量值须小于最大秤量且单位可换算；每个砝码只列一次并给出允差；设定核查时须有砝码。",
        ),
    ),
    "check_weight_unknown": Problem(
        422,
        ("This balance is not checked with this weight.", "该天平不使用此砝码核查。"),
        ("Nothing was recorded.", "未记录。"),
        ("Choose one of the test weights that are listed for it.", "请选择为该天平列出的砝码。"),
    ),
    "check_reading_unusable": Problem(
        409,
        ("This reading cannot stand for the check.", "此读数不能用于核查。"),
        ("Nothing was recorded.", "未记录。"),
        (
            "Take the weight off, place it again and wait until the balance is stable, then record the check.",
            "请取下砝码重新放上，待天平稳定后再记录核查。",
        ),
    ),
    # who may
    "session_missing": Problem(
        401,
        ("Nobody is signed in.", "尚未登录。"),
        ("Nothing was changed.", "未作更改。"),
        ("Sign in.", "请登录。"),
    ),
    "session_expired": Problem(
        401,
        ("The session has ended.", "会话已结束。"),
        ("What was recorded on this device is kept on it.", "已在本机记录的内容仍保存在本机。"),
        ("Sign in again.", "请重新登录。"),
    ),
    "login_wrong": Problem(
        401,
        ("Login name or password is wrong.", "登录名或密码错误。"),
        ("Nothing was changed; the attempt is in the log.", "未作更改；此次尝试已入账。"),
        (
            "Try again. After five attempts the account is locked for 15 minutes.",
            "请重试。连续五次错误后账户将锁定 15 分钟。",
        ),
    ),
    "login_locked": Problem(
        429,
        ("This account is locked here after too many wrong passwords.", "密码错误次数过多，账户在此处已锁定。"),
        ("Nothing was changed; the attempts are in the log.", "未作更改；尝试已入账。"),
        (
            "Wait 15 minutes, sign in where you have signed in before, or ask the administrator to unlock it.",
            "请等待 15 分钟，或在您曾登录过的设备上登录，或请管理员解锁。",
        ),
    ),
    "passkey_wrong": Problem(
        403,
        ("This passkey was not accepted.", "通行密钥未被接受。"),
        ("Nothing was changed; a failed sign-in is in the log.", "未作更改；失败的登录已入账。"),
        (
            "Use a passkey of your own that is not withdrawn, with its PIN, finger or face; or your password.",
            "请使用本人未撤销的通行密钥，并以 PIN、指纹或面容验证；或改用密码。",
        ),
    ),
    "passkey_replayed": Problem(
        409,
        ("This use of a passkey was seen before, or came too late.", "该通行密钥应答已被使用过或已过期。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Do it once more; each use is good for one time within five minutes.",
            "请重新操作；每次应答仅在五分钟内有效一次。",
        ),
    ),
    "passkey_place": Problem(
        409,
        ("Passkeys do not work at this address.", "通行密钥在此地址不可用。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Reach the site by its name instead of an IP address; the administrator sets it as PASSKEY_DOMAIN.",
            "请使用站点名称而非 IP 地址访问；名称由管理员通过 PASSKEY_DOMAIN 设置。",
        ),
    ),
    "passkey_known": Problem(
        409,
        ("This passkey has been added before.", "该通行密钥已添加过。"),
        ("Nothing was changed.", "未作更改。"),
        ("Make another one, or use this one.", "请新建一个，或使用此密钥。"),
    ),
    "passkeys_too_many": Problem(
        409,
        ("You have as many passkeys as one person may have.", "您的通行密钥数量已达上限。"),
        ("Nothing was changed.", "未作更改。"),
        ("Withdraw one that you do not use any more.", "请撤销一个不再使用的密钥。"),
    ),
    "signins_too_many": Problem(
        429,
        ("Too many passwords were tried from this address.", "此地址尝试密码的次数过多。"),
        ("Nothing was changed; no account was locked by this.", "未作更改；没有账户因此被锁定。"),
        ("Wait a minute, then try again.", "请等待一分钟后重试。"),
    ),
    "signature_components": Problem(
        403,
        ("The first signature needs login and password, or a passkey.", "首次签名需要登录名和密码，或通行密钥。"),
        ("Nothing was signed.", "未签名。"),
        ("Sign again with both; after that the password is enough.", "请以两者重新签名；此后只需密码。"),
    ),
    "signer_other": Problem(
        403,
        ("This login is not that of who is signed in; nothing was signed.", "此登录名不是当前登录者的，未签名。"),
        ("Nothing was changed.", "未作更改。"),
        ("Enter your own login, or sign in as yourself first.", "请输入您本人的登录名，或先以本人身份登录。"),
    ),
    "requests_too_many": Problem(
        429,
        ("This client asks for more than the server gives one client.", "此客户端的请求过多，超出单个客户端的限度。"),
        ("Nothing was changed; what is on this device stays there.", "未作更改；本机上的内容仍然保留。"),
        ("Wait a moment, then try again.", "请稍候重试。"),
    ),
    "password_wrong": Problem(
        403,
        ("The password is wrong; nothing was signed.", "密码错误，未签名。"),
        ("Nothing was changed; the attempt is in the log.", "未作更改；此次尝试已入账。"),
        ("Enter your own password again.", "请重新输入您本人的密码。"),
    ),
    "password_weak": Problem(
        422,
        ("The password is too weak.", "密码强度不足。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Take at least 10 characters, 5 of them different, without your login name.",
            "请使用至少 10 个字符，其中至少 5 个不同，不得包含登录名。",
        ),
    ),
    "password_used": Problem(
        422,
        ("This password, or one of your last five, is the same.", "新密码与当前密码或最近五个密码之一相同。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose a password that you have not had.", "请选择一个未曾使用过的密码。"),
    ),
    "pin_weak": Problem(
        422,
        ("A PIN has six digits, not all the same.", "PIN 为 6 位数字，不能全部相同。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose another PIN.", "请换一个 PIN。"),
    ),
    "not_permitted": Problem(
        403,
        ("This is not among your permissions.", "您没有此权限。"),
        ("Nothing was changed.", "未作更改。"),
        ("Ask somebody whose role it is.", "请由具有相应角色的人员操作。"),
    ),
    "not_qualified": Problem(
        403,
        (
            "This work needs a procedure or qualification that this person does not hold now.",
            "此项工作所需的规程或资格，该人员目前不具备。",
        ),
        ("Nothing was changed.", "未作更改。"),
        (
            "Read and sign what is missing under Training, or ask a trainer; it says there what it takes.",
            "请在“培训”中阅读并签署所缺的规程，或联系培训人员；页面上写明了所需条件。",
        ),
    ),
    "procedure_unknown": Problem(
        404,
        ("There is no procedure or qualification of this code.", "没有此代码的规程或资格。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose one from the list, or publish its first version.", "请从列表中选择，或先发布其第一版。"),
    ),
    # flows and the work in them
    "flow_unknown": Problem(
        404,
        ("There is no flow or version of this code.", "没有此编码的流程或版本。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose one from the list.", "请从列表中选择。"),
    ),
    "flow_instance_unknown": Problem(
        404,
        ("There is no such running or ended flow.", "没有这个运行中或已结束的流程。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose it from your work or from the flow's page.", "请从“我的工作”或流程页面中选择。"),
    ),
    "flow_draft_changed": Problem(
        409,
        ("Somebody has saved another draft of this flow meanwhile.", "其间有人保存了此流程的另一份草稿。"),
        (
            "Your drawing is still on the screen; the other draft is kept as well.",
            "您的图仍在屏幕上，另一份草稿也已保留。",
        ),
        (
            "Export yours, load the flow again, and bring in what is missing.",
            "请导出您的图，重新载入流程，再补上缺少的部分。",
        ),
    ),
    "flow_faulty": Problem(
        422,
        ("The check finds something in this flow that must be mended first.", "检查发现此流程有需要先修改之处。"),
        ("Your draft is kept.", "您的草稿已保留。"),
        ("Mend what the check lists, element by element.", "请按检查列出的元素逐一修改。"),
    ),
    "flow_version_waiting": Problem(
        409,
        ("A version of this flow waits for approval already.", "此流程已有版本等待审批。"),
        ("Your draft is kept.", "您的草稿已保留。"),
        ("Have it approved or rejected first.", "请先批准或驳回该版本。"),
    ),
    "flow_version_wrong": Problem(
        409,
        (
            "This version is not the one that was shown, or has been decided already.",
            "此版本不是所显示的版本，或已有决定。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "flow_version_own": Problem(
        403,
        ("Whoever has prepared a version does not decide on it.", "起草版本的人不能审批该版本。"),
        ("Nothing was changed.", "未作更改。"),
        ("Somebody else who may approve flows decides.", "请由其他有审批权的人员决定。"),
    ),
    "flow_definition_wrong": Problem(
        422,
        ("These bytes are not a sound definition of this flow.", "这些内容不是此流程的有效定义。"),
        ("Nothing was changed.", "未作更改。"),
        ("Check the drawing again in the designer.", "请在设计器中重新检查。"),
    ),
    "flow_not_in_force": Problem(
        409,
        ("This version is not in force, or one that it calls is not.", "此版本或其调用的流程不是现行版本。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "flow_switch_wrong": Problem(
        409,
        (
            "This flow is not one that the product starts by itself, or it is so already.",
            "此流程不由系统自动启动，或已处于该状态。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again and look at the flow.", "请重新载入页面查看该流程。"),
    ),
    "flow_approval_missing": Problem(
        409,
        ("No flow has approved this, signed by this person.", "没有由此人签名批准此内容的流程。"),
        ("Nothing was changed.", "未作更改。"),
        ("Decide in the tasks of its approval.", "请在其批准流程的任务中作出决定。"),
    ),
    "flow_started_by_product": Problem(
        409,
        ("This flow starts by itself when what it is about is submitted.", "此流程在提交相关内容时自动启动。"),
        ("Nothing was started.", "未启动任何流程。"),
        ("Submit the form, the flow, the recipe or the order itself.", "请提交表单、流程、处方或批指令本身。"),
    ),
    "flow_ended": Problem(
        409,
        ("This flow has ended.", "此流程已结束。"),
        ("Nothing was changed.", "未作更改。"),
        ("What happened in it stays on its page.", "其经过仍可在页面上查看。"),
    ),
    "flow_started_already": Problem(
        409,
        ("This flow has been started already.", "此流程已启动。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "flow_task_not_open": Problem(
        409,
        ("This task does not wait any more.", "此任务已不再等待处理。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "flow_task_of_other": Problem(
        403,
        ("This task is for another person.", "此任务属于其他人员。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("That person does it or hands it on.", "请由该人员完成或转交。"),
    ),
    "flow_task_claimed": Problem(
        409,
        ("Somebody else has taken this task up.", "其他人已接手此任务。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Ask that person, who can give it back.", "请联系该人员，可由其退回。"),
    ),
    "flow_role_needed": Problem(
        403,
        ("None of your roles does this task.", "您的角色不能完成此任务。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Somebody with one of the roles named does it.", "请由具有所列角色的人员完成。"),
    ),
    "flow_not_by_same": Problem(
        403,
        ("Who has done a task before this one must not do this one too.", "完成前一任务的人不能再完成此任务。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Somebody else does it.", "请由其他人员完成。"),
    ),
    "flow_signature_needed": Problem(
        422,
        ("The flow wants this task signed, with the meaning it names.", "流程要求以规定的含义签署此任务。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Sign it on its page.", "请在其页面上签名。"),
    ),
    "flow_changed_since": Problem(
        409,
        ("Something has happened in this flow since you looked.", "您查看之后，此流程又有新情况。"),
        ("Nothing was signed.", "未签署。"),
        ("Look at it again, then sign.", "请重新查看后再签署。"),
    ),
    "flow_form_open": Problem(
        409,
        ("The form of this task is not complete yet.", "此任务的表单尚未完成。"),
        ("Nothing was changed.", "未作更改。"),
        ("Fill it in and complete it first.", "请先填写并完成表单。"),
    ),
    "flow_record_known": Problem(
        409,
        ("The form of this task has been opened already.", "此任务的表单已经打开。"),
        ("No other record was opened.", "未再打开其他记录。"),
        ("Open the form from the task.", "请从任务中打开该表单。"),
    ),
    "flow_form_differs": Problem(
        409,
        ("The form of this task says something else by now.", "此任务的表单内容已有变化。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again and look what it says.", "请重新载入页面查看。"),
    ),
    "flow_person_twice": Problem(
        422,
        ("Somebody stands twice in a list of people.", "人员名单中有人重复。"),
        ("Nothing was changed.", "未作更改。"),
        ("Name each person once.", "每人只填一次。"),
    ),
    "flow_delegate_wrong": Problem(
        422,
        ("This person may not do the task.", "该人员不能完成此任务。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Choose somebody from the list.", "请从列表中选择。"),
    ),
    "flow_move_refused": Problem(
        409,
        (
            "Something that waits now is not in the other version, or is another kind of thing there.",
            "当前等待的部分在另一版本中不存在或类型不同。",
        ),
        ("The flow goes on by its own version.", "流程按原版本继续。"),
        ("Complete what is named first, or let it end by its own version.", "请先完成所列部分，或按原版本结束。"),
    ),
    "flow_outcome_unknown": Problem(
        422,
        ("This is none of the ways out of the task.", "这不是该任务的出口。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "flow_value_missing": Problem(
        422,
        ("Something that the task asks for is missing.", "缺少任务要求填写的内容。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Fill in what is marked.", "请填写标出的内容。"),
    ),
    "flow_value_wrong": Problem(
        422,
        ("A value does not have the shape of its type.", "有一个值的格式不正确。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        (
            "Write numbers as 12.5, dates as 2026-11-26, people by their identifier.",
            "数值写作 12.5，日期写作 2026-11-26，人员用其编号。",
        ),
    ),
    "flow_variable_unknown": Problem(
        422,
        ("This value is not asked for here.", "此处不要求该值。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "flow_timer_not_due": Problem(
        409,
        ("This time has not come, or nothing waits for it any more.", "时间未到，或已无等待。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "flow_not_waiting": Problem(
        409,
        ("Nothing waits for this message any more.", "已无等待此消息的流程。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "flow_too_big": Problem(
        422,
        ("More would wait in this flow at once than it may hold.", "此流程同时等待的部分过多。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Use a shorter list, or another way.", "请缩短列表或改走其他路径。"),
    ),
    "flow_runs_on": Problem(
        422,
        ("The flow would run on without anybody's part in it.", "流程会在无人参与的情况下不断运行。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Tell whoever has drawn the flow.", "请告知流程的绘制人员。"),
    ),
    "flow_no_way": Problem(
        422,
        ("No condition applies, and no way is the default one.", "没有满足的条件，也没有默认路径。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Tell whoever has drawn the flow.", "请告知流程的绘制人员。"),
    ),
    "flow_key_missing": Problem(
        422,
        ("A message needs a value to belong to something, and there is none.", "消息缺少归属所需的值。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Tell whoever has drawn the flow.", "请告知流程的绘制人员。"),
    ),
    "flow_time_missing": Problem(
        422,
        ("A point in time is needed here, and there is none.", "此处缺少所需的时间。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Fill it in at the task that asks for it.", "请在要求该时间的任务中填写。"),
    ),
    "flow_nobody": Problem(
        422,
        ("The list of those who should do this is empty or too long.", "应完成此事的人员名单为空或过长。"),
        ("Nothing was changed; what you have typed is still here.", "未作更改；您输入的内容仍在。"),
        ("Name between one and a hundred.", "请指定 1 至 100 人。"),
    ),
    "flow_stuck": Problem(
        409,
        ("Nothing in this flow can go on.", "此流程无法继续。"),
        ("Nothing was changed.", "未作更改。"),
        ("Cancel it, or move it to a version that can go on.", "请取消该流程，或迁移到可继续的版本。"),
    ),
    "flow_expression_wrong": Problem(
        409,
        ("An expression of this flow is wrong.", "此流程的一个表达式有误。"),
        ("Nothing was changed.", "未作更改。"),
        ("Tell whoever maintains the flow.", "请告知流程维护人。"),
    ),
    "supplier_unknown": Problem(
        404,
        ("There is no such supplier or manufacturer.", "没有此供应商或生产商。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look it up in the list, or register it first.", "请在列表中查找，或先登记。"),
    ),
    "supplier_decision_wrong": Problem(
        422,
        ("What was signed does not fit the decision.", "签名含义与决定不符。"),
        ("Nothing was decided.", "未作出决定。"),
        ("Decide again on the supplier's page.", "请在供应商页面重新决定。"),
    ),
    "supplier_end_wrong": Problem(
        422,
        ("A qualification needs a last day that has not passed.", "资格须有尚未过去的截止日期。"),
        ("Nothing was decided.", "未作出决定。"),
        ("Say until when the supplier is qualified.", "请填写资格有效期至哪一天。"),
    ),
    "supplier_evidence_missing": Problem(
        422,
        ("A qualification needs evidence.", "资格须附证明材料。"),
        ("Nothing was decided.", "未作出决定。"),
        ("Add the certificate, questionnaire or audit report.", "请附上证书、问卷或审计报告。"),
    ),
    "supplier_not_qualified": Problem(
        409,
        ("The supplier or manufacturer is not qualified today.", "供应商或生产商目前不具备资格。"),
        ("The material was not approved.", "未批准该物料。"),
        ("Qualify both first.", "请先批准两者的资格。"),
    ),
    "delivery_not_waiting": Problem(
        409,
        ("This lot does not wait for a word about its supplier.", "此批物料无需就供应商作出决定。"),
        ("Nothing was decided.", "未作出决定。"),
        ("Look at the lot as it is now.", "请查看该批物料的当前状态。"),
    ),
    "receipt_stopped": Problem(
        409,
        ("Something about this delivery is not as it should be.", "此次到货有不符之处。"),
        ("Nothing was received.", "未登记到货。"),
        (
            "Look at what is wrong; receive it to be held for QA, or leave it with the carrier.",
            "请查看不符之处：可登记到货并由 QA 决定，或拒收。",
        ),
    ),
    "receipt_request_other": Problem(
        409,
        ("This delivery has been taken in already, with something else said of it.", "此次到货已登记，但内容不一致。"),
        ("The delivery stands as it was taken in first.", "到货按首次登记的内容保留。"),
        ("Look at its lot; what is wrong there is corrected there.", "请查看该批；如有错误请在批次页面更正。"),
    ),
    "lot_number_long": Problem(
        409,
        (
            "By the plant's rule the lot number of this material would be longer than a label takes.",
            "按现行规则，此物料的批号过长，无法用于标签。",
        ),
        ("Nothing was received.", "未登记到货。"),
        ("Have the rule of lot numbers or the code of the material made shorter.", "请缩短批号规则或物料代码。"),
    ),
    "receipt_unexplained": Problem(
        422,
        ("What is wrong with this delivery was not explained.", "未说明此次到货的不符之处。"),
        ("Nothing was received.", "未登记到货。"),
        ("Write a comment on what is wrong, and receive it again.", "请填写说明后重新登记。"),
    ),
    "receipt_barred": Problem(
        409,
        ("This material, or this unit of it, is not known here.", "本站没有该物料，或该物料不使用此单位。"),
        ("Nothing was received.", "未登记到货。"),
        (
            "Have the material registered with the units that it comes in, then receive it.",
            "请先登记该物料及其计量单位，再登记到货。",
        ),
    ),
    "numbers_taken": Problem(
        409,
        ("Somebody else was given these lot numbers at the same moment.", "这些物料批号刚刚已分配给他人。"),
        ("Nothing was received.", "未登记到货。"),
        ("Try again.", "请重试。"),
    ),
    "lot_pattern_wrong": Problem(
        422,
        ("By this pattern two lots could have one number.", "按此规则，两批物料可能得到同一批号。"),
        ("The rule was not changed.", "规则未变更。"),
        (
            "Count once with {seq:4}, and set {material} apart by - . or _ from the digits beside it.",
            "请使用且仅使用一次 {seq:4}，并用 - . 或 _ 将 {material} 与相邻数字隔开。",
        ),
    ),
    "lot_supplier_undecided": Problem(
        409,
        (
            "Something was wrong with this lot when it came, and QA has not accepted the delivery.",
            "此批物料到货时有不符之处，QA 尚未接受此次到货。",
        ),
        ("Its status was not changed: it stays in quarantine.", "状态未变：仍为待验。"),
        (
            "Have QA look at what was wrong and accept this delivery, on the page of the lot.",
            "请 QA 在该批物料页面查看不符之处，并决定是否接受此次到货。",
        ),
    ),
    "material_not_known": Problem(
        404,
        ("The register knows no such material.", "物料目录中没有此物料。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look it up in the list.", "请在列表中查找。"),
    ),
    "table_unreadable": Problem(
        422,
        (
            "This is neither a CSV file nor an Excel workbook with a table.",
            "这不是 CSV 文件，也不是含表格的 Excel 工作簿。",
        ),
        ("Nothing was imported.", "未导入任何内容。"),
        (
            "Save the table as CSV (UTF-8) or XLSX, with the names of its columns in the first row.",
            "请将表格存为 CSV（UTF-8）或 XLSX，首行为列名。",
        ),
    ),
    "table_too_long": Problem(
        422,
        ("The table has too many rows.", "表格行数过多。"),
        ("Nothing was imported.", "未导入任何内容。"),
        ("Split it into parts.", "请分成几部分导入。"),
    ),
    "material_has_versions": Problem(
        409,
        (
            "This material has an approved version, which an import does not change.",
            "此物料已有批准的版本，导入不得更改。",
        ),
        ("It stays as it was approved.", "保持批准时的内容。"),
        ("Submit the next version for approval.", "请提交新版本以供批准。"),
    ),
    "master_waiting": Problem(
        409,
        ("A version of this material waits for approval already.", "此物料已有版本在等待批准。"),
        ("Nothing was submitted.", "未提交任何内容。"),
        ("Wait for the decision, or have the approval cancelled.", "请等待结论，或请人取消该批准流程。"),
    ),
    "master_version_wrong": Problem(
        409,
        ("This is not the next version of the material.", "这不是该物料的下一版本。"),
        ("Nothing was submitted.", "未提交任何内容。"),
        ("Check it again: somebody else was faster.", "其间他人已提交，请重新检查。"),
    ),
    "master_faulty": Problem(
        422,
        ("Something stands against this version of the material.", "此物料版本存在问题。"),
        (
            "Nothing was submitted; what you have typed is still on the screen.",
            "未提交任何内容；您填写的内容仍在屏幕上。",
        ),
        ("Check it, and mend what is named.", "请重新检查并改正所列问题。"),
    ),
    "master_unit_other": Problem(
        409,
        ("What is in stock cannot be counted in the new unit.", "现有库存无法以新单位计量。"),
        ("Nothing was submitted.", "未提交任何内容。"),
        ("Keep the unit, or give the conversion from the old one.", "请保留原单位，或给出与原单位的换算。"),
    ),
    "master_stale": Problem(
        409,
        ("No such version of the material waits.", "没有等待中的此物料版本。"),
        ("Nothing was decided.", "未作出决定。"),
        ("Look at the material as it is now.", "请查看该物料的当前状态。"),
    ),
    "master_own": Problem(
        403,
        ("Nobody approves a version that they prepared.", "任何人不得批准本人起草的版本。"),
        ("Nothing was decided; the attempt is in the log.", "未作决定；此次尝试已入账。"),
        ("Ask another approver.", "请由其他批准人操作。"),
    ),
    "requisition_unknown": Problem(
        404,
        ("There is no such requisition.", "没有此采购申请。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look it up in the list.", "请在列表中查找。"),
    ),
    "requisition_number_wrong": Problem(
        409,
        ("This is not the next number of the year.", "这不是本年度的下一个编号。"),
        ("Nothing was raised.", "未提出申请。"),
        ("Send it again: another requisition came in between.", "其间有其他申请提出，请重新提交。"),
    ),
    "requisition_material_unknown": Problem(
        422,
        ("The register knows no such material.", "物料目录中没有此物料。"),
        ("Nothing was raised; what you have typed is still on the screen.", "未提出申请；您填写的内容仍在屏幕上。"),
        ("Choose a material of the list, or have it defined first.", "请从列表中选择物料，或先建立该物料。"),
    ),
    "requisition_quantity_wrong": Problem(
        422,
        ("A quantity is nothing, or not in the unit of its material.", "数量为零，或单位与物料不符。"),
        ("Nothing was raised; what you have typed is still on the screen.", "未提出申请；您填写的内容仍在屏幕上。"),
        ("Give more than nothing, in the unit of the material.", "请填写大于零的数量，并使用该物料的单位。"),
    ),
    "requisition_decided": Problem(
        409,
        ("This requisition has been decided on.", "此采购申请已有结论。"),
        ("Nothing was decided again.", "未重复作出决定。"),
        ("Raise another one if more is needed.", "如仍有需要，请另提申请。"),
    ),
    "requisition_own": Problem(
        403,
        ("Nobody approves what they asked for themselves.", "任何人不得批准本人提出的申请。"),
        ("Nothing was decided; the attempt is in the log.", "未作决定；此次尝试已入账。"),
        ("Ask another approver.", "请由其他批准人操作。"),
    ),
    "planning_item_unknown": Problem(
        422,
        (
            "Neither the register of materials nor an approved recipe knows this item.",
            "物料目录和已批准工艺规程中均无此项目。",
        ),
        ("Nothing was planned; what you have typed is still on the screen.", "未作计划；您填写的内容仍在屏幕上。"),
        ("Choose a material of the register or a product that is made.", "请选择目录中的物料或已有工艺规程的产品。"),
    ),
    "planning_unit_wrong": Problem(
        422,
        ("This is not a unit in which the item is counted.", "单位与该项目的计量单位不符。"),
        ("Nothing was planned; what you have typed is still on the screen.", "未作计划；您填写的内容仍在屏幕上。"),
        ("Give the quantity in the unit of the item.", "请使用该项目的计量单位。"),
    ),
    "planning_item_changed": Problem(
        409,
        ("This demand is for another item.", "此需求属于另一项目。"),
        ("The demand stays as it was.", "该需求保持不变。"),
        ("Set its quantity to nothing, and enter another demand.", "请将其数量设为零，并另建需求。"),
    ),
    "planning_numbers_wrong": Problem(
        422,
        ("These planning parameters do not fit together.", "计划参数相互不符。"),
        ("The parameters stay as they were.", "计划参数保持不变。"),
        (
            "Give the size, the minimum or the period that the lot sizing asks for; a yield above 0 and up to 100 %.",
            "请填写批量规则所需的批量、最小量或周期；收率应大于 0 且不超过 100%。",
        ),
    ),
    "planning_bill_circular": Problem(
        409,
        ("The bills of materials of these items lead back to themselves.", "这些项目的物料清单形成循环。"),
        ("Nothing was planned.", "未作计划。"),
        ("Correct the recipes that are named.", "请更正所列工艺规程。"),
    ),
    "zone_unknown": Problem(
        422,
        ("Nobody knows a time zone of this name.", "没有此名称的时区。"),
        ("The plant keeps the time zone it had.", "工厂沿用原有时区。"),
        ("Give the name that IANA lists, such as Asia/Shanghai.", "请填写 IANA 时区名称，如 Asia/Shanghai。"),
    ),
    "zone_unchanged": Problem(
        409,
        ("The plant keeps this time zone already.", "工厂已采用此时区。"),
        ("Nothing was changed.", "未作更改。"),
        ("Nothing is to be done.", "无需操作。"),
    ),
    "planning_line_wrong": Problem(
        422,
        (
            "The shifts overlap, or nobody knows the calendar or the time zone.",
            "班次重叠，或日历、时区不存在。",
        ),
        ("The line stays as it was.", "生产线保持不变。"),
        (
            "Correct the shifts, and choose a calendar and a time zone that there are.",
            "请更正班次，并选择已有的日历和时区。",
        ),
    ),
    "planning_line_unknown": Problem(
        404,
        ("There is no such line.", "没有此生产线。"),
        ("The schedule stays as it was.", "排程保持不变。"),
        ("Choose a line of the list, or set it first.", "请选择列表中的生产线，或先设定。"),
    ),
    "planning_batch_unknown": Problem(
        404,
        ("No such batch is planned or ordered.", "没有此已计划或已下达的批。"),
        ("The schedule stays as it was.", "排程保持不变。"),
        ("Plan the order first.", "请先编制批指令。"),
    ),
    "planning_batch_done": Problem(
        409,
        ("This batch has been released or rejected.", "此批已放行或已拒绝。"),
        ("The schedule stays as it was.", "排程保持不变。"),
        ("A batch that is decided on is scheduled no more.", "已作决定的批不再排程。"),
    ),
    "planning_times_wrong": Problem(
        422,
        (
            "The end is not after the start, is too far from it, or one of line, start and end is missing.",
            "结束时间不晚于开始时间、相隔过长，或缺少生产线、开始、结束之一。",
        ),
        ("The schedule stays as it was.", "排程保持不变。"),
        ("Give line, start and end, at most a year apart.", "请填写生产线、开始和结束时间，相隔不超过一年。"),
    ),
    "planning_outside_hours": Problem(
        409,
        ("The line does not work when this begins or ends.", "开始或结束时生产线不在工作时间。"),
        ("The schedule stays as it was.", "排程保持不变。"),
        ("Choose a start and an end within its shifts.", "请在其班次内选择开始和结束时间。"),
    ),
    "planning_overlap": Problem(
        409,
        ("The line has another batch in this time.", "该时段生产线已有其他批。"),
        ("The schedule stays as it was.", "排程保持不变。"),
        (
            "Choose another time or another line, or move the other batch first.",
            "请选择其他时间或生产线，或先移动另一批。",
        ),
    ),
    "planning_duration_unknown": Problem(
        422,
        (
            "The recipe says no durations, or the line has no working time for the batch.",
            "工艺规程未给出时长，或生产线没有可用的工作时间。",
        ),
        ("The schedule stays as it was.", "排程保持不变。"),
        ("Give the end yourself.", "请自行填写结束时间。"),
    ),
    "planning_no_working_day": Problem(
        422,
        ("A calendar has at least one working day in the week.", "日历每周至少应有一个工作日。"),
        ("The calendar stays as it was.", "日历保持不变。"),
        ("Choose the days on which work is done.", "请选择工作日。"),
    ),
    "inspection_unknown": Problem(
        404,
        ("There is no such inspection.", "没有此检验任务。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look it up in the list.", "请在列表中查找。"),
    ),
    "inspection_open": Problem(
        409,
        ("An inspection of this lot is not complete yet.", "该物料批已有未完成的检验任务。"),
        ("None was opened.", "未开立检验任务。"),
        ("Go on with the one that is there.", "请继续已有的检验任务。"),
    ),
    "inspection_number_wrong": Problem(
        409,
        ("This is not the next number of the year.", "这不是本年度的下一个编号。"),
        ("None was opened.", "未开立检验任务。"),
        ("Try again: another inspection was opened in between.", "其间有其他检验任务开立，请重试。"),
    ),
    "inspection_draw_wrong": Problem(
        409,
        ("The containers are not those that the plan draws.", "所列容器不是取样方案抽取的容器。"),
        ("Nothing was drawn.", "未抽取容器。"),
        ("Try again: containers came in between.", "其间有容器到货，请重试。"),
    ),
    "sample_known": Problem(
        409,
        ("Another sample has got this number meanwhile.", "此编号已被另一样品使用。"),
        ("Nothing was recorded.", "未记录。"),
        ("Record the sample again.", "请重新记录该样品。"),
    ),
    "sample_unknown": Problem(
        404,
        ("There is no such sample.", "没有此样品。"),
        ("Nothing was changed.", "未作更改。"),
        ("Scan its label, or look it up at its inspection.", "请扫描样品标签，或在检验任务中查找。"),
    ),
    "sample_container_foreign": Problem(
        409,
        ("A container is not one of this lot.", "有容器不属于该物料批。"),
        ("Nothing was recorded.", "未作记录。"),
        ("Scan a container of the lot that is inspected.", "请扫描受检物料批的容器。"),
    ),
    "sample_reason_missing": Problem(
        409,
        ("A container that was not drawn is opened without a reason.", "打开了未抽中的容器而未说明理由。"),
        ("Nothing was recorded.", "未作记录。"),
        ("Open one that was drawn, or say why another.", "请打开抽中的容器，或说明改取的理由。"),
    ),
    "sample_destroyed": Problem(
        409,
        ("This sample has been destroyed.", "该样品已销毁。"),
        ("Nothing was recorded.", "未作记录。"),
        ("Check the number on its label.", "请核对标签上的样品编号。"),
    ),
    "sample_step_incomplete": Problem(
        422,
        ("To whom, where or why is missing.", "缺少交接人、存放地点或理由。"),
        ("Nothing was recorded.", "未作记录。"),
        ("Fill in what is asked for.", "请补全所需内容。"),
    ),
    "purchase_unknown": Problem(
        404,
        ("There is no such purchase order.", "没有此采购订单。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look it up in the list.", "请在列表中查找。"),
    ),
    "purchase_stale": Problem(
        409,
        ("This is not the order that was looked at.", "此订单与核对时不一致。"),
        ("Nothing was ordered; what you have typed is still on the screen.", "未下订单；您填写的内容仍在屏幕上。"),
        ("Check and sign it again: another order came in between.", "其间有其他订单提交，请重新核对并签名。"),
    ),
    "purchase_quantity_wrong": Problem(
        422,
        ("A quantity is nothing, or not in the unit of its material.", "数量为零，或单位与物料不符。"),
        ("Nothing was ordered; what you have typed is still on the screen.", "未下订单；您填写的内容仍在屏幕上。"),
        ("Order more than nothing, in the unit of the material.", "请填写大于零的数量，并使用该物料的单位。"),
    ),
    "purchase_supplier_not_approved": Problem(
        409,
        ("This supplier is not approved for one of the materials.", "该供应商未获批供应其中的物料。"),
        ("Nothing was ordered; what you have typed is still on the screen.", "未下订单；您填写的内容仍在屏幕上。"),
        (
            "Choose a supplier who is approved for it, or have QA approve this one first.",
            "请选择已获批的供应商，或先由质量部门批准该供应商。",
        ),
    ),
    "purchase_not_wanted": Problem(
        409,
        (
            "The requisition is not approved, asks for no such material, or has been ordered whole.",
            "该采购申请未批准、未包含此物料，或已全部下单。",
        ),
        ("Nothing was ordered; what you have typed is still on the screen.", "未下订单；您填写的内容仍在屏幕上。"),
        ("Look at what is still to be ordered.", "请查看仍待采购的内容。"),
    ),
    "purchase_decided": Problem(
        409,
        ("This order has been decided on, or is not what was approved.", "此订单已有结论，或与所批准的内容不符。"),
        ("Nothing was decided again.", "未重复作出决定。"),
        ("Look at the order as it is now.", "请查看该订单的当前状态。"),
    ),
    "purchase_own": Problem(
        403,
        ("Nobody approves an order that they placed.", "任何人不得批准本人提交的订单。"),
        ("Nothing was decided; the attempt is in the log.", "未作决定；此次尝试已入账。"),
        ("Ask another approver.", "请由其他批准人操作。"),
    ),
    "purchase_line_not_open": Problem(
        409,
        ("Nothing is expected of this line any more, or not yet.", "该订单行已关闭，或尚未批准。"),
        ("Nothing was closed.", "未作关闭。"),
        ("Look at the order as it is now.", "请查看该订单的当前状态。"),
    ),
    "label_template_unknown": Problem(
        404,
        ("There is no such label design.", "没有此标签设计。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look it up in the list.", "请在列表中查找。"),
    ),
    "label_template_waiting": Problem(
        409,
        ("A version of this label design waits for a decision already.", "此标签设计已有版本等待批准。"),
        ("What you have drawn is still on the screen.", "您设计的内容仍在屏幕上。"),
        ("Have it approved or sent back first.", "请先批准或退回该版本。"),
    ),
    "label_template_stale": Problem(
        409,
        ("The label design is not as it was shown.", "标签设计与显示时不一致。"),
        ("Nothing was decided or printed.", "未作决定，也未打印。"),
        ("Look at it as it is now.", "请查看其当前状态。"),
    ),
    "label_template_faulty": Problem(
        422,
        ("Something stands against this label design.", "此标签设计存在问题。"),
        ("Nothing was submitted; what you have drawn is still on the screen.", "未提交；您设计的内容仍在屏幕上。"),
        ("Mend what is named.", "请改正所列问题。"),
    ),
    "label_template_own": Problem(
        403,
        ("Nobody approves a label design of their own.", "任何人不得批准本人的标签设计。"),
        ("Nothing was decided; the attempt is in the log.", "未作决定；此次尝试已入账。"),
        ("Ask another approver.", "请由其他批准人操作。"),
    ),
    "label_thing_unknown": Problem(
        404,
        ("There is nothing of this name to label.", "没有可贴此标签的对象。"),
        ("Nothing was printed.", "未打印。"),
        ("Look it up, or wait until it has come to the server.", "请查找该对象，或等待其同步到服务器。"),
    ),
    "label_copy_wrong": Problem(
        409,
        ("This label was printed by somebody else at the same moment.", "此标签刚被他人打印。"),
        ("Nothing was printed.", "未打印。"),
        ("Print it again, with the reason.", "请填写原因后再打印。"),
    ),
    "label_reason_missing": Problem(
        422,
        ("This label has been printed already.", "此标签已打印过。"),
        ("Nothing was printed.", "未打印。"),
        ("Say why it is printed again.", "请填写补打原因。"),
    ),
    "label_faulty": Problem(
        422,
        ("The label's digest is not of what it says.", "标签摘要与内容不符。"),
        ("Nothing was printed.", "未打印。"),
        ("Print it on the page of what it is for.", "请在对应页面打印。"),
    ),
    "label_name_long": Problem(
        422,
        (
            "Material and lot together are longer than 80 characters, which no status label of a whole lot takes.",
            "物料代码与批号合计超过 80 个字符，无法打印整批状态标签。",
        ),
        ("Nothing was printed.", "未打印。"),
        ("Print the status label of each of its containers.", "请为各容器分别打印状态标签。"),
    ),
    "label_request_other": Problem(
        409,
        ("This print was asked for with something else.", "此打印请求的内容不一致。"),
        ("Nothing was printed again.", "未重复打印。"),
        ("Begin a new print.", "请重新打印。"),
    ),
    "label_print_over": Problem(
        410,
        ("These labels were printed a while ago.", "此次打印已超过可重取时间。"),
        ("The print stands in the log.", "打印记录已入账。"),
        ("If labels are missing, print them again with the reason.", "如有缺失，请填写原因后补打。"),
    ),
    "specification_unknown": Problem(
        404,
        ("There is no such specification, or version of it.", "没有此质量标准或此版本。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look it up in the list.", "请在列表中查找。"),
    ),
    "specification_waiting": Problem(
        409,
        ("A version of this specification waits for approval already.", "此质量标准已有版本等待批准。"),
        ("What you have written is still on the screen.", "您填写的内容仍在屏幕上。"),
        ("Have it approved or sent back first.", "请先批准或退回该版本。"),
    ),
    "specification_version_wrong": Problem(
        409,
        ("This is not the next version of the specification.", "这不是该质量标准的下一个版本。"),
        ("Nothing was submitted.", "未提交。"),
        ("Load the specification again.", "请重新载入质量标准。"),
    ),
    "specification_of_other": Problem(
        409,
        (
            "A version is of the same material and stage as those before it.",
            "同一质量标准的各版本必须属于同一物料和阶段。",
        ),
        ("Nothing was submitted.", "未提交。"),
        ("Write a specification of its own for the other.", "请为其他物料或阶段另建质量标准。"),
    ),
    "specification_taken": Problem(
        409,
        ("Another specification is of this material at this stage.", "此物料在该阶段已有另一份质量标准。"),
        ("Nothing was submitted.", "未提交。"),
        ("Make a new version of that one.", "请编制该质量标准的新版本。"),
    ),
    "specification_material_unknown": Problem(
        422,
        ("Neither a material nor a product has this code here.", "本站没有此编码的物料或产品。"),
        ("Nothing was submitted.", "未提交。"),
        ("Choose one of the list, or define it first.", "请从列表中选择，或先建立该物料。"),
    ),
    "specification_faulty": Problem(
        422,
        ("The specification has findings.", "质量标准检查未通过。"),
        ("What you have written is still on the screen.", "您填写的内容仍在屏幕上。"),
        ("Mend what is named.", "请逐项修正指出的问题。"),
    ),
    "specification_stale": Problem(
        409,
        ("This version has been decided on, or is another one.", "此版本已作出决定，或内容不同。"),
        ("Nothing was decided.", "未作决定。"),
        ("Load the specification again.", "请重新载入质量标准。"),
    ),
    "specification_own": Problem(
        403,
        ("Nobody approves a specification that they prepared.", "任何人不得批准本人编制的质量标准。"),
        ("Nothing was decided; the attempt is in the log.", "未作决定；此次尝试已入账。"),
        ("Ask another approver.", "请由其他批准人操作。"),
    ),
    "results_unfit": Problem(
        422,
        ("The results do not answer what the specification asks.", "检验结果与质量标准的项目不相符。"),
        ("Nothing was recorded.", "未记录。"),
        ("Load the specification in force, and fill in what it asks.", "请载入现行质量标准，并按其项目填写。"),
    ),
    "result_left_out": Problem(
        409,
        (
            "The correction leaves out a result outside of its limits, or is of another stage.",
            "更正漏掉了不合格的结果，或检验阶段不同。",
        ),
        ("Nothing was recorded.", "未记录。"),
        (
            "Say again what was found in each test that is corrected; QA sets a result aside after a retest.",
            "请重新填写被更正的每项结果；复检后由 QA 决定原结果是否不计入。",
        ),
    ),
    "form_unknown": Problem(
        404,
        ("There is no form or version of this code.", "没有此代码的表单或版本。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose one from the list.", "请从列表中选择。"),
    ),
    "form_waiting": Problem(
        409,
        ("A version of this form waits for approval already.", "此表单已有版本等待批准。"),
        ("Your draft is kept.", "您的草稿已保留。"),
        ("Have it approved, rejected or taken back first.", "请先批准、退回或撤回该版本。"),
    ),
    "form_version_wrong": Problem(
        409,
        ("This is not the next version of the form.", "这不是该表单的下一个版本。"),
        ("Nothing was submitted.", "未提交。"),
        ("Load the form again.", "请重新载入表单。"),
    ),
    "form_definition_unknown": Problem(
        422,
        (
            "The definition of this version is not here, or says another form.",
            "此版本的定义不在系统中，或属于其他表单。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Save the draft again and submit it.", "请重新保存草稿并提交。"),
    ),
    "form_faulty": Problem(
        422,
        ("The form has findings.", "表单检查未通过。"),
        ("What you have designed is still in the designer.", "您的设计仍保留在设计器中。"),
        ("Open the findings and mend them.", "请打开检查结果并逐项修正。"),
    ),
    "form_version_stale": Problem(
        409,
        ("This version is no longer as it was shown, or has been decided on.", "此版本已与显示时不同，或已作出决定。"),
        ("Nothing was decided.", "未作决定。"),
        ("Load the form again.", "请重新载入表单。"),
    ),
    "form_own": Problem(
        403,
        ("Nobody approves or rejects what they prepared themselves.", "任何人不得批准或退回本人编制的版本。"),
        ("Nothing was decided; the attempt is in the log.", "未作决定；此次尝试已入账。"),
        ("Ask another approver.", "请由其他批准人操作。"),
    ),
    "form_day_past": Problem(
        422,
        (
            "The version cannot be effective from a day that is past, or before an earlier version.",
            "生效日期不能早于今天，也不能早于先前版本的生效日期。",
        ),
        ("Nothing was approved.", "未批准。"),
        ("Choose today or a later day.", "请选择今天或以后的日期。"),
    ),
    "form_draft_changed": Problem(
        409,
        ("Somebody else has saved this form since you opened it.", "您打开之后，他人已保存此表单。"),
        (
            "Your changes are still on this page, theirs are saved; nothing is lost.",
            "您的更改仍在此页面，对方的更改已保存；均未丢失。",
        ),
        (
            "Compare the two, then load theirs or save yours as the next.",
            "请比较两者，再载入对方的版本，或将您的保存为最新。",
        ),
    ),
    "version_wrong": Problem(
        422,
        (
            "This version cannot be published as it is: number, type, demand, text or day do not fit.",
            "此版本不能按此发布：版本号、类型、要求、内容或日期不符。",
        ),
        ("What was typed is still in the form.", "已填写的内容仍在表单中。"),
        (
            "Look at the field that is named: the next number, the same type, a text or a file, a day not in the past;"
            " a first version must ask for something.",
            "请检查所指字段：下一个版本号、相同类型、有文本或文件、日期不早于今天；第一版必须有要求。",
        ),
    ),
    "version_stale": Problem(
        409,
        ("Another version has been published since this one was shown.", "在显示此版本之后又发布了新版本。"),
        ("Nothing was signed or granted.", "未签署，也未授予。"),
        ("Load it again and read the version of now.", "请重新加载并阅读当前版本。"),
    ),
    "qualification_own": Problem(
        403,
        ("Nobody qualifies themselves.", "任何人不得为自己授予资格。"),
        ("Nothing was granted.", "未授予资格。"),
        ("Ask another trainer.", "请由其他培训人员操作。"),
    ),
    "requirement_own": Problem(
        403,
        ("Nobody says what their own work needs.", "任何人不得设置或取消本人所做步骤的培训要求。"),
        ("What the step needs stays as it was.", "该步骤的要求未作更改。"),
        ("Ask the training manager, or QA for steps of production.", "请由培训管理员处理；生产步骤请由质量部门处理。"),
    ),
    "qualification_over": Problem(
        422,
        ("The qualification would have ended already.", "该资格到期日已过。"),
        ("Nothing was granted.", "未授予资格。"),
        ("Give a day from today on, or none.", "请填写今天或之后的日期，或留空。"),
    ),
    "qualification_unknown": Problem(
        409,
        ("This person has nothing here that could be withdrawn.", "该人员没有可撤销的资格。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at who holds it; it may have been withdrawn already.", "请查看持有人员；可能已被撤销。"),
    ),
    "step_unknown": Problem(
        422,
        ("There is no such step of work.", "没有此工作步骤。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose a kind of phase, an action, or name a piece of equipment.", "请选择工序类型、操作，或指定设备。"),
    ),
    "training_file_wrong": Problem(
        422,
        ("The file is no PDF or picture, or larger than 2 MB.", "文件不是 PDF 或图片，或大于 2 MB。"),
        ("The file was not kept.", "文件未保存。"),
        ("Make a PDF of it, or put the text itself into the form.", "请转换为 PDF，或将文本直接填入表单。"),
    ),
    "roles_conflict": Problem(
        409,
        ("These roles must not be held by one person.", "这些角色不得由同一人担任。"),
        ("Nothing was changed.", "未作更改。"),
        ("Give the roles to different people.", "请将角色分配给不同人员。"),
    ),
    "login_taken": Problem(
        409,
        ("This login name is or was somebody's.", "该登录名已被使用或曾被使用。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose another; names are never used twice.", "请另选；登录名不重复使用。"),
    ),
    "person_unknown": Problem(
        404,
        ("There is no such person.", "没有此人。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look the person up again.", "请重新查找。"),
    ),
    "origin_foreign": Problem(
        403,
        ("The request came from another site.", "请求来自其他站点。"),
        ("Nothing was changed.", "未作更改。"),
        ("Open Pestle at its own address.", "请在 Pestle 自己的地址打开。"),
    ),
    "code_wrong": Problem(
        403,
        ("The enrolment code is wrong, used or out of date.", "登记码错误、已使用或已过期。"),
        ("Nothing was changed.", "未作更改。"),
        ("Ask for a fresh code.", "请索取新的登记码。"),
    ),
    "recovery_not_permitted": Problem(
        403,
        (
            "This tablet holds sealed records of an earlier enrolment, and the code was not made for that tablet.",
            "本平板保存有此前登记时的加密记录，而该登记码不是为那台平板开具的。",
        ),
        ("The records stay sealed on this tablet; the code is still good.", "记录仍加密保存在本平板；登记码仍有效。"),
        (
            "Ask an administrator for a code that enrols that very tablet once more (Devices, Enrol again).",
            "请管理员为该平板重新开具登记码（设备 → 重新登记）。",
        ),
    ),
    "recovery_failed": Problem(
        422,
        (
            "The key of this tablet's sealed records cannot be opened: it was changed, or is of another site.",
            "本平板加密记录的密钥无法解开：已被改动，或属于其他站点。",
        ),
        ("The records stay sealed on this tablet; the code is still good.", "记录仍加密保存在本平板；登记码仍有效。"),
        (
            "Keep the tablet, and tell the administrator: the recovery keys must be those of this site.",
            "请保留本平板并告知管理员：恢复密钥必须是本站点的。",
        ),
    ),
    "enrolment_wrong": Problem(
        422,
        ("The device could not prove that it has the key.", "设备未能证明其持有密钥。"),
        ("Nothing was changed.", "未作更改。"),
        ("Try the enrolment again.", "请重新登记。"),
    ),
    "lease_ended": Problem(
        409,
        ("This lease has ended already.", "此授权已结束。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at the devices of the batch again.", "请重新查看本批的设备。"),
    ),
    "lease_unknown": Problem(
        404,
        ("There is no such lease.", "没有此授权。"),
        ("Nothing was changed.", "未作更改。"),
        ("Take the batch along again.", "请重新带走该批。"),
    ),
    # requests
    "not_found": Problem(
        404,
        ("There is nothing at this address.", "此地址没有内容。"),
        ("Nothing was changed.", "未作更改。"),
        ("Go back and look it up again.", "请返回重新查找。"),
    ),
    "page_beyond_end": Problem(
        404,
        ("The list ends before this page.", "列表没有这么多页。"),
        ("Nothing was changed.", "未作更改。"),
        ("Go back to the first page.", "请返回第一页。"),
    ),
    "method_wrong": Problem(
        405,
        ("This address does not take such a request.", "此地址不接受该请求。"),
        ("Nothing was changed.", "未作更改。"),
        ("Reload the app.", "请重新载入应用。"),
    ),
    "request_malformed": Problem(
        422,
        ("The request lacks something or has a wrong value.", "请求缺少内容或取值有误。"),
        ("Nothing was changed.", "未作更改。"),
        ("Correct what is named and send it again.", "请更正所指出的内容后重新发送。"),
    ),
    "request_too_large": Problem(
        413,
        ("The request is too large.", "请求过大。"),
        ("Nothing was changed.", "未作更改。"),
        ("Send less at once.", "请分次发送。"),
    ),
    "internal": Problem(
        500,
        ("Something went wrong in the server.", "服务器内部出错。"),
        ("What was acknowledged before is kept.", "此前已确认的内容均已保存。"),
        ("Try again; tell the administrator if it stays so.", "请重试；如仍如此，请告知管理员。"),
    ),
    "setting_wrong": Problem(
        500,
        ("A setting cannot be used.", "设置无法使用。"),
        ("Nothing was changed.", "未作更改。"),
        ("Correct the setting that is named.", "请更正所指出的设置。"),
    ),
    "key_sealed": Problem(
        500,
        ("The site's secret does not open what was sealed with another.", "站点密钥无法打开以其他密钥封存的内容。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Set SECRETS_KEY_FILE to the file that this site was sealed with; a copy of it lies where you keep it.",
            "请将 SECRETS_KEY_FILE 设为封存本站点时所用的文件；请使用另处保存的副本。",
        ),
    ),
    "secret_unusable": Problem(
        500,
        ("SECRETS_KEY_FILE names no usable file.", "SECRETS_KEY_FILE 所指的文件不可用。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Name a readable file of 32 to 1,000 characters in one line.",
            "请指定一个可读的文件，内容为一行 32 至 1,000 个字符。",
        ),
    ),
    "port_taken": Problem(
        500,
        ("Another program uses this port.", "该端口已被其他程序占用。"),
        ("Nothing was changed.", "未作更改。"),
        ("End the other one, or set PORT to another number.", "请结束该程序，或将 PORT 设为其他端口。"),
    ),
    "record_write_refused": Problem(
        500,
        ("Something tried to write records outside of the log.", "有程序试图绕过日志写入记录。"),
        ("Nothing was written.", "未写入。"),
        ("Tell the maker of the software: this is a fault.", "请告知软件开发方：这是程序缺陷。"),
    ),
    # filled forms
    "record_unknown": Problem(
        404,
        ("There is no such record.", "没有此记录。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look for it in the list of records.", "请在记录列表中查找。"),
    ),
    "record_known": Problem(
        409,
        ("A record of this number is open already.", "该编号的记录已存在。"),
        ("Nothing was changed.", "未作更改。"),
        ("Open another one.", "请另开一份记录。"),
    ),
    "record_complete": Problem(
        409,
        ("The record is complete.", "该记录已完成。"),
        ("It was not taken along.", "未带走该记录。"),
        ("Open another record for what is still to be filled in.", "如仍需填写，请另开一份记录。"),
    ),
    "day_not_worked": Problem(
        409,
        ("Nobody works on that day of the warehouse now.", "该日的仓库作业当前不开放。"),
        ("It was not taken along.", "未带走。"),
        ("Take today's work along.", "请带走今天的作业。"),
    ),
    "record_changed": Problem(
        409,
        ("What you wanted to sign has changed since it was shown to you.", "自向您显示后，待签内容已有变化。"),
        ("Nothing was signed.", "未签署任何内容。"),
        ("Look at the record again, then sign.", "请重新查看记录后再签名。"),
    ),
    "form_not_effective": Problem(
        409,
        ("This version of the form may not be filled in today.", "该表单版本今日不可填写。"),
        ("No record was opened.", "未打开记录。"),
        ("Take a form from the list of those in force.", "请从现行有效的表单中选择。"),
    ),
    "field_unknown": Problem(
        409,
        ("The form has no such field.", "表单没有此字段。"),
        ("Nothing was changed.", "未作更改。"),
        ("Open the record again.", "请重新打开记录。"),
    ),
    "signed_before": Problem(
        409,
        ("This field is signed already.", "该字段已签名。"),
        ("The signature stands.", "原签名仍然有效。"),
        ("Look at the record again.", "请重新查看记录。"),
    ),
    "item_not_open": Problem(
        409,
        ("There is nothing to decide here any more.", "此事项已处理。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at the record again.", "请重新查看记录。"),
    ),
    "chosen_wrong": Problem(
        409,
        (
            "Of a conflict one of its values must be chosen, of anything else none.",
            "冲突须在其记录值中选定一个，其他事项无须选择。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Choose one of the values that are shown.", "请选择所示的一个记录值。"),
    ),
    # decisions on batches and lots
    "batch_unknown": Problem(
        404,
        ("There is no such batch.", "没有此批。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look the batch number up again.", "请重新核对批号。"),
    ),
    "batch_known": Problem(
        409,
        ("This batch number is in use.", "该批号已被使用。"),
        ("Nothing was changed.", "未作更改。"),
        ("Take another number.", "请使用其他批号。"),
    ),
    "blank_out_of_order": Problem(
        409,
        ("Somebody else has just issued a copy.", "刚刚有人发放了另一份副本。"),
        ("No copy was issued.", "未发放副本。"),
        (
            "Look at the copies that there are, and issue another if it is still needed.",
            "请查看已有副本，如仍需要再发放。",
        ),
    ),
    "blank_reason_missing": Problem(
        409,
        ("This batch has an empty record on paper already.", "该批已发放过空白记录。"),
        ("No copy was issued.", "未发放副本。"),
        ("Say why there must be another.", "请说明需要另一份的理由。"),
    ),
    "batch_closed": Problem(
        409,
        ("The batch is already released or rejected.", "该批已放行或拒绝。"),
        ("Nothing was changed.", "未作更改。"),
        ("Open a deviation for what came later.", "对后续情况请提出偏差。"),
    ),
    "batch_disposed": Problem(
        409,
        ("The batch is already released or rejected.", "该批已放行或拒绝。"),
        ("The earlier decision stands.", "先前的决定仍然有效。"),
        ("Look at the decision in the review.", "请在审核界面查看该决定。"),
    ),
    "batch_historical": Problem(
        409,
        ("This batch is history from before Pestle.", "该批是 Pestle 之前的历史批。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at its records; it is not released here.", "请查看其记录；它不在此放行。"),
    ),
    "recipe_unknown": Problem(
        404,
        ("There is no such approved recipe version.", "没有此已批准的工艺规程版本。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose an approved version.", "请选择已批准的版本。"),
    ),
    "order_size_wrong": Problem(
        422,
        ("A batch cannot have this size.", "批量不能是此值。"),
        ("No order was made.", "未生成批指令。"),
        ("Give a size above zero, in the kind of unit of the recipe.", "请输入大于零、单位与工艺规程一致的批量。"),
    ),
    "order_size_unfit": Problem(
        422,
        (
            "At this size a quantity becomes too small or too large for the decimals that it is weighed to.",
            "按此批量折算后，有物料的用量超出其称量位数所能表示的范围。",
        ),
        ("No order was made.", "未生成批指令。"),
        (
            "Take another size, or a version of the recipe with more decimals.",
            "请改用其他批量，或小数位数更多的工艺规程版本。",
        ),
    ),
    "recipe_not_effective": Problem(
        409,
        ("This version of the recipe is not the one in force.", "该版本不是现行工艺规程。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Plan by the version in force; an order planned by another is withdrawn.",
            "请按现行版本编制批指令；按其他版本编制的请撤回。",
        ),
    ),
    "recipe_waiting": Problem(
        409,
        ("A version of this recipe waits for its approval.", "此工艺规程已有版本在等待批准。"),
        ("Nothing was submitted.", "未提交。"),
        ("Wait for its decision, or have it sent back.", "请等待审批结论，或请审批人退回。"),
    ),
    "recipe_version_wrong": Problem(
        409,
        (
            "This is not the next version of the recipe, or not what was checked.",
            "这不是该工艺规程的下一版本，或与核对内容不同。",
        ),
        ("Nothing was submitted.", "未提交。"),
        (
            "Load the page again, set the version's number and check once more.",
            "请重新载入页面，改正版本号后再次核对。",
        ),
    ),
    "recipe_faulty": Problem(
        422,
        ("This recipe has findings.", "此工艺规程有问题项。"),
        ("Nothing was submitted.", "未提交。"),
        ("Correct them in the draft or the file and check it again.", "请在草稿或文件中改正后再次核对。"),
    ),
    "recipe_draft_changed": Problem(
        409,
        (
            "Somebody else has saved this recipe's draft since you opened it.",
            "您打开之后，他人已保存此工艺规程的草稿。",
        ),
        (
            "Your changes are still on this page, theirs are saved; nothing is lost.",
            "您的更改仍在此页面，对方的更改已保存；均未丢失。",
        ),
        (
            "Compare the two, then load theirs or save yours as the next.",
            "请比较两者，再载入对方的版本，或将您的保存为最新。",
        ),
    ),
    "recipe_draft_unknown": Problem(
        404,
        ("Nobody works on a draft of this recipe.", "此工艺规程没有草稿。"),
        ("Nothing was changed.", "未作更改。"),
        ("Begin a draft from a version in force, a file, or empty.", "请由现行版本、文件或空白开始一份草稿。"),
    ),
    "recipe_file_unreadable": Problem(
        422,
        ("This file is no BatchML with a master recipe.", "此文件不是含工艺规程的 BatchML。"),
        ("Nothing was kept.", "未保存任何内容。"),
        (
            "Export the master recipe as BatchML (BatchInformation, V0700) without a DTD, below 2 MB.",
            "请将工艺规程导出为 BatchML（BatchInformation，V0700），不含 DTD，小于 2 MB。",
        ),
    ),
    "order_lots_wrong": Problem(
        409,
        (
            "Some of these lots are not here, or not of a material of the recipe.",
            "部分物料批不存在，或不属于此工艺规程的物料。",
        ),
        ("Nothing was planned.", "未编制。"),
        ("Choose lots that stand in the register, each once.", "请选择台账中的物料批，每批一次。"),
    ),
    "batch_gone": Problem(
        409,
        ("This batch is whole in others: it was split, merged or reworked.", "该批已全部拆分、合并或返工为其他批次。"),
        ("Nothing was signed.", "未签名。"),
        ("Decide on the batches that came of it.", "请对由其产生的批次作出决定。"),
    ),
    "batch_formed_wrong": Problem(
        409,
        ("What came of a batch is not what was decided.", "由该批产生的批次与所作决定不符。"),
        ("The witness has not cosigned the log.", "见证方未对日志会签。"),
        (
            "Find out who changed what the server stated, before any further work.",
            "在继续之前查明是谁更改了服务器所述内容。",
        ),
    ),
    "exception_withdrawn_wrong": Problem(
        409,
        (
            "An exception was withdrawn, and what it says is still missing.",
            "异常已被撤销，但其所述缺失仍然存在。",
        ),
        ("The witness has not cosigned the log.", "见证方未对日志会签。"),
        (
            "Find out who changed what the server stated, before any further work.",
            "在继续之前查明是谁更改了服务器所述内容。",
        ),
    ),
    "batch_under_way": Problem(
        409,
        (
            "Some phase of this batch is under way, or typed in from paper still.",
            "该批有步骤正在进行，或仍在抄录纸质记录。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("End the phase or its typing in, or abort it, and try again.", "请完成或中止该步骤，或结束抄录，然后重试。"),
    ),
    "yield_unexplained": Problem(
        409,
        ("A yield of this batch is out of its limits and nobody has explained it.", "该批有收率超出限度，尚未说明。"),
        ("Nothing was changed.", "未作更改。"),
        ("Explain the yield on the tablet, and try again.", "请在平板上说明该收率后重试。"),
    ),
    "batch_on_devices": Problem(
        409,
        ("Some device may still work on this batch offline.", "仍有设备可能在离线处理该批。"),
        ("Nothing was changed.", "未作更改。"),
        ("Hand the batch back on these devices, then try again.", "请在这些设备上交还该批后重试。"),
    ),
    "batch_quantities_differ": Problem(
        422,
        ("The quantities do not come to exactly what there is.", "数量之和与现有数量不完全相等。"),
        ("Nothing was changed.", "未作更改。"),
        ("Give quantities in the unit of the batch that sum to its size.", "请以该批单位填写，使其总和等于批量。"),
    ),
    "batch_split_draws": Problem(
        409,
        (
            "A phase that is left draws on one that has ended: in another batch it would have nothing to draw on.",
            "尚未进行的步骤引用了已结束步骤的数据，在新批次中将无从引用。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Do these phases first.", "请先完成这些步骤。"),
    ),
    "batches_differ": Problem(
        409,
        (
            "These batches are not of one recipe, or have other phases left to do.",
            "这些批次工艺规程不同，或尚余步骤不同。",
        ),
        ("Nothing was merged.", "未合并。"),
        ("Merge batches that are at the same phase of one recipe.", "请合并同一工艺规程、处于同一步骤的批次。"),
    ),
    "blanks_outstanding": Problem(
        409,
        (
            "Of copies of the empty record that bear the same number nobody knows yet what became of them.",
            "编号相同的空白批记录副本尚有去向不明者。",
        ),
        ("Nothing was merged.", "未合并。"),
        (
            "Type in from the copies that are named, or say what became of them; for the merged batch issue one anew.",
            "请先抄录所列副本或说明其去向；合并后的批次请另行发放。",
        ),
    ),
    "rework_recipe_unfit": Problem(
        409,
        (
            "This recipe is of another product, or the one by which the batch was made.",
            "该工艺规程属于其他产品，或就是该批原来所用的工艺规程。",
        ),
        ("Nothing was ordered.", "未下达。"),
        ("Choose an approved recipe of rework for this product.", "请选择该产品经批准的返工工艺规程。"),
    ),
    "rework_way_forbidden": Problem(
        409,
        (
            "A finished preparation must not be made into something else by another process (GMP of China 2010, 134).",
            "制剂产品不得进行重新加工（GMP 2010 第 134 条）。",
        ),
        ("Nothing was ordered.", "未下达。"),
        (
            "Order the same process again where its risk allows, or reject the batch. What is no preparation is "
            "defined as a raw material, an intermediate or a bulk product.",
            "风险评估允许时可按相同工艺返工，否则作拒收处理。如本品并非制剂产品，请先将其物料类型定义为原料、中间产品或待包装产品。",
        ),
    ),
    "rework_own": Problem(
        403,
        (
            "Who took part in making a batch does not decide on its rework.",
            "参与该批生产的人员不得批准其返工。",
        ),
        ("Nothing was ordered.", "未下达。"),
        ("Ask somebody else of quality.", "请由其他质量管理人员评估并签名。"),
    ),
    "rework_process_other": Problem(
        409,
        (
            "This recipe has phases by which the batch was not made: it is not the same process again.",
            "该工艺规程含有该批原工艺所没有的步骤，不属于相同工艺的返工。",
        ),
        ("Nothing was ordered.", "未下达。"),
        (
            "Choose a recipe of rework whose phases are, by type and name, those of the batch's own process. Another "
            "process is another decision (GMP of China 2010, 134).",
            "请选择步骤类型及名称均出自该批原工艺的返工工艺规程；"
            "采用不同工艺须按重新加工另行决定（GMP 2010 第 134 条）。",
        ),
    ),
    "rework_stage_unknown": Problem(
        409,
        ("The batch has no such phase.", "该批没有此步骤。"),
        ("Nothing was ordered.", "未下达。"),
        ("Choose the phase from which the batch goes back.", "请选择从哪一步骤返回。"),
    ),
    "batch_pattern_wrong": Problem(
        422,
        ("By this pattern two batches could have one number.", "按此规则，两批产品可能得到同一批号。"),
        ("The rule was not changed.", "规则未变更。"),
        (
            "Count once with {seq:3}, give {mm} its year, and set {product} apart by - . or _ from digits beside it.",
            "请使用且仅使用一次 {seq:3}，{mm} 须与年份同用，并用 - . 或 _ 将 {product} 与相邻数字隔开。",
        ),
    ),
    "batch_number_wrong": Problem(
        409,
        ("This is not the number that the rule gives to a batch of this product.", "这不是规则给该产品批次的批号。"),
        ("Nothing was planned, and the number was given to nobody.", "未编制，批号未分配。"),
        (
            "Look again for the number that the rule gives now; one that is typed needs its reason.",
            "请重新查看规则现在给出的批号；手工输入批号须说明理由。",
        ),
    ),
    "batch_number_long": Problem(
        422,
        ("By its rule the number of this batch has more than 80 characters.", "按规则编制的批号超过 80 个字符。"),
        ("Nothing was planned, and no number was given.", "未编制，批号未分配。"),
        (
            "Set a rule without {product}, or a shorter one, for this product; or type a number with its reason.",
            "请为该产品设定不含 {product} 或更短的规则；或手工输入批号并说明理由。",
        ),
    ),
    "batch_number_taken": Problem(
        409,
        ("Somebody else was given this batch number at the same moment.", "该批号刚刚已分配给他人。"),
        ("Nothing was planned.", "未编制。"),
        ("Try again.", "请重试。"),
    ),
    "batch_number_missing": Problem(
        409,
        ("This batch has not been given a number.", "该批次尚未分配批号。"),
        ("Nothing was planned.", "未编制。"),
        ("Plan the batch on the page of orders, which numbers it.", "请在批指令页面编制，由其给出批号。"),
    ),
    "batch_number_unexplained": Problem(
        422,
        ("A batch number that is typed by hand needs a reason.", "手工输入批号须说明理由。"),
        ("Nothing was planned.", "未编制。"),
        (
            "Say why the rule does not give the number, or leave it to the rule.",
            "请说明为何不由规则给出批号，或改由规则给出。",
        ),
    ),
    "order_not_planned": Problem(
        409,
        ("This order is not one that waits to be released.", "该批指令不在等待下达。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again and look what has changed.", "请重新载入页面，查看有何变化。"),
    ),
    "order_differs": Problem(
        409,
        ("This is not what was planned.", "与编制的批指令不同。"),
        ("Nothing was released.", "未下达。"),
        ("Withdraw the order and plan it anew.", "请撤回该批指令后重新编制。"),
    ),
    "order_in_flow": Problem(
        409,
        ("Orders are released by their flow, signed there.", "批指令须经其流程签名后下达。"),
        ("Nothing was changed.", "未作更改。"),
        ("Decide in the tasks of the order's flow.", "请在该批指令流程的任务中作出决定。"),
    ),
    "recipe_version_exists": Problem(
        409,
        ("This version of the recipe exists with other content.", "该版本的工艺规程已存在且内容不同。"),
        ("Nothing was changed.", "未作更改。"),
        ("Make a new version.", "请建立新版本。"),
    ),
    "container_unknown": Problem(
        404,
        ("There is no container with this label.", "没有此标签的容器。"),
        ("Nothing was changed.", "未作更改。"),
        ("Read the label again, or register the container.", "请重新核对标签，或先登记该容器。"),
    ),
    "container_known": Problem(
        409,
        (
            "A container with this label was received before, or stands twice in the list.",
            "此标签的容器已接收过，或在列表中出现两次。",
        ),
        ("Nothing was received.", "未作接收。"),
        ("Read the labels again; each is used once in a site.", "请重新核对标签；每个标签在本站只用一次。"),
    ),
    "stock_stopped": Problem(
        409,
        ("This cannot be done with the container.", "不能如此处理该容器。"),
        ("Nothing was changed.", "未作更改。"),
        ("Read the labels again, and put right what is named.", "请重新核对标签，并更正所列问题。"),
    ),
    "stock_unexplained": Problem(
        409,
        ("Something about this is unusual and needs a reason.", "此操作有异常之处，须说明原因。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose another location, or say why.", "请另选库位，或说明原因。"),
    ),
    "count_unknown": Problem(
        404,
        ("There is no such count.", "没有此盘点单。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look for it in the list of counts.", "请在盘点列表中查找。"),
    ),
    "count_closed": Problem(
        409,
        ("This count is closed.", "此盘点已关闭。"),
        ("Nothing was changed.", "未作更改。"),
        ("Order another count if something is wrong.", "如仍有差错，请另开盘点。"),
    ),
    "count_own": Problem(
        409,
        ("Who counted does not approve the variances.", "参与盘点者不得批准差异。"),
        ("Nothing was changed.", "未作更改。"),
        ("Ask somebody who did not count.", "请由未参与盘点者批准。"),
    ),
    "count_stale": Problem(
        409,
        ("The count has changed since it was shown to you.", "自向您显示后，盘点已有变化。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at it again, then sign.", "请重新查看后再签名。"),
    ),
    "count_overtaken": Problem(
        409,
        (
            "Another count has corrected a container by what was found in it later: to book this would book it twice.",
            "另一盘点已按其后的盘点结果更正了该容器，再次批准会重复记账。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Have the container counted again in this count.", "请在本盘点中重新清点该容器。"),
    ),
    "count_lines_wrong": Problem(
        422,
        ("Each variance needs a counting that holds, and a reason.", "每项差异须选定有效的盘点记录并说明理由。"),
        ("Nothing was changed.", "未作更改。"),
        ("Go through the variances and complete them.", "请逐项核对并补全。"),
    ),
    "count_unit_wrong": Problem(
        422,
        (
            "What was counted is in a unit that does not convert to the container's, so it would correct nothing.",
            "盘点数量的单位无法换算为容器的单位，批准后也不会更正库存。",
        ),
        ("Nothing was changed; the counting is kept.", "未作更改；盘点记录已保留。"),
        (
            "Have the container counted again in its own unit, or choose another counting.",
            "请以容器的单位重新盘点，或选用另一条盘点记录。",
        ),
    ),
    "count_places_wrong": Problem(
        422,
        ("These are not all places in use, each named once.", "库位须在用，且各列一次。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose the places again.", "请重新选择库位。"),
    ),
    "stock_gone": Problem(
        409,
        ("There is nothing in this container any more.", "此容器已空。"),
        ("Nothing was changed.", "未作更改。"),
        ("Read the label again, or look at the history of the container.", "请重新核对标签，或查看该容器的历史。"),
    ),
    "stock_too_much": Problem(
        409,
        ("There is less in this container.", "此容器中没有这么多。"),
        ("Nothing was changed.", "未作更改。"),
        ("Give no more than what is in it; count it if that is wrong.", "数量不得超过现存量；现存量有误请先盘点。"),
    ),
    "stock_unit_wrong": Problem(
        422,
        ("The quantity has another unit than the container.", "数量的单位与容器不符。"),
        ("Nothing was changed.", "未作更改。"),
        ("Give it in the unit of the container.", "请以容器的单位填写。"),
    ),
    "stock_second_missing": Problem(
        409,
        (
            "Rejected material is destroyed before a second person who keeps stock or decides on lots.",
            "不合格物料须在另一名库管或质量人员监督下销毁。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Have the second person confirm with login and password.", "请由监督人以登录名和密码确认。"),
    ),
    "stock_barred_already": Problem(
        409,
        ("This container is restricted already.", "此容器已限制使用。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again.", "请重新载入页面。"),
    ),
    "stock_not_barred": Problem(
        409,
        ("This container is not restricted.", "此容器未被限制使用。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again.", "请重新载入页面。"),
    ),
    "location_occupied": Problem(
        409,
        ("Containers still stand at this location.", "此库位仍有容器。"),
        ("Nothing was changed.", "未作更改。"),
        ("Move them first.", "请先移走。"),
    ),
    "container_unit_wrong": Problem(
        422,
        ("The containers are not weighed in the unit of their material.", "容器的计量单位与其物料不符。"),
        ("Nothing was received.", "未作接收。"),
        ("Give their contents in the unit of the material.", "请以该物料的单位填写内容量。"),
    ),
    "container_taken": Problem(
        409,
        ("The container is allocated to another batch.", "该容器已分配给其他批。"),
        ("Nothing was allocated.", "未作任何分配。"),
        ("Choose another, or release it from that batch first.", "请另选容器，或先从该批解除分配。"),
    ),
    "container_wrong_lot": Problem(
        409,
        ("The container is of a lot that the order does not name.", "该容器所属物料批不在批指令内。"),
        ("Nothing was allocated.", "未作任何分配。"),
        ("Choose containers of the lots of the order.", "请选择批指令所列物料批的容器。"),
    ),
    "container_not_fit": Problem(
        409,
        ("The lot of the container is not released.", "该容器所属物料批未放行。"),
        ("Nothing was allocated.", "未作任何分配。"),
        ("Choose a container of a released lot.", "请选择已放行物料批的容器。"),
    ),
    "container_not_allocated": Problem(
        409,
        ("The container is not allocated to this batch.", "该容器未分配给本批。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at the containers of the batch again.", "请重新查看本批的容器。"),
    ),
    "allocation_departs": Problem(
        409,
        ("Another container of this material expires sooner.", "该物料有更早到期的容器。"),
        ("Nothing was allocated.", "未作任何分配。"),
        ("Take that one, or give the reason for this one.", "请取用更早到期的容器，或说明取用此容器的理由。"),
    ),
    "allocation_beyond": Problem(
        409,
        ("The batch has been given enough of this material.", "本批的该物料已分配足够。"),
        ("Nothing was allocated.", "未作任何分配。"),
        ("Leave it in stock, or give the reason why more is needed.", "请留在库存，或说明为何还需要。"),
    ),
    "container_issued": Problem(
        409,
        ("The container is with this batch already.", "该容器已发给本批。"),
        ("Nothing was changed.", "未作更改。"),
        ("Scan the next one.", "请扫描下一个。"),
    ),
    "container_not_issued": Problem(
        409,
        ("The container is not with this batch.", "该容器不在本批。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at the material of the batch again.", "请重新查看本批的物料。"),
    ),
    "container_with_batch": Problem(
        409,
        ("The container was issued and is with the batch.", "该容器已发料，现在本批。"),
        ("The container stays with the batch.", "该容器仍归本批。"),
        ("Take it back first, with what is in it.", "请先办理退料，并填写容器内的余量。"),
    ),
    "container_changed": Problem(
        409,
        ("What is in the container changed just now.", "该容器的内容刚刚变动。"),
        ("Nothing was changed.", "未作更改。"),
        ("Scan it again.", "请重新扫描。"),
    ),
    "return_unit_wrong": Problem(
        422,
        ("What comes back is not given in a unit of this material.", "退回量的单位与该物料不符。"),
        ("Nothing was changed.", "未作更改。"),
        ("Give it in the unit of the container.", "请以容器的单位填写。"),
    ),
    "place_unfit": Problem(
        409,
        ("Stock of this status must not stand in a place of this kind.", "此状态的物料不得存放在该类库位。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose a place that is for it, such as the reject cage.", "请选择适用的库位，例如不合格品区。"),
    ),
    "place_unknown": Problem(
        422,
        ("There is no such location in use.", "没有此库位，或已停用。"),
        ("Nothing was changed.", "未作更改。"),
        ("Scan the label of the location again.", "请重新扫描库位标签。"),
    ),
    "return_too_much": Problem(
        409,
        ("More would come back than the batch was given in this container.", "退回量多于该容器发料时的内容量。"),
        ("Nothing was changed.", "未作更改。"),
        ("Weigh the container again.", "请重新称量该容器。"),
    ),
    "container_out": Problem(
        409,
        ("A device holds a lease of the batch that names this container.", "有设备携带本批的授权，其中包含该容器。"),
        ("The container stays with the batch.", "该容器仍归本批。"),
        ("Let the device hand the batch back, or take the lease back.", "请先让该设备交还本批，或收回其授权。"),
    ),
    "allocation_changed": Problem(
        409,
        ("The containers of the batch changed just now.", "本批的容器分配刚刚变动。"),
        ("The batch was not taken along.", "未带走该批。"),
        ("Take it along again.", "请重新带走该批。"),
    ),
    "lot_unknown": Problem(
        404,
        ("There is no such lot.", "没有此物料批。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look up material and lot number again.", "请重新核对物料和批号。"),
    ),
    "lot_status_refused": Problem(
        409,
        ("A lot cannot go from its status to this one.", "该物料批不能从当前状态变为此状态。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at the lot's results first.", "请先查看该批的检验结果。"),
    ),
    "lot_decision_unsigned": Problem(
        409,
        ("What becomes of a lot is decided by signature.", "物料批的使用决定须签名作出。"),
        ("Nothing was changed.", "未作更改。"),
        ("Decide on the page of the lot, where all that counts is shown.", "请在该批页面上查看全部依据后签名决定。"),
    ),
    "lot_decision_wrong": Problem(
        422,
        ("A restriction names its conditions, and nothing else has any.", "限制使用须写明条件，其他决定不附条件。"),
        ("Nothing was changed.", "未作更改。"),
        ("Write down the conditions, or decide otherwise.", "请写明条件，或改作其他决定。"),
    ),
    "lot_retest_wrong": Problem(
        422,
        ("A retest day is set with a release, and lies ahead.", "复验日期随放行一并确定，且须晚于今天。"),
        ("Nothing was changed.", "未作更改。"),
        ("Name a later day.", "请填写之后的日期。"),
    ),
    "usage_blocked": Problem(
        409,
        ("This lot must not be released yet.", "该批尚不得放行。"),
        ("Nothing was changed; the attempt is in the log.", "未作更改；此次尝试已入账。"),
        ("Close what the page names as open, or reject the lot.", "请先处理页面列出的未满足项，或拒收该批。"),
    ),
    "sampling_discontinued": Problem(
        409,
        (
            "Five lots of this supplier were not accepted under tightened inspection: sampling has stopped.",
            "该供应商在加严检验下累计五批不接收：抽样检验已暂停。",
        ),
        ("Nothing was changed; the attempt is in the log.", "未作更改；此次尝试已入账。"),
        (
            "Let QA agree on this page to what the supplier has done, so that sampling goes on; or reject the lot.",
            "请由 QA 在批次页面确认供应商的纠正措施并恢复抽样检验，或拒收该批。",
        ),
    ),
    "sampling_not_discontinued": Problem(
        409,
        ("Sampling of this supplier's lots has not stopped.", "该供应商的抽样检验未暂停。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at the lot again; somebody may have let it go on already.", "请重新查看该批；可能已有人恢复。"),
    ),
    "usage_own_work": Problem(
        403,
        ("You had a hand in this yourself.", "您本人参与了此项工作。"),
        ("Nothing was changed.", "未作更改。"),
        ("Ask somebody who neither sampled, tested nor checked it.", "请由未参与取样、检验或复核的人员操作。"),
    ),
    "results_not_unchecked": Problem(
        409,
        ("These results have been checked or corrected already.", "这些结果已被复核或更正。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the lot again.", "请重新载入该批。"),
    ),
    "result_not_replaceable": Problem(
        409,
        (
            "Only a result outside of its limits is set aside, and only after a later test.",
            "只有超出限度且其后已复验的结果才能不计入。",
        ),
        ("Nothing was changed.", "未作更改。"),
        ("Record the retest first.", "请先录入复验结果。"),
    ),
    "chosen_unknown": Problem(
        409,
        ("The chosen entry is not one of the conflict.", "所选记录不属于该冲突。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose one of the entries shown.", "请选择所示记录之一。"),
    ),
    "item_closed": Problem(
        409,
        ("This has been decided already.", "该项已作出决定。"),
        ("The earlier decision stands.", "先前的决定仍然有效。"),
        ("Load the review again.", "请重新载入审核界面。"),
    ),
    "release_blocked": Problem(
        409,
        ("The batch cannot be released: something is open.", "该批不能放行：尚有未决事项。"),
        ("The attempt is in the log; the batch is unchanged.", "此次尝试已入账；批状态未变。"),
        ("Decide what is listed, then sign.", "请处理所列事项后再签名。"),
    ),
    "digest_stale": Problem(
        409,
        ("The batch has changed since it was shown to you.", "自向您显示后该批已有变化。"),
        ("Nothing was signed.", "未签名。"),
        ("Load the review again, look, then sign.", "请重新载入审核界面，查看后再签名。"),
    ),
    "meaning_unknown": Problem(
        422,
        ("This is not a meaning of this signature.", "这不是该签名的含义。"),
        ("Nothing was signed.", "未签名。"),
        ("Choose one of the meanings offered.", "请选择所列含义之一。"),
    ),
    "production_unfinished": Problem(
        409,
        ("Production reviews a batch once every phase of it has ended.", "各阶段均结束后，生产部门方可审核本批。"),
        ("Nothing was signed.", "未签名。"),
        ("Finish, abort or skip the phases that are open.", "请完成、中止或跳过未结束的阶段。"),
    ),
    "production_covered": Problem(
        409,
        ("Production has reviewed this batch, and nothing has come since.", "生产部门已审核本批，其后无新记录。"),
        ("The signature of before stands.", "原签名仍然有效。"),
        ("Quality reviews it next.", "请由质量部门审核。"),
    ),
    "production_by_flow": Problem(
        409,
        ("A flow reviews this batch, with a step for production.", "本批由流程审核，其中含生产部门步骤。"),
        ("Nothing was signed.", "未签名。"),
        ("Sign the task of the flow.", "请在流程任务中签名。"),
    ),
    "production_own": Problem(
        403,
        (
            "Who took part in making a batch does not review its record for production.",
            "参与该批生产的人员不得代表生产部门审核其记录。",
        ),
        ("Nothing was signed.", "未签名。"),
        ("Ask another supervisor.", "请由其他生产管理人员审核。"),
    ),
    "releaser_produced": Problem(
        403,
        ("Who took part in making a batch does not release it.", "参与该批生产的人员不得放行该批。"),
        ("The attempt is in the log; the batch is unchanged.", "此次尝试已入账；批状态未变。"),
        ("Ask another releaser.", "请由其他放行人员操作。"),
    ),
    "device_owes_nothing": Problem(
        409,
        ("This device owes the batch nothing, or has been waived.", "该设备不欠本批任何记录，或已被豁免。"),
        ("Nothing was signed.", "未签名。"),
        ("Load the review again.", "请重新载入审核界面。"),
    ),
    "waiver_stale": Problem(
        409,
        (
            "The device has told or delivered more since it was shown to you.",
            "自向您显示后，该设备又有新的说明或交付。",
        ),
        ("Nothing was signed.", "未签名。"),
        ("Load the review again, look, then sign.", "请重新载入审核界面，查看后再签名。"),
    ),
    "audit_scope_changed": Problem(
        409,
        ("Entries have come to this selection since it was shown to you.", "自向您显示后，所选范围内又有新记录。"),
        ("Nothing was signed; your remarks are still on the page.", "未签名；您的备注仍保留在页面上。"),
        ("Load it again, look at what is new, then sign.", "请重新载入，查看新增内容后再签名。"),
    ),
    "audit_scope_future": Problem(
        422,
        ("What has not happened yet cannot be reviewed.", "尚未发生的时段不能审核。"),
        ("Nothing was signed.", "未签名。"),
        ("Let the period end now or earlier.", "请将时段的终点设为现在或更早。"),
    ),
    "audit_scope_large": Problem(
        422,
        ("These are more entries than one review can answer for.", "记录数超过一次审核可以负责的范围。"),
        ("Nothing was signed.", "未签名。"),
        ("Choose a shorter period, or one kind of entry.", "请选择较短的时段或某一类记录。"),
    ),
    "reviewer_produced": Problem(
        403,
        ("Who did work that is in the selection does not review it.", "参与所选范围内工作的人员不得审核该范围。"),
        ("Nothing was signed; the attempt is in the log.", "未签名；此次尝试已入账。"),
        ("Ask another reviewer.", "请由其他审核人员操作。"),
    ),
    "difference_none": Problem(
        409,
        ("The batch accounts for all of this material.", "该批此物料已平衡。"),
        ("Nothing was signed.", "未签名。"),
        ("Load the review again.", "请重新载入审核界面。"),
    ),
    "difference_stale": Problem(
        409,
        ("The difference is another one than was shown to you.", "平衡偏差与向您显示的已不同。"),
        ("Nothing was signed.", "未签名。"),
        ("Load the review again, look, then sign.", "请重新载入审核界面，查看后再签名。"),
    ),
    "question_answered": Problem(
        409,
        ("The question has been answered already.", "该问题已有人答复。"),
        ("The earlier answer stands.", "先前的答复仍然有效。"),
        ("Read the answer; ask again if something is left open.", "请查看答复；如仍有疑问，请再次提问。"),
    ),
    "request_answered": Problem(
        409,
        ("Somebody has answered this sampling request already.", "该取样申请已有人处理。"),
        ("The earlier answer stands.", "先前的处理仍然有效。"),
        ("Open the batch's samples again.", "请重新打开该批的取样页面。"),
    ),
    "request_answer_wrong": Problem(
        422,
        ("A request is answered by a sample or by a reason why there is none.", "取样申请须以样品或不取样的原因答复。"),
        ("Nothing was recorded.", "未作记录。"),
        ("Draw a sample, or say why none is needed.", "请取样，或说明不取样的原因。"),
    ),
    "request_own": Problem(
        403,
        ("Who asked for a sample does not answer for it.", "申请取样的人员不得自行处理该申请。"),
        ("Nothing was recorded.", "未作记录。"),
        ("Let somebody else of the laboratory or QA do it.", "请由 QC 或 QA 的其他人员处理。"),
    ),
    "sample_number_wrong": Problem(
        409,
        ("Another sample of this batch has just got that number.", "该批另一样品刚刚使用了这一编号。"),
        ("Nothing was recorded.", "未作记录。"),
        ("Draw it again: it gets the next number.", "请再次取样登记，将使用下一个编号。"),
    ),
    "question_own": Problem(
        403,
        ("Who asked a question does not answer it.", "提问人不得答复自己的问题。"),
        ("Nothing was recorded.", "未作记录。"),
        ("Let somebody answer who knows what happened.", "请由了解情况的人员答复。"),
    ),
    "difference_own": Problem(
        403,
        (
            "Who made the batch, or handed out its material, does not explain what is missing of it.",
            "参与该批生产或发料的人员不得解释其物料偏差。",
        ),
        ("Nothing was signed.", "未签名。"),
        ("Ask another reviewer.", "请由其他审核人员操作。"),
    ),
    "waiver_produced": Problem(
        403,
        (
            "Who took part in making a batch does not excuse what is missing of it.",
            "参与该批生产的人员不得豁免其缺失的记录。",
        ),
        ("Nothing was signed.", "未签名。"),
        ("Ask another releaser.", "请由其他放行人员操作。"),
    ),
    "kind_superseded": Problem(
        409,
        ("This form of the decision is no longer taken.", "此形式的决定已不再使用。"),
        ("Nothing was signed; earlier ones stay valid.", "未签名；此前的仍然有效。"),
        ("Sign on the present screen.", "请在现行界面上签名。"),
    ),
    "deviation_number_wrong": Problem(
        409,
        ("Another deviation was opened at the same moment.", "同一时刻已开立另一偏差。"),
        ("Nothing was opened.", "未开立。"),
        ("Open it again.", "请重新开立。"),
    ),
    "deviation_changed": Problem(
        409,
        ("More entries have joined the deviation since it was shown to you.", "自向您显示后，又有记录归入该偏差。"),
        ("The deviation is still open.", "偏差仍未关闭。"),
        ("Load it again, look at all entries, then close it.", "请重新载入，查看全部记录后再关闭。"),
    ),
    "deviation_in_flow": Problem(
        409,
        ("A flow carries this deviation; its last signature closes it.", "该偏差由流程处理，由其最后签名关闭。"),
        ("The deviation was not changed.", "偏差未作更改。"),
        ("Complete the tasks of its flow.", "请完成其流程中的任务。"),
    ),
    # simulation
    "simulation_failed": Problem(
        409,
        ("The simulation could not be set up, or the site did not answer it.", "模拟无法建立，或站点没有应答。"),
        ("What was recorded until then stays in the log.", "此前已记录的内容仍在日志中。"),
        (
            "See what was asked and found. Take a demonstration or test site that is up, and somebody who may enrol "
            "devices, work on batches and read the log.",
            "请查看所请求和所得到的内容。请使用正在运行的演示或测试站点，以及有权登记设备、操作批次和读取日志的人员。",
        ),
    ),
    "script_wrong": Problem(
        422,
        ("The script of the simulation is not in its form.", "模拟脚本的格式不对。"),
        ("Nothing was done.", "未执行任何操作。"),
        (
            "Correct the step that is named; the scripts that come with Pestle show how.",
            "请修正指出的步骤；可参照 Pestle 自带的脚本。",
        ),
    ),
    # imports
    "csv_encoding": Problem(
        422,
        ("The file is not UTF-8 text.", "文件不是 UTF-8 文本。"),
        ("Nothing was imported.", "未导入任何内容。"),
        ("Save the file as CSV UTF-8 and try again.", "请将文件另存为 CSV UTF-8 后重试。"),
    ),
    "csv_separator": Problem(
        422,
        ("The file has another separator than the mapping says.", "文件的分隔符与映射不符。"),
        ("Nothing was imported.", "未导入任何内容。"),
        ("Save the file with that separator, or change the mapping.", "请以该分隔符保存文件，或更改映射。"),
    ),
    "csv_columns": Problem(
        422,
        ("Columns are missing, or stand twice.", "列缺失或重复。"),
        ("Nothing was imported.", "未导入任何内容。"),
        ("Compare the header with the mapping.", "请将表头与映射对照。"),
    ),
    "csv_too_large": Problem(
        413,
        ("The file is too large.", "文件过大。"),
        ("Nothing was imported.", "未导入任何内容。"),
        ("Split the file.", "请拆分文件。"),
    ),
    "file_unreadable": Problem(
        422,
        ("The file cannot be read.", "文件无法读取。"),
        ("Nothing was changed.", "未作更改。"),
        ("Check the path and its permissions.", "请检查路径及其权限。"),
    ),
    "mapping_wrong": Problem(
        422,
        ("The mapping cannot be used.", "映射无法使用。"),
        ("Nothing was imported.", "未导入任何内容。"),
        ("Correct the file; tablets.toml shows every setting.", "请更正该文件；tablets.toml 列出了所有设置。"),
    ),
    # verifying
    "log_unreadable": Problem(
        422,
        ("The log or file cannot be read.", "日志或文件无法读取。"),
        ("Nothing was changed.", "未作更改。"),
        ("Check the path or address.", "请检查路径或地址。"),
    ),
    "checkpoint_malformed": Problem(
        422,
        ("The checkpoint cannot be read.", "检查点无法读取。"),
        ("Nothing was changed.", "未作更改。"),
        ("Get the log again; if it stays so, it was changed.", "请重新获取日志；如仍如此，则其已被更改。"),
    ),
    "note_malformed": Problem(
        422,
        ("A signed note cannot be read.", "签名便笺无法读取。"),
        ("Nothing was changed.", "未作更改。"),
        ("Get the log again; if it stays so, it was changed.", "请重新获取日志；如仍如此，则其已被更改。"),
    ),
    "note_signer_unknown": Problem(
        422,
        ("None of the trusted keys signed the checkpoint.", "没有受信任的密钥签署该检查点。"),
        ("Nothing was changed.", "未作更改。"),
        ("Check that the policy is this site's.", "请确认策略文件属于本站点。"),
    ),
    "policy_malformed": Problem(
        422,
        ("The file of trusted keys cannot be read.", "受信任密钥文件无法读取。"),
        ("Nothing was changed.", "未作更改。"),
        ("Get it from the site again.", "请向站点重新获取。"),
    ),
    "proof_wrong": Problem(
        422,
        ("A proof does not lead to the signed root.", "证明不能推导出已签名的根。"),
        ("Nothing was changed.", "未作更改。"),
        ("Treat the record as changed and investigate.", "请视为记录已被更改并进行调查。"),
    ),
    "tile_malformed": Problem(
        422,
        ("A tile of the log has a wrong length.", "日志瓦片长度有误。"),
        ("Nothing was changed.", "未作更改。"),
        ("Get the log again; if it stays so, it was changed.", "请重新获取日志；如仍如此，则其已被更改。"),
    ),
    "tile_wrong": Problem(
        422,
        ("A tile does not fit the entries.", "瓦片与记录不符。"),
        ("Nothing was changed.", "未作更改。"),
        ("Treat the log as changed and investigate.", "请视为日志已被更改并进行调查。"),
    ),
    "stream_wrong": Problem(
        422,
        ("An entry stands in the stream of somebody else than it names.", "一条记录所在的记录流与其所述人员不符。"),
        ("Nothing was changed.", "未作更改。"),
        ("Treat the log as changed and investigate.", "请视为日志已被更改并进行调查。"),
    ),
    "root_wrong": Problem(
        422,
        ("The entries do not give the signed root.", "记录不能推导出已签名的根。"),
        ("Nothing was changed.", "未作更改。"),
        ("Treat the log as changed and investigate.", "请视为日志已被更改并进行调查。"),
    ),
    "leaf_changed": Problem(
        422,
        ("An entry was changed after it was recorded.", "一条记录在入账后被更改。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the entry that is named.", "请调查所指出的记录。"),
    ),
    "index_wrong": Problem(
        422,
        ("An entry stands in the wrong place.", "一条记录的位置有误。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the entry that is named.", "请调查所指出的记录。"),
    ),
    "recorded_at_wrong": Problem(
        422,
        ("Times of receipt run backwards.", "接收时间倒退。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the entry that is named.", "请调查所指出的记录。"),
    ),
    "stream_chain_wrong": Problem(
        422,
        ("The chain of a batch is broken.", "批的记录链断裂。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the entry that is named.", "请调查所指出的记录。"),
    ),
    "device_chain_wrong": Problem(
        422,
        ("The chain of a device is broken.", "设备的记录链断裂。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the entry that is named.", "请调查所指出的记录。"),
    ),
    "server_key_wrong": Problem(
        422,
        ("The server's key is not the trusted one.", "服务器密钥不是受信任的密钥。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Restart the server if its keys were changed meanwhile; else check that policy and DATA are this site's.",
            "若密钥在此期间已更换，请重启服务器；否则请确认策略文件与 DATA 属于本站点。",
        ),
    ),
    "revocation_ignored": Problem(
        422,
        ("An entry of a revoked device was taken without a flag.", "已停用设备的记录未加标记即被接受。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the entry that is named.", "请调查所指出的记录。"),
    ),
    "countersignature_wrong": Problem(
        422,
        ("A signature by passkey was taken without the flag it deserves.", "通行密钥签名有误，却未加标记即被接受。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the entry that is named.", "请调查所指出的记录。"),
    ),
    "payload_withheld": Problem(
        422,
        ("The content of this entry is no longer held.", "该记录的内容已不再保存。"),
        ("The entry itself stands.", "记录本身仍在。"),
        ("Ask the site for it.", "请向站点索取。"),
    ),
    "entry_missing": Problem(
        422,
        ("An entry is missing.", "缺少一条记录。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the entry that is named.", "请调查所指出的记录。"),
    ),
    "entry_unknown": Problem(
        404,
        ("There is no such entry under the checkpoint.", "检查点之下没有此记录。"),
        ("Nothing was changed.", "未作更改。"),
        ("Try again after the next checkpoint.", "请在下一个检查点之后重试。"),
    ),
    "stream_unknown": Problem(
        404,
        ("There is no entry of this batch in the log yet.", "日志中尚无该批的记录。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look the batch number up again.", "请重新核对批号。"),
    ),
    "bundle_malformed": Problem(
        422,
        ("The files attached to the dossier cannot be read.", "档案所附文件无法读取。"),
        ("Nothing was changed.", "未作更改。"),
        ("Get the dossier again; if it stays so, it was changed.", "请重新获取档案；如仍如此，则其已被更改。"),
    ),
    "seal_wrong": Problem(
        422,
        ("The signed release does not fit the records.", "已签名的放行与记录不符。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate the batch.", "请调查该批。"),
    ),
    "pdf_malformed": Problem(
        422,
        ("The file is not a dossier of Pestle.", "该文件不是 Pestle 档案。"),
        ("Nothing was changed.", "未作更改。"),
        ("Check that it is the right file.", "请确认文件无误。"),
    ),
    "pdf_signature_wrong": Problem(
        422,
        ("The pages were changed after the site sealed them.", "页面在站点封签后被更改。"),
        ("Nothing was changed.", "未作更改。"),
        ("Get the dossier again from the site.", "请向站点重新获取档案。"),
    ),
    "pdf_unreadable": Problem(
        422,
        ("The PDF cannot be read.", "PDF 无法读取。"),
        ("Nothing was changed.", "未作更改。"),
        ("Check that it is the right file.", "请确认文件无误。"),
    ),
    # identity
    "password_one_time": Problem(
        403,
        ("This password was given to you for one sign-in only.", "此密码仅供首次登录使用。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose a password of your own.", "请设置您自己的密码。"),
    ),
    "password_expired": Problem(
        403,
        ("Your password has grown too old.", "您的密码已过期。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose another password.", "请设置新密码。"),
    ),
    "one_time_ended": Problem(
        401,
        ("This one-time password was not used in time.", "此一次性密码已过有效期。"),
        ("Nothing was changed.", "未作更改。"),
        ("Ask the administrator for another.", "请联系管理员重新发放。"),
    ),
    "signing_barred": Problem(
        403,
        (
            "Somebody else gave you your password; until 24 hours after you chose your own you sign nothing with it.",
            "您的密码由他人设置；在您自行更改密码满 24 小时之前，您不能签名，也不能设置 PIN 或通行密钥。",
        ),
        ("Nothing was signed, and no PIN or passkey set.", "未作签名，也未设置 PIN 或通行密钥。"),
        (
            "Wait, or ask a supervisor or QA (for who releases: another who does) to confirm that it is you.",
            "请等待，或请主管、质量人员（放行人员须由另一位放行人员）确认是您本人。",
        ),
    ),
    "device_unproven": Problem(
        403,
        ("This browser could not show that it is that tablet.", "此浏览器未能证明自己就是该平板。"),
        ("You are signed in, as at a desk.", "您已登录，按桌面会话处理。"),
        ("Enrol the tablet again if its key is lost.", "如平板密钥已丢失，请重新登记。"),
    ),
    "grant_needs_second": Problem(
        403,
        ("A role that signs is not granted by one person alone.", "有签名权的角色不能由一人单独授予。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Enter it as waiting; somebody who signs as much then confirms it.",
            "请将其登记为待确认，由具有同等签名权的另一人确认。",
        ),
    ),
    "grants_stale": Problem(
        409,
        ("By now other roles wait for this person.", "此人待确认的角色已有变化。"),
        ("Nothing was granted.", "未授予任何角色。"),
        ("Load the page again.", "请重新载入页面。"),
    ),
    "nothing_to_confirm": Problem(
        409,
        ("Nothing of this person waits for a confirmation.", "此人没有待确认的事项。"),
        ("Nothing was changed.", "未作更改。"),
        ("Load the page again.", "请重新载入页面。"),
    ),
    "area_not_permitted": Problem(
        403,
        ("Your roles do not hold in the area of this room.", "您的角色在此房间所属区域内无效。"),
        ("Nothing was decided.", "未作决定。"),
        ("Ask somebody of that area, or the administrator for the role there.", "请该区域人员处理，或请管理员授予。"),
    ),
    "area_unknown": Problem(
        409,
        ("There is no such area.", "没有此区域。"),
        ("Nothing was changed.", "未作更改。"),
        ("Choose an area of the register.", "请选择已登记的区域。"),
    ),
    "area_in_use": Problem(
        409,
        ("Roles of people are limited to this area.", "有人员的角色限定于此区域。"),
        ("Nothing was changed.", "未作更改。"),
        ("Change their roles first.", "请先更改这些人员的角色。"),
    ),
    "place_taken": Problem(
        409,
        ("A room belongs to another area already.", "房间已属于其他区域。"),
        ("Nothing was changed.", "未作更改。"),
        ("Take it out of that area first.", "请先将其从原区域中移除。"),
    ),
    # the door
    "id_taken": Problem(
        409,
        ("Another entry in the log has this identifier.", "日志中另一条记录已使用此标识。"),
        ("The first is in the log, the other in quarantine.", "先到的在日志中，另一条在隔离区。"),
        ("Tell the administrator; the device must be enrolled anew.", "请告知管理员；该设备须重新登记。"),
    ),
    "rule_failed": Problem(
        500,
        ("The server could not judge this entry: a fault of the server.", "服务器无法判定此条记录：服务器自身故障。"),
        ("It stands in the log, flagged, and in quarantine.", "它已带标记入账，并列入隔离区。"),
        ("Tell whoever runs the server, then look at the quarantine.", "请告知服务器运维人员，然后查看隔离区。"),
    ),
    "database_newer": Problem(
        500,
        ("The database was made by a newer version of Pestle.", "数据库由更新版本的批印建立。"),
        ("Nothing was changed.", "未作更改。"),
        ("Start the newer version again.", "请重新启动较新的版本。"),
    ),
    "storage_unavailable": Problem(
        503,
        (
            "The server cannot store anything now: its disk is full, or its database is away.",
            "服务器目前无法存储：磁盘已满或数据库不可用。",
        ),
        ("What was acknowledged before is kept; this was not taken.", "此前已确认的内容均已保存；本次未被接收。"),
        ("Tell whoever runs the server; tablets go on alone.", "请告知服务器运维人员；平板可继续离线工作。"),
    ),
    # the log's continuity, and its witnesses
    "log_missing": Problem(
        500,
        ("The database has no log, or its head was taken away.", "数据库中没有日志，或日志的头部已被移除。"),
        ("Nothing was changed.", "未作更改。"),
        ("Restore the last backup, and investigate.", "请恢复最近的备份并进行调查。"),
    ),
    "log_rolled_back": Problem(
        500,
        (
            "The database is an older one: its log ends before entries that this site has already signed.",
            "数据库是较旧的：其日志止于本站已签名的记录之前。",
        ),
        (
            "Nothing was changed, and nothing is taken: going on would lose those entries and show two versions"
            " of the log. The last checkpoint is kept in DATA/anchor; tablets keep what they hold.",
            "未作更改，也不再接收记录：若继续，将丢失这些记录并产生两个版本的日志。"
            "最后的检查点保存在 DATA/anchor；平板保留其所存内容。",
        ),
        (
            "Bring the right database back and start again, or run `pestle restore`, which tells in the log what is"
            " missing.",
            "请恢复正确的数据库后重新启动；或运行 `pestle restore`，它会在日志中说明缺失的内容。",
        ),
    ),
    "log_forked": Problem(
        500,
        (
            "The log in the database is another one than this site has signed: the same number of entries, other"
            " content.",
            "数据库中的日志与本站已签名的不同：条数相同而内容不同。",
        ),
        (
            "Nothing more is taken. Both stand: the database as it is, the signed checkpoint in DATA/anchor.",
            "不再接收记录。两者均保留：数据库原样未动，已签名的检查点在 DATA/anchor。",
        ),
        (
            "Bring the right database back, or run `pestle restore`; keep a copy of this one for the investigation.",
            "请恢复正确的数据库，或运行 `pestle restore`；并保留当前数据库的副本以供调查。",
        ),
    ),
    "anchor_foreign": Problem(
        500,
        ("The file DATA/anchor belongs to another log.", "DATA/anchor 文件属于另一个日志。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Check that DATA, DATABASE_URL and ORIGIN are those of one site.",
            "请确认 DATA、DATABASE_URL 与 ORIGIN 属于同一站点。",
        ),
    ),
    "quorum_missing": Problem(
        503,
        ("Not enough witnesses have signed this checkpoint.", "为此检查点签名的见证方不足。"),
        (
            "The log goes on and keeps everything; what was published before stays the published one.",
            "日志照常运行并保存一切；此前公布的检查点仍为公布的检查点。",
        ),
        (
            "Start the witness, or remove one that will not come back (`pestle witness remove`).",
            "请启动见证方；若其不再恢复，请移除（`pestle witness remove`）。",
        ),
    ),
    "witness_ahead": Problem(
        409,
        (
            "A witness has signed a longer log than this one: entries that it saw are not here.",
            "见证方签过比当前更长的日志：它见过的记录不在这里。",
        ),
        (
            "Nothing more is published. The witness holds a copy of what is missing.",
            "不再公布检查点。见证方存有缺失内容的副本。",
        ),
        (
            "Do not go on with this database: bring the right one back, or run `pestle restore --mirror` with the"
            " witness's folder.",
            "请勿继续使用此数据库：请恢复正确的数据库，或以见证方的文件夹运行 `pestle restore --mirror`。",
        ),
    ),
    "witness_refused": Problem(
        409,
        ("A witness refuses to sign: it found a rule of the log broken.", "见证方拒绝签名：它发现日志违反了规则。"),
        (
            "The log goes on; what it found is kept on the witness's machine.",
            "日志照常运行；发现的内容保存在见证方机器上。",
        ),
        ("Read on the witness what it found, and investigate.", "请在见证方查看其发现并进行调查。"),
    ),
    "witness_foreign": Problem(
        409,
        (
            "What answers for a witness is not that witness, or knows this log by other keys.",
            "以见证方身份应答的并非该见证方，或它所认的本日志密钥不同。",
        ),
        ("The log goes on; what was published before stays so.", "日志照常运行；此前公布的检查点不变。"),
        (
            "Compare its vkey with the one in `pestle witness list`, and its policy with `pestle keys policy`.",
            "请核对其 vkey 与 `pestle witness list` 中的是否一致，其策略与 `pestle keys policy` 是否一致。",
        ),
    ),
    "witness_unreachable": Problem(
        503,
        ("A witness does not answer.", "见证方无应答。"),
        ("The log goes on; it is asked again.", "日志照常运行；将再次请求。"),
        ("Start the witness, and check its address.", "请启动见证方并检查其地址。"),
    ),
    "witness_wrong": Problem(
        422,
        ("A witness needs a name, a key that cosigns, and an address.", "见证方需要名称、可联合签名的密钥和地址。"),
        ("Nothing was changed.", "未作更改。"),
        ("Take the vkey that `pestle witness init` printed.", "请使用 `pestle witness init` 打印的 vkey。"),
    ),
    "witness_known": Problem(
        409,
        ("There is a witness of this name or key already.", "已有此名称或密钥的见证方。"),
        ("Nothing was changed.", "未作更改。"),
        ("Remove it first, or choose another name.", "请先移除，或另选名称。"),
    ),
    "witness_unknown": Problem(
        404,
        ("There is no witness of this name.", "没有此名称的见证方。"),
        ("Nothing was changed.", "未作更改。"),
        ("Look at the names with `pestle witness list`.", "请用 `pestle witness list` 查看名称。"),
    ),
    # backup, restore, erasure, archive, upgrade
    "backup_recipient_wrong": Problem(
        422,
        ("This is no public key of age.", "这不是 age 的公钥。"),
        ("No backup was made.", "未制作备份。"),
        (
            "Give a key that begins with age1; `pestle backup --new-identity FILE` makes one.",
            "请提供以 age1 开头的公钥；`pestle backup --new-identity FILE` 可生成。",
        ),
    ),
    "backup_running": Problem(
        409,
        ("Another backup of this site is being made.", "本站正在制作另一份备份。"),
        ("That one goes on.", "该备份继续进行。"),
        ("Wait for it.", "请等待其完成。"),
    ),
    "backup_failed": Problem(
        503,
        ("The backup could not be made.", "未能完成备份。"),
        (
            "The site goes on, older backups are as they were, and the log says that it failed.",
            "系统照常运行，旧备份不受影响，失败已记入日志。",
        ),
        (
            "Look at the reason, and make a backup by hand (`pestle backup`).",
            "请查看原因，并手动备份（`pestle backup`）。",
        ),
    ),
    "backup_overdue": Problem(
        503,
        ("The last good backup is older than planned.", "最近一次成功备份已逾期。"),
        ("The site goes on, and everything is kept in its database.", "系统照常运行，数据均保存在数据库中。"),
        (
            "Read in the log why it failed, and make one by hand (`pestle backup`).",
            "请在日志中查看失败原因，并手动备份（`pestle backup`）。",
        ),
    ),
    "backup_damaged": Problem(
        422,
        ("The file is not a whole backup: it was damaged or cut off.", "该文件不是完整的备份：已损坏或被截断。"),
        ("Nothing was taken from it.", "未从中取用任何内容。"),
        ("Take another copy of it, or the backup before it.", "请换用其他副本或更早的备份。"),
    ),
    "backup_newer": Problem(
        422,
        ("The backup was made by a newer version of Pestle.", "该备份由更新版本的 Pestle 制作。"),
        ("Nothing was taken from it.", "未从中取用任何内容。"),
        ("Restore it with that version or a later one.", "请用该版本或更新的版本恢复。"),
    ),
    "restore_key_wrong": Problem(
        401,
        ("None of the keys given opens this backup.", "所给密钥均无法打开此备份。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Give the private key (identity file) of one of its recipients, and its passphrase if it has one.",
            "请提供某一接收方的私钥（identity 文件），如有口令请一并提供。",
        ),
    ),
    "restore_target_taken": Problem(
        409,
        ("There is a site here already.", "此处已有一个站点。"),
        ("It was left as it is.", "未对其作任何更改。"),
        (
            "Restore into an empty database and an empty DATA folder; move the old ones away first.",
            "请恢复到空数据库和空的 DATA 文件夹；请先将旧的移走。",
        ),
    ),
    "restore_unfinished": Problem(
        409,
        ("A restore into this folder was not finished.", "对此文件夹的恢复尚未完成。"),
        ("The backup is as it was.", "备份文件未受影响。"),
        ("Run the same `pestle restore` again; it begins where it must.", "请再次运行同一条 `pestle restore`。"),
    ),
    "restore_log_wrong": Problem(
        422,
        ("The log in this backup does not verify.", "此备份中的日志未通过验证。"),
        ("Nothing of it was put into the database.", "未将其任何内容写入数据库。"),
        ("Take an older backup, and investigate.", "请使用更早的备份并进行调查。"),
    ),
    "restore_mirror_wrong": Problem(
        422,
        (
            "The mirror is not the same log as the one in the backup, or lacks what its entries say.",
            "镜像与备份中的日志不是同一日志，或缺少记录内容。",
        ),
        ("Nothing was put into the database.", "未将任何内容写入数据库。"),
        (
            "Take the mirror of a witness of this site, or restore without one.",
            "请使用本站见证方的镜像，或不带镜像恢复。",
        ),
    ),
    "erasure_unknown": Problem(
        404,
        ("There is no such entry with a payload to erase.", "没有可清除内容的此类记录。"),
        ("Nothing was erased.", "未清除任何内容。"),
        ("Look the entry up in the log.", "请在日志中查找该记录。"),
    ),
    "erasure_forbidden": Problem(
        409,
        (
            "Keys, revocations and erasures can never be erased: without them nobody could check the log.",
            "密钥、停用和清除记录永不可清除：否则无人能够验证日志。",
        ),
        ("Nothing was erased.", "未清除任何内容。"),
        ("Leave these entries out.", "请勿包含这些记录。"),
    ),
    "retention_running": Problem(
        409,
        ("The records must still be kept: their retention has not ended.", "记录仍须保存：保存期限未满。"),
        ("Nothing was erased.", "未清除任何内容。"),
        ("Ask again when the retention has ended.", "请在保存期满后再操作。"),
    ),
    "erasure_breaks_records": Problem(
        409,
        (
            "Other records depend on this payload: without it they could not be made again from the log.",
            "其他记录依赖此内容：缺少它将无法由日志重建。",
        ),
        ("Nothing was erased.", "未清除任何内容。"),
        (
            "Erase what depends on it as well, once its own retention has ended.",
            "请在依赖它的记录保存期满后一并清除。",
        ),
    ),
    "archive_target_taken": Problem(
        409,
        ("The folder of the archive is not empty.", "归档文件夹不为空。"),
        ("It was left as it is.", "未对其作任何更改。"),
        ("Name a new folder.", "请指定新的文件夹。"),
    ),
    "archive_wrong": Problem(
        422,
        ("A file of the archive is missing, changed, or not on its list.", "归档中有文件缺失、被更改或不在清单中。"),
        ("Nothing was changed.", "未作更改。"),
        ("Take another copy of the archive.", "请使用归档的其他副本。"),
    ),
    "upgrade_log_wrong": Problem(
        500,
        (
            "The log does not verify, so the new version does not go on with it.",
            "日志未通过验证，新版本不予继续。",
        ),
        ("Nothing was added to the log.", "未向日志添加任何内容。"),
        (
            "Run `pestle rebuild --check` and `pestle verify`, and restore a backup if entries are damaged.",
            "请运行 `pestle rebuild --check` 和 `pestle verify`；如记录受损，请恢复备份。",
        ),
    ),
    # the witness's own machine
    "witness_folder_wrong": Problem(
        422,
        ("This folder is not a witness's, or is one already.", "此文件夹不是见证方的文件夹，或已是见证方。"),
        ("Nothing was changed.", "未作更改。"),
        ("Make one with `pestle witness init`, in an empty folder.", "请在空文件夹中用 `pestle witness init` 建立。"),
    ),
    "witness_runs": Problem(
        409,
        ("This witness runs already.", "此见证方已在运行。"),
        ("Nothing was changed.", "未作更改。"),
        ("End the other one first.", "请先结束另一个进程。"),
    ),
    "password_file_open": Problem(
        403,
        ("Others can read the file with the password.", "其他人可以读取密码文件。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Let only its owner read it (`chmod 600`), and change the password.",
            "请仅允许其所有者读取（`chmod 600`），并更换密码。",
        ),
    ),
    "heads_wrong": Problem(
        422,
        ("The file does not say what devices hold.", "文件未说明设备所存内容。"),
        ("Nothing was changed.", "未作更改。"),
        ("It is a JSON list of device, seq and hash.", "它应为包含 device、seq、hash 的 JSON 列表。"),
    ),
    "finding_unknown": Problem(
        404,
        ("The witness has not found this.", "见证方没有此项发现。"),
        ("Nothing was changed.", "未作更改。"),
        ("Read what it has found with `pestle witness status`.", "请用 `pestle witness status` 查看其发现。"),
    ),
    "mirror_damaged": Problem(
        500,
        ("The witness's own copy of the log is damaged.", "见证方自己的日志副本已损坏。"),
        ("Nothing was cosigned. What it cosigned last is kept.", "未予签名。其最后签名的检查点仍保留。"),
        ("Bring the folder back from its backup.", "请从备份恢复该文件夹。"),
    ),
    "flag_missing": Problem(
        422,
        ("An entry was taken without a flag that it deserves.", "一条记录被接受时缺少应有的标记。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate: the server did not judge it by its own rules.", "请调查：服务器未按自身规则判定。"),
    ),
    "deviation_missing": Problem(
        422,
        ("A report asked for a deviation, and the server has opened none.", "上报的异常要求开立偏差，而服务器未开立。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate: the server did not do what its own rules ask.", "请调查：服务器未按自身规则办理。"),
    ),
    "flag_wrong": Problem(
        422,
        ("An entry was taken with a flag that the rules do not give it.", "一条记录被接受时带有规则所不予的标记。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate: the server did not judge it by its own rules.", "请调查：服务器未按自身规则判定。"),
    ),
    "check_wrong": Problem(
        422,
        ("A check of a balance was taken for what its own reading does not bear out.", "天平核查的判定与其读数不符。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate: the server did not judge it by its own rules.", "请调查：服务器未按自身规则判定。"),
    ),
    "root_missing": Problem(
        409,
        ("The site has no root that could name its keys.", "站点没有可指定其密钥的根密钥。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Make one on a machine without network (`pestle keys root`), then `pestle keys adopt`.",
            "请在无网络的机器上生成（`pestle keys root`），再执行 `pestle keys adopt`。",
        ),
    ),
    "root_known": Problem(
        409,
        ("The site has a root already, and there is only one.", "站点已有根密钥，且只能有一个。"),
        ("Nothing was changed.", "未作更改。"),
        ("Use the one that was adopted.", "请使用已采纳的根密钥。"),
    ),
    "root_wrong_key": Problem(
        422,
        ("This is not the public key of a root.", "这不是根密钥的公钥。"),
        ("Nothing was changed.", "未作更改。"),
        (
            "Bring the file root.vkey that `pestle keys root` wrote.",
            "请提供 `pestle keys root` 写出的 root.vkey 文件。",
        ),
    ),
    "root_key_wrong": Problem(
        422,
        ("The log names another root than the trusted policy.", "日志指定的根密钥与受信任的策略不同。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate; check that the policy is this site's.", "请调查；并确认策略文件属于本站点。"),
    ),
    "certificate_wrong": Problem(
        422,
        (
            "The certificate is not one of this site's root, or was used before.",
            "证书不是本站点根密钥签发的，或已经使用过。",
        ),
        ("Nothing was changed.", "未作更改。"),
        (
            "Have the root sign a new request (`pestle keys request`).",
            "请让根密钥签署新的请求（`pestle keys request`）。",
        ),
    ),
    "certificate_of_others": Problem(
        422,
        ("The certificate names other keys than those that wait here.", "证书指定的密钥与此处等待启用的密钥不同。"),
        ("Nothing was changed; the keys that wait are kept.", "未作更改；等待启用的密钥仍保留。"),
        ("Have the root sign the request that was made on this machine.", "请让根密钥签署本机生成的请求。"),
    ),
    "passphrase_wrong": Problem(
        422,
        ("The passphrase does not open this key.", "口令无法打开此密钥。"),
        ("Nothing was changed.", "未作更改。"),
        ("Type it again.", "请重新输入。"),
    ),
    "passphrase_weak": Problem(
        422,
        ("The passphrase is too short.", "口令太短。"),
        ("Nothing was changed.", "未作更改。"),
        ("Take a longer one, and keep it apart from the key.", "请使用更长的口令，并与密钥分开保存。"),
    ),
    "file_exists": Problem(
        409,
        ("There is a file of this name already.", "已有同名文件。"),
        ("It is left as it is.", "该文件未改动。"),
        ("Name another place.", "请另选位置。"),
    ),
    "timestamp_wrong": Problem(
        422,
        ("The time stamp does not fit the checkpoint, or its authority.", "时间戳与检查点或其机构不符。"),
        ("Nothing was changed.", "未作更改。"),
        ("Get the dossier from its issuer again.", "请向签发方重新获取档案。"),
    ),
    "proof_malformed": Problem(
        422,
        ("This is not a proof file.", "这不是证明文件。"),
        ("Nothing was changed.", "未作更改。"),
        ("Get it from the site again.", "请向站点重新获取。"),
    ),
    "payload_missing": Problem(
        422,
        (
            "What an entry says is missing, and nothing says that it was erased.",
            "记录内容缺失，且无清除记录。",
        ),
        ("Nothing was changed.", "未作更改。"),
        (
            "Investigate; or check with --withheld a log whose payloads were withheld.",
            "请调查；若内容系有意未提供，请加 --withheld 核对。",
        ),
    ),
    "erasure_wrong": Problem(
        422,
        ("An erasure does not say what it erased.", "清除记录未说明清除了什么。"),
        ("Nothing was changed.", "未作更改。"),
        ("Investigate: this entry is not one that Pestle writes.", "请调查：该记录并非批印所写。"),
    ),
}
