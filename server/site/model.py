"""The nouns of the site itself: what is done with the whole of its log, and how long a record must be kept."""

from dataclasses import dataclass

from sync.verify import rules

STREAM = "site"
BACKUP_MADE = "site.backup_made.v1"
BACKUP_FAILED = "site.backup_failed.v1"
RESTORED = "site.restored.v1"
ARCHIVED = "site.archived.v1"
UPGRADED_V1 = "site.upgraded.v1"
UPGRADED = "site.upgraded.v2"
# By whose calendar days are told from here on; without it nobody could tell which day an earlier rule went by.
ZONE_SET = rules.ZONE_SET
# The edition of the rules by which a version judges what is recorded: one more wherever a rule for kinds that are in
# logs already changes, so that a witness asks nothing of entries which their server never asked (server/witness/since).
# 1: places, counts' books, materials that a batch accounts for, parts that follow theirs, results that are checked,
# those of batches as well, leases of what a handheld does anywhere, in which sample a lot's results were found,
# that the laboratory has what was taken of each container that was drawn, that no lot is set free unsigned,
# variances of the moment of counting, closings that leave one out, what was done before a measurement, what holds the
# release of a batch, of itself and of all that it came of: results that have failed, devices that owe, who made it.
# 2: no batch is released that production has not reviewed, where no flow does. Parts are scaled from the recipe, and a
# finished preparation is reworked by the same process alone.
# 3: nor over phases that had not ended, places without a value, items of its own, or forms that were not done; nor over
# results that fail its specification, whatever was said of them, or without one of each test of that.
# 4: how machines stood, and in which area somebody worked, goes by the time on paper of what is typed in from there;
# who worked on paper does not review the audit trail of that. What the store issued is compared in the balance's unit.
# That a phase began, and with what, is asked of all that is known of it, in whatever order it came.
# Values out of their limits, in another unit, wrongly reckoned, or in no place of their batch are flagged.
# What goes on in an alarm is told, each alarm, and who raises one that may not; what was taken from a machine is of the
# one that the phase is done with, and has its own words.
# Reports of no batch open no deviation, and corrections of reports no second one.
# No phase ends without each sample that is planned in it being asked for, and nobody draws what they asked for.
# Who worked on paper is its performer and might work; what is typed in is compared with the sheet by nobody who typed
# any of it, machines tell nothing of it at another time, and a copy is used once something was typed in from it, for
# its batch or for what came of that; nothing is split or merged before the typing has ended.
# 5: a change of product needs a major cleaning of machines. Batches are not merged over copies of one number, and a
# rework is typed in from its own. Nobody has reworked what they made, and the same process again has the same phases.
# Whether planned samples were asked for is asked of all that is known of the phase, in whatever order it came.
# Exceptions of a sealed batch that rooms and machines tell are flagged as late.
# No batch is released over a sample that was drawn on request and neither tested nor said to be left so.
RULES = 5
# Who may have payloads erased (CMP-04).
ERASE = "payload.erase"
# Names of an erasure fit into one entry up to so many.
MOST_ERASED = 500


@dataclass(frozen=True, slots=True)
class Version:
    """What runs: the version of the software, the number of the last migration, and the edition of the rules; 0 of a
    version that named none."""

    software: str
    migration: str
    rules: int = 0

    def payload(self) -> dict[str, str | int]:
        return {"software": self.software, "migration": self.migration, "rules": self.rules}
