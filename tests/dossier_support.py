"""The printed record of a batch as a reader opens it: its words without blanks, and the files in it."""

import io

from batch_support import Site
from pypdf import PdfReader

from server.core import clock, db
from server.release.dossier.build import dossier
from sync.verify import verify_pdf


def printed(site: Site, batch: str = "B1", lang: str = "en") -> tuple[str, dict[str, bytes]]:
    site.plant.publisher.now()
    with db.snapshot(site.plant.engine) as connection:
        plant = site.plant
        data = dossier(connection, plant.log, plant.signer, batch, lang, plant.config.blobs, clock.now())
    assert data is not None
    file = plant.config.data / f"{batch}.pdf"
    file.write_bytes(data)
    assert verify_pdf(file).ok
    reader = PdfReader(io.BytesIO(data))
    words = "".join(page.extract_text().replace("\u200b", "") for page in reader.pages)
    return "".join(words.split()), {name: files[0] for name, files in reader.attachments.items()}
