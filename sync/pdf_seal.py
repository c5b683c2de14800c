"""The server's signature over a whole PDF, so that the pages people read are bound to the records they show."""

import io
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sync.signing import Ed25519Signer

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

FIELD = "PestleSeal"
# RFC 5280 section 4.1.2.5: a certificate without a well-defined end.
_FOREVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
# Hex digits kept free for the signature, which has about 700 bytes with a short name, 1,500 with the longest.
_RESERVED = 4096


def sign_pdf(data: bytes, signer: Ed25519Signer, name: str) -> bytes:
    """The PDF with one invisible certifying signature (ISO 32000-1 12.8) that allows no change whatever.

    The certificate is self-signed and only carries the key: trust comes from the policy, not from a chain. `name` is
    its common name (at most 64 bytes of UTF-8). Nothing is fetched from anywhere.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha512", certify=True, docmdp_permissions=fields.MDPPerm.NO_CHANGES
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    output = io.BytesIO()
    signers.sign_pdf(writer, meta, _pdf_signer(signer, name), bytes_reserved=_RESERVED, output=output)
    return output.getvalue()


def _pdf_signer(signer: Ed25519Signer, name: str) -> "SimpleSigner":
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = signer.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=x509.Certificate.load(_certificate(signer, name)),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # unannotated there
    )


def _certificate(signer: Ed25519Signer, name: str) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(signer.private_key.public_key())
        .serial_number(secrets.randbits(64) + 1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(_FOREVER)
        .add_extension(usage, critical=True)
        .sign(signer.private_key, None)
        .public_bytes(Encoding.DER)
    )
