"""What a log line may show: plain text with colours, and no secrets.

`clean` is for anything a program printed: control characters go, colours (SGR) stay, secrets that have a known look
are masked. It never makes text longer by more than the masks and never adds an escape.
"""

import re

__all__ = ["MASK", "clean", "masked", "plain", "uncoloured"]

MASK = "…"
# OSC, DCS, PM, APC and SOS strings up to their end; where the end is missing, up to the end of the line.
_STRINGS = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|(?=\x1b)|\Z)"
_COLOUR = r"\x1b\[[0-9;:]{0,64}m"
_SEQUENCES = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b[ -/]*[0-~]?"
# C0 but tab, DEL, C1, line and paragraph separators, and the marks that reorder what is shown.
_CONTROLS = r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
_UNSAFE = re.compile(f"{_STRINGS}|(?P<colour>{_COLOUR})|{_SEQUENCES}|{_CONTROLS}")
_ANY_COLOUR = re.compile(_COLOUR)

_IN_ADDRESSES = (
    r"x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|x-goog-credential|signature|sig|"
    r"policy|key-pair-id|token|access_token|refresh_token|api_key|apikey|api-key|key|password|secret|client_secret|"
    r"code|state"
)
_SECRETS = re.compile(
    # tokens that say by their look what they are
    r"\b(?P<look>cst_|hf_|api_org_|gh[pousr]_|github_pat_|rpa_|sk-|xox[abprs]-|glpat-)[A-Za-z0-9_\-.]{6,}"
    # headers, also as JSON or as curl prints them
    r"|(?P<header>(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?)(?:(?P<scheme>bearer|basic|token|digest)\s+)?[^\s\"',;]+"
    r"|(?P<cookie>(?:set-)?cookie[\"']?\s*:\s*[\"']?)[^\r\n\"']+"
    r"|(?P<bearer>\bbearer\s+)[A-Za-z0-9._~+/=\-]{12,}"
    # name and password in an address
    r"|(?P<address>\b[a-z][a-z0-9+.\-]{0,20}://)[^\s/@:]{0,200}:[^\s/@]{1,500}@"
    # signed addresses and tokens in a query
    rf"|(?P<query>[?&#](?:{_IN_ADDRESSES})=)[^\s&#\"'<>]+"
    # variables and flags that are printed with their value
    r"|(?P<name>\b(?:[A-Z0-9_]{0,60}(?:TOKEN|SECRET|PASSWORD|API_KEY))\s*=\s*[\"']?|"
    r"--(?:token|password|api-key)[= ]\s*)[^\s\"'&]+",
    re.IGNORECASE,
)
# Whatever the long pattern finds holds one of these; most lines hold none, which is found out at little cost.
_HINTS = (
    *(
        "cst_",
        "hf_",
        "api_org_",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "rpa_",
        "sk-",
        "xox",
        "glpat-",
    ),
    *("auth", "cookie", "bearer", "@", "token", "secret", "password", "key", "signature", "credential"),
    *("sig=", "policy=", "code=", "state="),
)


def _hide(found: re.Match[str]) -> str:
    kept = next((found[name] for name in ("look", "cookie", "bearer", "address", "query", "name") if found[name]), "")
    if found["header"]:
        kept = found["header"] + (f"{found['scheme']} " if found["scheme"] else "")
    return kept + MASK + ("@" if found["address"] else "")


def masked(text: str) -> str:
    """`text` with everything that looks like a secret replaced by `…`."""
    lowered = text.lower()
    return _SECRETS.sub(_hide, text) if any(hint in lowered for hint in _HINTS) else text


def clean(text: str) -> str:
    """One line as a page may show it: colours stay, everything else that is not text goes, secrets are masked.

    A line loses its colours where they stand in or beside a secret, which could not be known by its look then.
    """
    if not text.isprintable():
        text = _UNSAFE.sub(lambda found: found["colour"] or "", text)
    shown = masked(text)
    if "\x1b" not in text:
        return shown
    bare = masked(uncoloured(text))
    return shown if uncoloured(shown) == bare else bare


def plain(text: str) -> str:
    """One line as a file may keep it: like `clean`, without colours."""
    return uncoloured(clean(text))


def uncoloured(text: str) -> str:
    """A line that was cleaned, without its colours."""
    return _ANY_COLOUR.sub("", text) if "\x1b" in text else text
