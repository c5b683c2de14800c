"""What runs here: the version of the software, of the tables and of the rules."""

from importlib import metadata

from server import migrations
from server.site.model import RULES, Version


def current() -> Version:
    return Version(metadata.version("pestle"), migrations.newest(), RULES)
