"""The log of an open site by every rule of a verifier, straight from its database."""

from dataclasses import replace

from sqlalchemy import Connection

from sync.log import Log, publication
from sync.log.export import reader
from sync.trust import NONE
from sync.verify import Result, verify_log


def verify(connection: Connection, log: Log, full: bool) -> Result:
    """Up to its last checkpoint, which this log alone has signed: witnesses and second keys sign what is published."""
    policy = replace(publication.policy(connection, log), logs=log.policy.logs, witnesses=(), groups=(), quorum=NONE)
    read = reader(connection, log, log.latest_checkpoint(connection), policy)
    return verify_log(read, trusted=policy, full=full)
