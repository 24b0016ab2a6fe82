"""What `minping verify` says of a bundle, so that tests compare both verifiers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.verification.bundle_format import unpack
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.errors import BadInput
from survey_flows.signed_notes import read_key
from tests.verifying.synthetic_log import Files, zipped


def product_failures(files: Files, key: str, claims: Mapping[str, str] | None = None) -> list[str]:
    """The sentences of the checks that do not hold, as `minping verify` finds them in a ZIP."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        path.write_bytes(zipped(files))
        try:
            read = unpack(path)
        except BadInput as error:
            return [str(error)]
    wanted = VerificationRequest([read_key(key)], **(claims or {}))
    return [check.what for check in verify(read, wanted) if not check.ok]
