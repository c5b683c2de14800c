"""What runs here: the version of the software and of the tables."""

from importlib import metadata

from server import migrations
from server.site.model import Version


def current() -> Version:
    return Version(metadata.version("pestle"), migrations.newest())
