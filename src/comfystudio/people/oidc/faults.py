"""What can go wrong with a provider. Reasons are for the log; people get a sentence of ours."""

__all__ = ["Declined", "ProviderFault", "WrongToken"]


class ProviderFault(Exception):
    """The provider cannot be reached, or answers what no provider may."""


class Declined(Exception):
    """The provider does not take the code."""


class WrongToken(Exception):
    """The ID token does not prove anything to us."""
