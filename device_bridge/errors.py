"""Why the bridge stops: a code, what happened, what was kept, what to do next, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Pairs of English and Chinese."""

    what: tuple[str, str]
    kept: tuple[str, str]
    next: tuple[str, str]


_KEPT = (
    "Every reading that was captured is still in the outbox file.",
    "已采集的每个读数仍保存在发件箱文件中。",
)
_NEW_BRIDGE = (
    "Keep the data folder as evidence, start with an empty one, and enrol a new bridge.",
    "请保留数据文件夹作为证据，换用空文件夹，并注册一个新的网桥。",
)
CATALOGUE: dict[str, Text] = {
    "outbox_corrupt": Text(
        ("The outbox is damaged: its chain of signed readings does not hold.", "发件箱已损坏：已签名读数的链不完整。"),
        _KEPT,
        _NEW_BRIDGE,
    ),
    "outbox_rolled_back": Text(
        (
            "The server has readings of this bridge that the outbox does not know: an old disk was restored.",
            "服务器上有本网桥发件箱不知道的读数：磁盘被恢复到了旧状态。",
        ),
        _KEPT,
        _NEW_BRIDGE,
    ),
    "outbox_forked": Text(
        ("Server and outbox hold different readings under the same number.", "服务器与发件箱在同一序号下的读数不同。"),
        (
            "Both are kept: the server's in its log, ours in the outbox file.",
            "两者均保留：服务器的在日志中，本机的在发件箱文件中。",
        ),
        _NEW_BRIDGE,
    ),
    "server_behind": Text(
        (
            "The server has lost readings that it acknowledged, more than the outbox still keeps.",
            "服务器丢失了已确认的读数，且超出发件箱仍保留的范围。",
        ),
        _KEPT,
        ("Restore the server's newer backup, or enrol a new bridge.", "请恢复服务器较新的备份，或注册一个新的网桥。"),
    ),
    "not_enrolled": Text(
        ("This bridge is not enrolled.", "本网桥尚未注册。"),
        ("Its key stays in the data folder.", "其密钥保留在数据文件夹中。"),
        (
            "Ask an administrator for an enrolment code and give it with --code.",
            "请向管理员索取注册码，并用 --code 给出。",
        ),
    ),
    "enrolment_refused": Text(
        ("The server refused the enrolment.", "服务器拒绝了注册。"),
        ("Nothing was changed.", "未作任何更改。"),
        ("Ask an administrator for a fresh enrolment code.", "请向管理员索取新的注册码。"),
    ),
    "config_wrong": Text(
        ("The configuration cannot be used.", "配置无法使用。"),
        ("Nothing was changed.", "未作任何更改。"),
        (
            "Correct the file; README.md in device_bridge shows every setting.",
            "请更正该文件；device_bridge 中的 README.md 列出所有设置。",
        ),
    ),
    "key_sealed": Text(
        ("The bridge's key is sealed with another secret.", "网桥的密钥是以其他密钥封存的。"),
        _KEPT,
        (
            "Set SECRETS_KEY_FILE to the file that it was sealed with.",
            "请将 SECRETS_KEY_FILE 设为封存时所用的文件。",
        ),
    ),
    "secret_unusable": Text(
        ("SECRETS_KEY_FILE names no usable file.", "SECRETS_KEY_FILE 所指的文件不可用。"),
        ("Nothing was changed.", "未作任何更改。"),
        (
            "Name a readable file of 32 to 1,000 characters in one line.",
            "请指定一个可读的文件，内容为一行 32 至 1,000 个字符。",
        ),
    ),
    "emulator_failed": Text(
        ("The emulated balances could not be started.", "无法启动模拟天平。"),
        _KEPT,
        (
            "The lines before this say why; if dbus-daemon is missing, install the package dbus.",
            "原因见前面各行；如缺少 dbus-daemon，请安装 dbus 软件包。",
        ),
    ),
}


class BridgeStopped(Exception):
    """The bridge cannot go on by itself; `code` is a key of the catalogue, `detail` says in English what was found."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.text = CATALOGUE[code]
