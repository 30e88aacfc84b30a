"""Sign-in over OpenID Connect: a provider says who somebody is, the roster says whether they may enter.

Importing this room loads Authlib; `app` does so only where a provider is set.
"""

from comfystudio.people.oidc.provider import ProviderSettings
from comfystudio.people.oidc.sign_in import Begun, OidcSignIn

__all__ = ["Begun", "OidcSignIn", "ProviderSettings"]
