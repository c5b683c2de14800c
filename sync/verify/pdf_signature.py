"""Reads a dossier's PDF: its attachments, and whether the server signed every byte of the file."""

import io
import logging
from collections.abc import Sequence

from sync.errors import SyncError
from sync.trust import Policy


def attachments(data: bytes, names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, bytes]:
    """The attached files of these names; SyncError `pdf_malformed` unless each is there exactly once, and each of the
    `optional` at most once."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        attached = PdfReader(io.BytesIO(data), strict=True).attachments
        found = {name: list(attached.get(name, [])) for name in (*names, *optional)}
    # Readers of PDF fail in as many ways as there are bytes to change; all of them mean the same here.
    except Exception as error:
        raise SyncError("pdf_malformed", f"{type(error).__name__}: {error}") from error
    wrong = [name for name in found if len(found[name]) != 1 and (name in names or found[name])]
    if wrong:
        raise SyncError("pdf_malformed", f"not attached exactly once: {', '.join(wrong)}")
    return {name: contents[0] for name, contents in found.items() if contents}


def check_pdf_signature(data: bytes, policy: Policy) -> None:
    """Return if exactly one signature covers the whole file, is intact, and was made with the policy's server key.

    SyncError `pdf_signature_wrong`. Nothing in the signature's container may be spelled otherwise than the signer
    writes it, so that no byte of the file can be changed, not even where a PDF signature leaves room. No chain of
    certificates is asked for, nor the network.
    """
    try:
        reason = _fault(data, policy)
    except Exception as error:
        raise SyncError("pdf_signature_wrong", f"{type(error).__name__}: {error}") from error
    if reason:
        raise SyncError("pdf_signature_wrong", reason)


def _fault(data: bytes, policy: Policy) -> str | None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    signatures = PdfFileReader(io.BytesIO(data)).embedded_signatures
    if len(signatures) != 1:
        return f"{len(signatures)} signatures instead of one"
    signature = signatures[0]
    digest = signature.compute_digest()
    if signature.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
        return "the signature does not cover the whole file"
    if not _is_spelled_once(data, signature.byte_range, signature.pkcs7_content):
        return "the signature's container is not as the signer writes it"
    certificate = signature.signer_cert
    key = certificate.public_key
    if key.algorithm != "ed25519" or key["public_key"].native not in policy.server_keys:
        return "the signature is by another key than the policy's server keys"
    intact, valid = validate_sig_integrity(signature.signer_info, certificate, "data", digest)
    return None if intact and valid else "the file was changed after it was signed"


def _is_spelled_once(data: bytes, byte_range: Sequence[int], content: bytes) -> bool:
    """Whether the gap between the signed ranges holds the container as the signer spells it: upper-case hex, then
    zeros; and in it certificate, signed attributes and signature (all three bound by the signature) in one frame."""
    gap = data[int(byte_range[1]) : int(byte_range[2])]
    return gap == b"<" + _frame(content).hex().upper().encode().ljust(len(gap) - 2, b"0") + b">"


def _frame(content: bytes) -> bytes:
    """The container (RFC 5652 section 5) written anew around what the signature binds."""
    from asn1crypto import algos, cms

    given = cms.ContentInfo.load(content)["content"]
    certificate, signer = given["certificates"][0].chosen, given["signer_infos"][0]
    sha512 = algos.DigestAlgorithm({"algorithm": "sha512"})
    sid = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
            "digest_algorithm": sha512,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "ed25519"}),
            "signed_attrs": signer["signed_attrs"].untag(),
            "signature": signer["signature"].native,
        }
    )
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": cms.DigestAlgorithms([sha512]),
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices(name="certificate", value=certificate)],
            "signer_infos": [info],
        }
    )
    frame: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return frame
