"""E-mail as a mail server and its readers see it: a kind and a link, tried again, and its failures shown (HMI-04)."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from alerts_support import deliver, inbox, listen, lock_login
from plant import PlantUnderTest
from sqlalchemy import select
from support import free_port

from server.alerts.projection import note
from server.core import config
from server.core.config import Mail
from server.core.errors import PestleError

pytestmark = pytest.mark.urs("HMI-04")


class Post:
    """Takes mail, or answers with `answer`."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        made = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.got.append(made)
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler, port = Post(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def mailing(site: PlantUnderTest, post: tuple[Post, int]) -> PlantUnderTest:
    """The site with this mail server, and the administrator's address."""
    mail = Mail("127.0.0.1", post[1], False, "pestle@plant.example")
    site.config = replace(site.config, mail=mail, url="https://pestle.plant.example")
    site.reopen()
    body = {"mail": "admin@plant.example", "quiet": None, "zone": "UTC", "kinds": []}
    assert site.client("admin").post("/api/alerts/reach", json=body).json["mail_possible"]
    return site


def test_a_mail_says_what_kind_of_alert_it_is_and_nothing_of_whom(
    mailing: PlantUnderTest, post: tuple[Post, int]
) -> None:
    lock_login(mailing)
    listen(mailing)
    assert deliver(mailing) == 1
    [got] = post[0].got
    assert got["To"] == "admin@plant.example"
    assert got["From"] == "pestle@plant.example"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Subject"] == "[Pestle 批印] 登录失败超过限制 / Failed sign-ins past the limit"
    [told] = inbox(mailing.client("admin"))
    text = got.get_content()
    assert f"https://pestle.plant.example/inbox/{told['id']}" in text
    for secret in ("zhang", "Zhang", "张敏", "P-0001", "10.0.0.9"):
        assert secret not in got.as_string() + text


def test_it_is_in_the_language_that_somebody_chose(mailing: PlantUnderTest, post: tuple[Post, int]) -> None:
    admin = mailing.client("admin")
    admin.post("/api/preferences", json={"language": "en", "theme": None, "contrast": None})
    admin.post("/api/alerts/trial", json={})
    deliver(mailing)
    assert post[0].got[0]["Subject"] == "[Pestle 批印] A trial alert"


@pytest.mark.parametrize(("answer", "state"), [("451 later", "waiting"), ("550 nobody here", "failed")])
def test_what_may_pass_is_tried_again_and_what_will_not_is_shown(
    mailing: PlantUnderTest, post: tuple[Post, int], answer: str, state: str
) -> None:
    mailing.advance(seconds=0)
    post[0].answer = answer
    lock_login(mailing)
    listen(mailing)
    deliver(mailing)
    seen = mailing.client("admin").get("/api/alerts/deliveries").json
    assert seen["counts"]["mail"] == {state: 1}
    assert seen["troubles"][0]["problem"] == f"smtp_{answer[:3]}"
    post[0].answer = "250 OK"
    mailing.advance(seconds=6)
    assert deliver(mailing) == (1 if state == "waiting" else 0)
    assert len(post[0].got) == (1 if state == "waiting" else 0)


def test_a_mail_server_that_is_away_is_tried_again(site: PlantUnderTest) -> None:
    site.config = replace(site.config, mail=Mail("127.0.0.1", free_port(), False, "pestle@plant.example"))
    site.reopen()
    site.client("admin").post(
        "/api/alerts/reach", json={"mail": "a@plant.example", "quiet": None, "zone": "UTC", "kinds": []}
    )
    lock_login(site)
    listen(site)
    deliver(site)
    with site.reading() as connection:
        [waits] = connection.execute(select(note)).all()
    assert (waits.state, waits.tries, waits.problem) == ("waiting", 1, "ConnectionRefusedError")


@pytest.mark.urs("OPS-05")
def test_no_password_goes_over_the_plain_network(mailing: PlantUnderTest, post: tuple[Post, int]) -> None:
    mail = mailing.config.mail
    assert mail is not None
    secret = replace(mail, user="pestle", password="secret of the mail server")
    mailing.config = replace(mailing.config, mail=secret)
    assert "secret of the mail server" not in repr(mailing.config)
    mailing.reopen()
    lock_login(mailing)
    listen(mailing)
    deliver(mailing)
    with mailing.reading() as connection, closing(connection.execute(select(note))) as rows:
        assert [(one.state, one.problem) for one in rows] == [("waiting", "SMTPNotSupportedError")]
    assert post[0].got == []


@pytest.mark.urs("OPS-05")
def test_the_settings_of_mail_and_links_are_read_or_refused(tmp_path: Any) -> None:
    secret = tmp_path / "smtp"
    secret.write_text("from a file\n")
    given = {"SMTP_URL": "smtp://me%40plant:pw@mail.example", "MAIL_FROM": "p@plant.example", "DATA": str(tmp_path)}
    mail = config.from_environment(given).mail
    assert mail == Mail("mail.example", 587, False, "p@plant.example", "me@plant", "pw")
    read = config.from_environment({**given, "SMTP_URL": "smtps://m:x@h", "SMTP_PASSWORD_FILE": str(secret)}).mail
    assert read == Mail("h", 465, True, "p@plant.example", "m", "from a file")
    assert config.from_environment({"DATA": str(tmp_path), "PORT": "8123"}).url == "http://localhost:8123"
    wrongs = [{"SMTP_URL": "http://x"}, {"MAIL_FROM": ""}, {"SMTP_URL": "smtp://h:99999"}, {"SITE_URL": "plant/x"}]
    wrongs += [{"SMTP_URL": "smtp://h", "SMTP_PASSWORD_FILE": str(secret)}, {"SMTP_URL": "smtp://:pw@h"}]
    wrongs += [{"SMTP_URL": "smtp://m@h"}, {"SMTP_PASSWORD_FILE": str(tmp_path)}]
    for wrong in [*wrongs, {"MAIL_FROM": "a@b\nBcc: c@d"}, {"SMTP_PASSWORD_FILE": str(tmp_path / "none")}]:
        with pytest.raises(PestleError, match="setting_wrong"):
            config.from_environment(given | wrong)
