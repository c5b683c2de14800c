"""What a witness checks beyond the chains: that the server has judged each entry as its own rules say.

`sync.verify` tells whether a log is whole and signed. Somebody who holds the server's key can write a log that is,
and still take a device's entry without the flag that it deserves. These rules find that; they are asked of every
entry in the order of the log, and know nothing but the entries before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from server.core.kinds import NOT_PERMITTED, Registry
from server.core.seen import SEEN_WRONG
from server.core.zones import Zones
from server.engines.flows import kinds as flows
from server.engines.forms import model as forms
from server.engines.forms.records import model as records
from server.handheld.entries import JUDGES as UNDER_LEASE
from server.handheld.entries import RECORD_JUDGES as OF_RECORDS
from server.handheld.model import LEASE_ISSUED, batch_of
from server.identity import at_capture, granting
from server.identity.at_capture import Since, UserKey
from server.identity.model import CREDENTIAL_SET, GRANT_CONFIRMED, person_stream
from server.materials import model as materials
from server.materials.labels import model as labels
from server.materials.masters import model as masters
from server.materials.purchasing import model as purchasing
from server.materials.suppliers import model as suppliers
from server.production.descent import model as descent
from server.production.model import AFTER_DISPOSITION, EXCEPTION, POST_SEAL, VERIFIED, WEIGHINGS
from server.production.paper.rules import UNCHECKED
from server.production.yields.rules import UNSIGNED
from server.quality.specifications import model as specifications
from server.quality.usage import model as usage
from server.recipes import model as recipes
from server.release import model as release
from server.release.audit import model as audit
from server.training import model as training
from server.witness.alarms import AlarmRules
from server.witness.approvals import ApprovalRules
from server.witness.areas import AreaRules
from server.witness.audits import AuditRules, Leaves
from server.witness.balances import BalanceRules
from server.witness.batch_results import BatchResultRules
from server.witness.blanks import BlankRules
from server.witness.containers import ContainerRules
from server.witness.controls import ControlRules
from server.witness.counts import CountRules
from server.witness.course import CourseRules
from server.witness.descent import DescentRules
from server.witness.devices import DeviceRules
from server.witness.dispensing import DispensingRules
from server.witness.environment import EnvironmentRules
from server.witness.flows import FlowRules
from server.witness.forms import FormRules
from server.witness.gaps import GapRules
from server.witness.given import GivenRules
from server.witness.goods import Goods
from server.witness.granting import GrantRules
from server.witness.in_force import InForce
from server.witness.inspections import InspectionRules
from server.witness.issuing import IssuingRules
from server.witness.labels import LabelRules
from server.witness.leases import LeaseRules
from server.witness.limits import LimitRules
from server.witness.lineage import Lineage
from server.witness.machines import MachineRules
from server.witness.masters import MasterRules
from server.witness.numbers import NumberRules
from server.witness.packaging import PackagingRules
from server.witness.papers import PaperRules
from server.witness.places import PlaceRules
from server.witness.planning import PlanningRules
from server.witness.produced import ProducedRules
from server.witness.production_reviews import ProductionReviewRules
from server.witness.purchasing import PurchaseRules
from server.witness.questions import QuestionRules
from server.witness.receiving import ReceivingRules
from server.witness.recipes import OrderRules, RecipeRules
from server.witness.reconciling import ReconcilingRules
from server.witness.reports import ReportRules
from server.witness.requests import RequestRules
from server.witness.requisitions import RequisitionRules
from server.witness.rests import RestRules
from server.witness.reviews import ReviewRules
from server.witness.sampling import SamplingRules
from server.witness.schedule import ScheduleRules
from server.witness.seconds import SecondRules
from server.witness.seen import Seen, unflagged
from server.witness.sensing import SensingRules
from server.witness.since import SinceRules
from server.witness.specifications import SpecificationRules
from server.witness.stock import StockRules
from server.witness.suppliers import SupplierRules
from server.witness.switching import SwitchingRules
from server.witness.training import TrainingRules
from server.witness.usage import UsageRules
from server.witness.yields import YieldRules
from server.witness.zones import ZoneRules
from sync import canonical, note, passkeys, signing
from sync.entry import COSIGN_DOMAIN, FIRST_PREV, Receipt, parse_signatures
from sync.errors import SyncError
from sync.merkle import EMPTY_ROOT
from sync.verify.keys import ROOT_ADOPTED, SERVER

SEALS = release.DISPOSITIONS
_WITH_DEVICES = (
    *(kind for kind in SEALS if kind not in (release.RELEASED_V1, release.REJECTED_V1)),
    release.PRODUCTION_KIND,
)
_DIGEST = 32
# The edition of the rules from which on what rooms and machines tell of a sealed batch is said to have come late.
_TOLD_LATE = 5
# What the server says of an entry that a second person has not signed with their own key.
_UNSIGNED = frozenset({UNCHECKED, UNSIGNED})
# Entries that a person has signed at the server, and what each says was shown for that.
SIGNED: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    **{kind: partial(release.said, kind) for kind in release.SIGNED},
    training.READ: training.said,
    **dict.fromkeys(recipes.SUBMISSIONS, recipes.said),
    records.SIGNED: records.said,
    **dict.fromkeys((flows.SUBMITTED, flows.APPROVED_V1, flows.REJECTED_V1), flows.said_of_version),
    **dict.fromkeys((flows.TASK_SIGNED_V1, flows.TASK_SIGNED), flows.said_of_task),
    forms.VERSION_APPROVED_V1: forms.said,
    forms.VERSION_SUBMITTED: forms.said_of_submission,
    audit.REVIEWED_KIND: audit.said,
    **dict.fromkeys(specifications.SUBMISSIONS, specifications.said),
    masters.SUBMITTED_KIND: masters.said,
    **dict.fromkeys((suppliers.DECIDED, suppliers.SUPPLY_DECIDED, suppliers.ACCEPTED), suppliers.said),
    GRANT_CONFIRMED: granting.said,
    **dict.fromkeys((materials.STATUS_CHANGED_V2, materials.STATUS_CHANGED), materials.said_of_status),
    purchasing.PLACED: purchasing.said,
    **dict.fromkeys((labels.SUBMITTED_KIND, labels.DECIDED_KIND), labels.said),
    usage.CHECKED: usage.said_of_check,
    usage.SET_ASIDE: usage.said_of_aside,
    descent.REWORK_KIND: descent.said,
    usage.RESUMED: usage.said_of_resuming,
}


@dataclass(slots=True)
class _Stream:
    """Of a batch, per entry: the running hash after it, who wrote it with what sequence, whom it leases to; `told` is
    how many entries there are up to the last that says something about the batch."""

    hashes: list[str] = field(default_factory=lambda: [FIRST_PREV])
    written: list[tuple[str, int, str | None]] = field(default_factory=list)
    told: int = 0
    sealed: bool = False
    erased: bool = False


class SiteRules:
    """The state of the site as far as these rules need it, after the entries learnt so far."""

    def __init__(self, registry: Registry, leaves: Leaves) -> None:
        self._registry = registry
        self._lineage = Lineage()
        self._since = SinceRules()
        self._zones = ZoneRules()
        self._leases = LeaseRules(self._since)
        self._stock, self._balances = StockRules(self._since), BalanceRules()
        self._in_force, self._sampling = InForce(), SamplingRules(self._stock)
        self._containers = ContainerRules(self._stock, self._since)
        self._switching = SwitchingRules()
        # Entries that are said to have come after a seal.
        self._late: set[str] = set()
        self._batch_results = BatchResultRules(self._lineage, self._since, self._in_force)
        self._inspections = InspectionRules(self._stock, self._sampling, self._in_force, self._switching)
        self._sensing = SensingRules(lambda batch, phase: self._alarms.used_in(batch, phase), self._since)
        self._papers = PaperRules(self._signed_by, self._lineage, self._since, self._sensing.captured)
        self._audits = AuditRules(leaves, self._lineage, self._papers)
        self._controls, self._course = ControlRules(self._since, self._papers), CourseRules(self._since, self._papers)
        self._environment, self._seconds = EnvironmentRules(self._papers), SecondRules(self._papers)
        self._dispensing = DispensingRules(self._sampling, self._since)
        self._issuing = IssuingRules(self._stock, self._since)
        self._gaps = GapRules(self._lineage, self._since)
        self._produced = ProducedRules(self._lineage, self._since)
        self._devices = DeviceRules(self._leases, lambda one: self.head_of(one)[0], self._lineage, self._since)
        self._rests = RestRules(self._stock, self._containers)
        self._requests = RequestRules(self._lineage, self._since, self._batch_results.may_be_tested, self._course.mark)
        self._limits = LimitRules(self._since)
        self._training = TrainingRules(registry, self._since, self._papers)
        self._grants = GrantRules(registry)
        self._machines = MachineRules(self._grants, self._papers, self._since)
        self._alarms = AlarmRules(self._papers, self._since, self._grants)
        self._given = GivenRules(registry, self._grants)
        self._areas = AreaRules(self._grants, self._papers)
        self._places = PlaceRules(registry, self._stock, self._grants, self._since)
        self._counts = CountRules(self._stock, self._places, self._since)
        self._yields = YieldRules(self._grants, self._signed_by, self._since, self._papers)
        self._reconciling = ReconcilingRules(self._stock, self._issuing, self._lineage, self._since, self._yields.gone)
        self._packaging = PackagingRules(self._reconciling, self._since)
        self._flows, self._forms = FlowRules(), FormRules()
        self._specifications, self._masters = SpecificationRules(), MasterRules()
        self._suppliers = SupplierRules()
        self._usage = UsageRules(self._sampling, self._in_force, self._switching, self._since)
        self._goods = Goods()
        self._requisitions = RequisitionRules(self._goods)
        self._purchasing = PurchaseRules(self._goods, self._suppliers, self._requisitions)
        self._planning, self._schedule = PlanningRules(self._goods), ScheduleRules()
        self._receiving = ReceivingRules(self._goods, self._purchasing)
        self._labels = LabelRules()
        self._approvals = ApprovalRules()
        self._recipes, self._orders = RecipeRules(), OrderRules(self._approvals)
        self._numbers = NumberRules(self._recipes.product)
        self._descent = DescentRules(
            self._recipes, self._leases, self._yields, self._goods, self._lineage, self._since, self._papers
        )
        self._reviews, self._questions = ReviewRules(self._approvals), QuestionRules(self._lineage)
        self._blanks, self._reports = BlankRules(self._papers, self._lineage), ReportRules(self._since)
        self._by_production = ProductionReviewRules(self._lineage, self._since)
        self._streams: dict[str, _Stream] = {}
        # The keys that people's PINs unlock.
        self._user_keys: dict[str, list[Since[UserKey]]] = {}
        # Whose credentials were erased: one of them may have been such a key.
        self._keys_lost: set[str] = set()
        self._passkeys = passkeys.Passkeys()
        # Digests of each device's headers in their order: where its chain stood at any sequence.
        self._chains: dict[str, bytearray] = {}
        # What the site has adopted as its root: from then on only that can name other keys.
        self.root: note.Key | None = None
        # The root over the log at each size from 0: what a device names as seen must be one of them.
        self._roots = bytearray(EMPTY_ROOT)

    @property
    def zones(self) -> Zones:
        """What the log says of the site's calendar: what every entry is asked by."""
        return self._zones.stated

    def head_of(self, device: str, seq: int | None = None) -> tuple[int, str]:
        """A device's last sequence with the hash of its header, or those at `seq`; (0, zeros) where there is none."""
        chain = self._chains.get(device, b"")
        last = len(chain) // _DIGEST
        seq = last if seq is None else seq
        if not 0 < seq <= last:
            return 0, FIRST_PREV
        return seq, bytes(chain[(seq - 1) * _DIGEST : seq * _DIGEST]).hex()

    def grew(self, root: bytes) -> None:
        """The log has one more entry, and this root with it."""
        self._roots.extend(root)

    def devices(self) -> list[str]:
        return sorted(self._chains)

    def judge(self, seen: Seen) -> None:
        """SyncError of the first rule that the server has broken with this entry."""
        self._judge_kind(seen)
        self._judge_seen(seen)
        if seen.is_strange or seen.body is None:
            return
        self._zones.judge(seen)
        self._training.judge(seen)
        self._grants.judge(seen)
        self._flows.judge(seen)
        self._forms.judge(seen)
        self._specifications.judge(seen)
        self._masters.judge(seen)
        self._suppliers.judge(seen)
        self._usage.judge(seen)
        self._requisitions.judge(seen)
        self._purchasing.judge(seen)
        self._planning.judge(seen)
        self._schedule.judge(seen)
        self._receiving.judge(seen)
        self._counts.judge(seen)
        self._labels.judge(seen)
        self._approvals.judge(seen)
        self._recipes.judge(seen)
        self._orders.judge(seen)
        self._numbers.judge(seen)
        self._descent.judge(seen)
        self._reviews.judge(seen)
        self._by_production.judge(seen)
        self._questions.judge(seen)
        self._requests.judge(seen)
        self._blanks.judge(seen)
        self._papers.judge_release(seen)
        self._reports.judge(seen)
        self._limits.judge(seen)
        self._given.judge(seen)
        self._areas.judge(seen)
        self._balances.judge(seen)
        self._machines.judge(seen)
        self._alarms.judge(seen)
        self._environment.judge(seen)
        self._stock.judge(seen)
        self._places.judge(seen)
        self._issuing.judge(seen)
        self._reconciling.judge(seen)
        self._inspections.judge(seen)
        self._switching.judge(seen)
        self._batch_results.judge(seen)
        self._gaps.judge(seen)
        self._produced.judge(seen)
        self._devices.judge(seen)
        if seen.by_server:
            self._judge_signature(seen, seen.body)
            self._audits.judge(seen)
            self._yields.judge(seen)
            self._course.judge_withdrawn(seen)
            self._judge_told_late(seen, seen.body)
            if seen.head.kind in (*SEALS, release.PRODUCTION_KIND):
                self._judge_seal(seen.head.stream, seen.head.kind, seen.body)
        elif seen.head.kind in UNDER_LEASE:
            self._leases.judge(seen)
            self._containers.judge(seen)
            self._rests.judge(seen)
            self._sensing.judge(seen)
            self._dispensing.judge(seen)
            self._controls.judge(seen)
            self._course.judge(seen)
            self._papers.judge(seen)
            self._yields.judge(seen)
            self._packaging.judge(seen)
            self._judge_late(seen)
            self._seconds.judge(seen)
            self._judge_second(seen, seen.body)
        elif seen.head.kind in OF_RECORDS:
            self._leases.judge(seen)
            self._judge_own(seen, seen.body)

    def learn(self, seen: Seen) -> None:
        """Take the entry in, whatever was found about it."""
        head, body = seen.head, seen.body
        self._chains.setdefault(head.device, bytearray()).extend(seen.digest)
        leased = None
        self._since.learn(seen)
        self._zones.learn(seen)
        self._lineage.learn(seen)
        self._gaps.learn(seen)
        self._produced.learn(seen)
        self._devices.learn(seen)
        self._leases.learn(seen)
        self._containers.learn(seen)
        self._stock.learn(seen)
        self._places.learn(seen)
        self._sampling.learn(seen)
        self._in_force.learn(seen)
        self._switching.learn(seen)
        self._batch_results.learn(seen)
        self._balances.learn(seen)
        self._dispensing.learn(seen)
        self._controls.learn(seen)
        self._sensing.learn(seen)
        self._course.learn(seen)
        self._machines.learn(seen)
        self._alarms.learn(seen)
        self._environment.learn(seen)
        self._yields.learn(seen)
        self._packaging.learn(seen)
        self._issuing.learn(seen)
        self._reconciling.learn(seen)
        self._training.learn(seen)
        self._grants.learn(seen)
        self._flows.learn(seen)
        self._forms.learn(seen)
        self._specifications.learn(seen)
        self._masters.learn(seen)
        self._suppliers.learn(seen)
        self._usage.learn(seen)
        self._requisitions.learn(seen)
        self._purchasing.learn(seen)
        self._goods.learn(seen)
        self._planning.learn(seen)
        self._schedule.learn(seen)
        self._receiving.learn(seen)
        self._counts.learn(seen)
        self._labels.learn(seen)
        self._approvals.learn(seen)
        self._recipes.learn(seen)
        self._orders.learn(seen)
        self._numbers.learn(seen)
        self._descent.learn(seen)
        self._reviews.learn(seen)
        self._by_production.learn(seen)
        self._questions.learn(seen)
        self._requests.learn(seen)
        self._blanks.learn(seen)
        self._reports.learn(seen)
        self._limits.learn(seen)
        self._given.learn(seen)
        self._areas.learn(seen)
        self._seconds.learn(seen)
        # The last to learn, since the others ask it when something was done.
        self._papers.learn(seen)
        if seen.by_server and body is None and head.kind == CREDENTIAL_SET:
            self._keys_lost.add(head.stream.removeprefix(person_stream("")))
        if seen.by_server and body is not None:
            if head.kind == LEASE_ISSUED:
                leased = body["device"]
            elif head.kind == ROOT_ADOPTED:
                self.root = note.parse_vkey(body["vkey"])
            elif head.kind == CREDENTIAL_SET and body["what"] == "pin":
                held = Since(seen.stamp.index, seen.stamp.recorded_at, at_capture.user_key(body, head.actor))
                self._user_keys.setdefault(body["person"], []).append(held)
            elif head.kind in passkeys.KINDS:
                self._passkeys.learn(head.kind, body)
        if batch_of(head.stream) is not None:
            stream = self._streams.setdefault(head.stream, _Stream())
            stream.hashes.append(seen.stamp.stream_hash)
            stream.written.append((head.device, head.seq, leased))
            if head.kind not in release.HARMLESS:
                stream.told = len(stream.written)
            stream.erased |= seen.by_server and head.kind == LEASE_ISSUED and body is None
            stream.sealed |= seen.by_server and head.kind in SEALS
        if POST_SEAL in seen.stamp.flags:
            self._late.add(head.id)

    def _judge_kind(self, seen: Seen) -> None:
        kind = self._registry.kinds.get(seen.head.kind)
        if kind is None:
            wanted = "kind_unknown"
        elif seen.body is not None and self._registry.problems(kind.name, seen.body):
            wanted = "payload_malformed"
        elif not seen.by_server and (kind.nature == "decision" or kind.by_server):
            wanted = NOT_PERMITTED
        else:
            return
        if seen.by_server:
            raise SyncError(wanted, f"the server stated {seen.head.kind}, which is not known here or has another shape")
        if not seen.is_strange:
            raise unflagged(wanted, f"{seen.head.kind} of {seen.head.device}")

    def _judge_signature(self, seen: Seen, body: Mapping[str, Any]) -> None:
        """By a passkey its signer has signed what the entry says was shown; else the server's word is all there is."""
        said = SIGNED.get(seen.head.kind)
        # Of a record the statement is a part: on tablets there is none.
        given = body.get("signature", body)
        if said is None or given["passkey"] is None:
            return
        passkey = self._passkeys.find(given["passkey"]["credential"])
        digest = passkeys.shown(seen.head.kind, said(body))
        try:
            if passkey is None or passkey.withdrawn or passkey.person != given["signer"]["id"]:
                raise SyncError("signature_wrong", "no passkey in use of who signed")
            challenge = passkeys.online_challenge(given["passkey"]["nonce"], digest)
            passkeys.check(passkey, challenge, passkeys.Assertion.of(given["passkey"]))
        except SyncError as error:
            raise SyncError(
                "signature_wrong", f"{seen.head.kind} by {given['signer']['id']}: {error.detail}"
            ) from error

    def _judge_seen(self, seen: Seen) -> None:
        named = seen.head.seen
        if seen.by_server or named is None or SEEN_WRONG in seen.stamp.flags:
            return
        start = named.size * _DIGEST
        if self._roots[start : start + _DIGEST].hex() != named.root:
            raise unflagged(SEEN_WRONG, f"{seen.head.device} saw a log of {named.size} entries that was not this")

    def _judge_late(self, seen: Seen) -> None:
        stream, batch = self._streams.get(seen.head.stream), batch_of(seen.head.stream)
        sealed = stream is not None and stream.sealed
        if not sealed and (batch is None or not self._descent.is_sealed_below(batch)):
            return
        if {POST_SEAL, AFTER_DISPOSITION}.isdisjoint(seen.stamp.flags):
            raise unflagged(POST_SEAL, f"{seen.head.stream} was sealed before")

    def _judge_told_late(self, seen: Seen, body: Mapping[str, Any]) -> None:
        """An exception of a sealed batch that an entry of none brings to light: a room's reading, a machine's alarm."""
        if (
            seen.head.kind != EXCEPTION
            or body["code"] not in release.TOLD_ELSEWHERE
            or not self._since.has_reached(_TOLD_LATE)
        ):
            return
        if self._late.isdisjoint(body["entries"]):
            self._judge_late(seen)

    def _judge_second(self, seen: Seen, body: Mapping[str, Any]) -> None:
        """The device signs the header alone: that the second person's signature is theirs, only their key tells."""
        person, flag, flags = body.get("verified_by"), "manual_weight_unverified", seen.stamp.flags
        # Of a batch that nobody ordered nothing more is judged.
        if seen.head.kind not in (*WEIGHINGS, VERIFIED) or "batch_unknown" in flags:
            return
        if flag in flags or (person is None and body["source"] != "manual"):
            return
        if person is None:
            raise unflagged(flag, f"nobody has verified what {seen.head.actor} has typed")
        if not self._signed_by(seen, person):
            raise unflagged(flag, f"{person} has not signed what they are said to have verified")

    def _judge_own(self, seen: Seen, body: Mapping[str, Any]) -> None:
        """A field of a record that somebody signed on a tablet."""
        flag = "signature_missing"
        # Of a record that nobody opened nothing more is judged.
        if seen.head.kind != records.SIGNED or not {flag, "record_unknown"}.isdisjoint(seen.stamp.flags):
            return
        if body["signature"] is not None or not self._signed_by(seen, body["signed_by"]):
            raise unflagged(flag, f"{body['signed_by']} has not signed the field {body['path']}")

    def _signed_by(self, seen: Seen, person: str) -> bool:
        lines = [one for one in parse_signatures(seen.signatures) if one["by"] == f"person:{person}"]
        if any(self._signed(seen, one, person) for one in lines):
            return True
        # Whether a key fits that was erased nobody can say any more: the server's word counts.
        lost = person in self._keys_lost and any(one["alg"] != passkeys.WEBAUTHN for one in lines)
        return lost and _UNSIGNED.isdisjoint(seen.stamp.flags)

    def _signed(self, seen: Seen, signature: Mapping[str, str], person: str) -> bool:
        header, history = seen.head.encode(), self._user_keys.get(person, [])
        if signature["alg"] == passkeys.WEBAUTHN:
            return passkeys.verdict(header, signature, self._passkeys.of(person)) is None
        theirs = at_capture.keys(history, at_capture.capture_of(seen.head))
        if history and ("clock_skew" in seen.stamp.flags or not self._grants.since):
            # By a clock that is known to be off nothing is found; older logs asked for the key of the day of receipt.
            theirs.append(history[-1].value.key)
        return any(_fits(key, COSIGN_DOMAIN + header, signature["sig"]) for key in theirs)

    def _judge_seal(self, name: str, kind: str, body: Mapping[str, Any]) -> None:
        stream = self._streams.get(name, _Stream())
        count = body["stream_seq"]
        if not 0 <= count < len(stream.hashes) or stream.hashes[count] != body["stream_hash"]:
            raise SyncError("seal_wrong", f"{name} was another one at {count} entries than was sealed")
        if count < stream.told:
            # The door signs no review that is not of this moment: what is uncovered here was put there afterwards.
            # Only what says nothing of how the batch was made may stand between; before, not even that stood there.
            raise SyncError("seal_wrong", f"{name} had {stream.told} entries when it was sealed, not {count}")
        if kind in _WITH_DEVICES:
            self._judge_heads(name, stream, count, body["devices"])

    def _judge_heads(self, name: str, stream: _Stream, count: int, given: list[Mapping[str, Any]]) -> None:
        least: dict[str, int] = {}
        for device, seq, leased in stream.written[:count]:
            least[device] = max(seq, least.get(device, 0))
            if leased is not None:
                least.setdefault(leased, 0)
        least.pop(SERVER, None)
        names = [one["device"] for one in given]
        # A lease whose payload was erased no longer says to whom it went.
        whole = names == sorted(least) or (stream.erased and names == sorted(set(names)) and set(least) <= set(names))
        if not whole:
            raise SyncError("seal_wrong", f"{name} was held by {sorted(least)}, and the seal names {names}")
        for one in given:
            if self.head_of(one["device"], one["seq"]) != (one["seq"], one["hash"]):
                raise SyncError("seal_wrong", f"the head of {one['device']} in the seal of {name} is none of its chain")
            if one["seq"] < least.get(one["device"], 0):
                raise SyncError("seal_wrong", f"{name} holds later entries of {one['device']} than the seal")


def judge_time(stamp: Receipt, earliest: str, latest: str) -> None:
    """SyncError unless the time of receipt lies between when the checkpoint before was shown here, and now; both with
    the skew that is allowed between the clocks. Without this a server could date what it takes as it likes."""
    if not earliest <= stamp.recorded_at <= latest:
        raise SyncError(
            "recorded_at_wrong", f"{stamp.recorded_at} is not between {earliest} and {latest} by the witness's clock"
        )


def _fits(key: bytes, message: bytes, signature: str) -> bool:
    try:
        signing.verify(signing.ED25519, key, message, canonical.decode_base64(signature))
    except (SyncError, ValueError):
        return False
    return True
