"""The configuration: refused with a reason when it cannot be used, and every setting of it documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from support import ROOT

from device_bridge.config import Balance, Config, Machine, Sensor, load
from device_bridge.errors import BridgeStopped

ONE = 'server = "http://x"\n[[balances]]\nid = "A"\nserial = "1"\n'
README = ROOT / "device_bridge" / "README.md"


def written(folder: Path, text: str) -> Path:
    path = folder / "bridge.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.urs("BRG-01", "BRG-05")
def test_the_readmes_example_is_read_and_names_every_setting(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found is not None
    config = load(written(tmp_path, found[1]))
    assert config.data == tmp_path / "bridge"
    assert {balance.host is None for balance in config.balances} == {True, False}
    settings = {field.name for field in (*fields(Config), *fields(Balance), *fields(Machine), *fields(Sensor))}
    assert settings <= set(re.findall(r"[a-z_]+", found[1]))


@pytest.mark.urs("BRG-05")
def test_every_command_of_the_control_port_is_documented() -> None:
    source = (ROOT / "device_bridge" / "emulator" / "control.py").read_text("utf-8")
    commands = {*re.findall(r'^            "([a-z]+)": _', source, re.MULTILINE), "cycle", "radio"}
    assert len(commands) >= 12
    assert all(f"`/{command}`" in README.read_text("utf-8") for command in commands)


@pytest.mark.urs("BRG-01")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("server = 5", "balances is missing"),
        ('server = "http://x"\nbalances = []', "at least one"),
        ('[[balances]]\nid = "A"\nserial = "1"', "server is missing"),
        ('server = 5\n[[balances]]\nid = "A"\nserial = "1"', "server is no str"),
        ('server = "http://x"\n[[balances]]\nid = "A"', "serial is missing"),
        ('server = "http://x"\n[[balances]]\nid = "A"\nserial = 1', "serial is no str"),
        ('server = "http://x"\n[[balances]]\nid = "A"\nserial = "1"\ncolour = "red"', "unknown setting colour"),
        ('server = "http://x"\n' + '[[balances]]\nid = "A"\nserial = "1"\n' * 2, "each id once"),
        (ONE + 'protocol = "sics"', "protocol is none of mt-sics, sbi, weight-scale"),
        (ONE + 'protocol = "weight-scale"\nhost = "10.0.0.7"', "weight-scale is a service of Bluetooth"),
        (ONE + 'handshake = "dtr"', "handshake is none of none, xon-xoff, rts-cts"),
        (ONE + 'line = "9600"', "line is not such as"),
        (ONE + 'host = "10.0.0.7"\ndevice = "/dev/ttyUSB0"', "on the network or on a cable"),
        (ONE + '[[sensors]]\nid = "A"\nserial = "1"', "each id once"),
        (ONE + '[[sensors]]\nid = "E"\nserial = "1"\ninterval = 0', "interval is not from 1 to 86400"),
        ("server = ", "Invalid value"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(BridgeStopped, match=reason) as stopped:
        load(written(tmp_path, text))
    assert stopped.value.code == "config_wrong"


@pytest.mark.urs("BRG-01")
def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BridgeStopped, match=r"bridge\.toml"):
        load(tmp_path / "bridge.toml")
