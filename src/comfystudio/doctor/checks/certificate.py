"""Until when the certificate holds."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from comfystudio.doctor.model import Finding, fail, off, ok, warn

__all__ = ["CertificateHolds"]

DAY = 86_400
SOON_DAYS = 14


@dataclass(frozen=True)
class CertificateHolds:
    """`path` is the chain in PEM, the studio's own certificate first; None without TLS. `now` in seconds."""

    path: Path | None
    now: Callable[[], float]
    id: str = "certificate"

    def look(self) -> Finding:
        """Read its dates."""
        if self.path is None:
            return off("doctor.certificate_none")
        try:
            found = x509.load_pem_x509_certificates(self.path.read_bytes())[0]
        except (OSError, ValueError) as error:
            return fail("doctor.certificate_bad", "doctor.certificate_step", path=self.path, problem=error)
        now = self.now()
        begins, ends = found.not_valid_before_utc, found.not_valid_after_utc
        days = int((ends.timestamp() - now) // DAY)
        fields = {
            "path": self.path,
            "until": ends.date().isoformat(),
            "days": days,
            "from_": begins.date().isoformat(),
        }
        if now < begins.timestamp():
            return fail("doctor.certificate_early", "doctor.certificate_step", **fields)
        if now >= ends.timestamp():
            return fail("doctor.certificate_over", "doctor.certificate_step", **fields)
        if days < SOON_DAYS:
            return warn("doctor.certificate_soon", "doctor.certificate_step", **fields)
        return ok("doctor.certificate_ok", **fields)
