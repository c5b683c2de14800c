"""Paper and batches that come of batches: nothing is left with a batch in which nobody works any more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from batch_support import Site, cleared, marked
from descent_support import split
from paper_support import begun, ended, issue, opened
from witness_support import Rig, Story, upgrade, witnessed

from server.core.errors import PestleError
from server.production.descent.model import SPLIT_KIND
from server.release.paper.model import ISSUED
from server.site.model import UPGRADED

pytestmark = pytest.mark.urs("PRD-14", "PLT-18")
PARTS = (("B2", "60.000"), ("B3", "40.000"))


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    for site in opened(database_url, tmp_path):
        site.state(UPGRADED, "site", upgrade(UPGRADED))
        issue(site)
        for kind, given in (("phase_started", marked("B1", "10")), ("line_cleared", cleared("B1"))):
            site.put(kind, given)
        site.put("phase_completed", marked("B1", "10"))
        yield site


def test_nothing_is_split_while_something_of_it_is_typed_in(site: Site, tmp_path: Path) -> None:
    site.put("paper_begun", begun("20"))
    site.hand_back("B1")
    with pytest.raises(PestleError, match="batch_under_way") as told:
        split(site, "B1", *PARTS)
    assert told.value.details == {"batch": "B1", "phases": ["20"]}
    site.put("paper_ended", ended("20"), cosigner="P-2")
    split(site, "B1", *PARTS)
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story)[0] == 200
    end = story.indices("production.paper_ended.v1")[0]
    # The same without the end, which nobody needed to write.
    rig = Rig(tmp_path / "rig", story)
    told_ = story.first(end)
    for one in story.entries[end + 1 :]:
        told_ = told_.then(one.envelope, one.stamp.recorded_at, one.stamp.flags)
    assert rig.show(told_) == 422
    assert rig.found == ("batch_under_way", told_.indices(SPLIT_KIND)[0])


def test_of_what_is_whole_in_others_no_copy_is_issued(site: Site, tmp_path: Path) -> None:
    site.hand_back("B1")
    split(site, "B1", *PARTS)
    with pytest.raises(PestleError, match="batch_gone"):
        issue(site, 2)
    story = Story.of(site.plant)
    assert witnessed(tmp_path / "honest", story)[0] == 200
    given = {"batch": "B1", "copy": 2, "reason": "torn"}
    told = story.stated(ISSUED, "batch/B1", given, "P-5")
    assert witnessed(tmp_path / "told", told)[1] == ("batch_gone", len(told.entries) - 1)
