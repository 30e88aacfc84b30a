"""Sign-in over a provider, where settings name one."""

from comfystudio.people import PeopleRoom
from comfystudio.settings import Settings
from comfystudio.storage import Database
from comfystudio.web.services import Elsewhere

__all__ = ["elsewhere"]


def elsewhere(settings: Settings, database: Database, room: PeopleRoom) -> Elsewhere | None:
    """The service behind the button on the sign-in page; None without a provider."""
    if not settings.oidc_issuer:
        return None
    from comfystudio.people.oidc import OidcSignIn, ProviderSettings  # noqa: PLC0415 a third of a second, for few

    return OidcSignIn(
        ProviderSettings(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            name=settings.oidc_name,
            claim=settings.oidc_claim,
            secret_file=settings.oidc_client_secret_file,
        ),
        database=database,
        people=room.people,
        audit=room.audit,
        time=room.time,
    )
