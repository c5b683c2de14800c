"""Writes the next step of server/migrations: what the rooms' tables have and the steps so far have not."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import Script, ScriptDirectory

import server.plant  # noqa: F401 - declares every table
from server.core import db
from server.migrations import configured, migrate

USAGE = 'usage: new_migration.py "What changes"'


def main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = db.open_engine(f"sqlite:///{folder}/empty.db")
        migrate(engine)
        with db.write(engine) as connection:
            config = configured(connection, [db.records, db.workspace])
            number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
            made = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()
    assert isinstance(made, Script)
    path = Path(made.path)
    path.write_text(re.sub(r"^ *# ### .*\n", "", path.read_text("utf-8"), flags=re.M), "utf-8")
    subprocess.run([Path(sys.executable).parent / "ruff", "format", "--quiet", path], check=True)
    print(path)


if __name__ == "__main__":
    main(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(USAGE)
