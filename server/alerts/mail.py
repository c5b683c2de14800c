"""E-mail: the kind of an alert and a link to the inbox, nothing of what it is about."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from server.alerts.model import BY_CODE
from server.alerts.result import Result
from server.core import clock
from server.core.config import Config, Mail

_TIMEOUT_SECONDS = 15
_OPEN = ("Open it: ", "打开：")
_WHY = ("You get this because of your role. Settings: ", "您因所任角色收到此邮件。设置：")


def message(config: Config, settings: Mail, note: Any, language: str | None) -> EmailMessage:
    """In the person's language; in both where they never chose."""
    kind, order = BY_CODE[note.code], {"en": (0,), "zh": (1,)}.get(language or "", (1, 0))
    link, own = f"{config.url}/inbox/{note.alert}", f"{config.url}/settings"
    made = EmailMessage()
    made["Subject"] = f"[Pestle 批印] {' / '.join(kind.title[one] for one in order)}"
    made["From"], made["To"] = settings.sender, note.target
    made["Date"] = format_datetime(clock.now())
    # The same for every try, so that a second one is seen to be the same.
    made["Message-ID"] = f"<{note.id}@{settings.sender.rpartition('@')[2]}>"
    # RFC 3834: no holiday notices in answer.
    made["Auto-Submitted"] = "auto-generated"
    blocks = [f"{kind.title[one]}\n{_OPEN[one]}{link}\n\n{_WHY[one]}{own}\n" for one in order]
    made.set_content("\n".join(blocks))
    return made


def send(config: Config, note: Any, language: str | None) -> Result:
    """Hand it to the site's mail server."""
    settings = config.mail
    if settings is None:
        return Result(problem="mail_not_set_up", unwanted=True)
    try:
        with _connected(settings) as server:
            server.send_message(message(config, settings, note, language))
    except smtplib.SMTPRecipientsRefused as error:
        return _refused([code for code, _ in error.recipients.values()])
    except smtplib.SMTPResponseException as error:
        return _refused([error.smtp_code])
    except (OSError, smtplib.SMTPException) as error:
        return Result(problem=type(error).__name__, again=True)
    return Result()


def _refused(codes: list[int]) -> Result:
    """Of 5xx the server says that it will not change its mind (RFC 5321, section 4.2.1); all else may pass."""
    return Result(problem=f"smtp_{codes[0]}", again=not all(code >= 500 for code in codes))


def _connected(settings: Mail) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.tls:
        server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif settings.user is not None:
            server.close()
            # Never a password over the plain network.
            raise smtplib.SMTPNotSupportedError("STARTTLS")
    if settings.user is not None:
        server.login(settings.user, settings.password or "")
    return server
