"""What an installation needs beside Python files is in the wheel: mapping, template, migrations."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support import ROOT


@pytest.mark.slow
@pytest.mark.urs("OPS-04")
def test_the_wheel_holds_all_three_packages_and_their_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True)
    [wheel] = tmp_path.glob("pestle-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [
        *(
            path.relative_to(ROOT)
            for room in ("server", "sync", "device_bridge")
            for path in (ROOT / room).rglob("*.py")
        ),
        Path("server/integration/mappings/tablets.toml"),
        Path("server/release/dossier/template.typ"),
        Path("server/migrations/script.py.mako"),
        *(path.relative_to(ROOT) for path in (ROOT / "server/engines/flows/delivered").iterdir()),
    ]
    assert not {str(path) for path in files} - names
