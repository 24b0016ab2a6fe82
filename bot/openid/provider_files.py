"""Files of identity providers: one YAML file each in the folder ``openid`` of the data, for its
owner's eyes alone, because it holds our secret with the provider.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from bot.accounts.provider_accounts import GroupRole, read_group_role
from bot.core.private_files import read_private_text
from survey_flows.errors import BadInput, Message, Place, Problem, gathered
from survey_flows.yaml_tree import Branch, parse_yaml

FOLDER, SUFFIX = "openid", ".yaml"
CONSOLE, CITIZENS = "console", "citizens"
USES = (CONSOLE, CITIZENS)
"""What a provider's word is taken for."""
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
LANGUAGES = ("zh-Hans", "en")
LOCAL = ("127.0.0.1", "::1")
"""Hosts that need no https: nothing leaves the machine."""
CLAIMS = {
    "login": "preferred_username",
    "name": "name",
    "groups": "groups",
    "phone": "phone_number",
}
"""Where a provider says login, real name, groups and telephone, unless its file names others."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider.

    Attributes:
        name: the file's name without its ending; it stands in addresses.
        issuer: the provider's name for itself, to which each of its tokens must be equal.
        client_id: its name for us.
        client_secret: proves to it that we ask.
        labels: what pages call it, by language.
        use: one of `USES`.
        scopes: what is asked for, with ``openid`` first.
        claims: where it says what, by the names in `CLAIMS`; a dot leads into a claim.
        roles: the role of each group that may sign in to the console, the strongest wish first.
        acr_values: the levels of sign-in that are taken, empty for any.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    labels: Mapping[str, str]
    use: str = CONSOLE
    scopes: tuple[str, ...] = ("openid", "profile")
    claims: Mapping[str, str] = field(default_factory=lambda: dict(CLAIMS))
    roles: Mapping[str, GroupRole] = field(default_factory=dict)
    acr_values: tuple[str, ...] = ()


def read_providers(data: Path) -> list[Provider]:
    """Returns the providers of a data folder, in the order of their names.

    Raises:
        BadInput: a file can be read by others than its owner, or is not as `Provider` says; or two
            are for citizens, so that one person could be two.
    """
    folder = data / FOLDER
    paths = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    found = [_read(path) for path in paths]
    if len(several := [one.name for one in found if one.use == CITIZENS]) > 1:
        raise BadInput(Message("openid-two-for-citizens"), _place(several[1]))
    return found


def _read(path: Path) -> Provider:
    place = _place(path.stem)
    if not NAME.fullmatch(path.stem):
        raise BadInput(Message("openid-name"), place)
    return read_provider(read_private_text(path, place), path.stem)


def _place(name: str) -> Place:
    return Place(file=f"{FOLDER}/{name}{SUFFIX}")


def read_provider(text: str, name: str) -> Provider:
    """Returns the provider of a file's text; raises `BadInput` as `read_providers`."""
    file = f"{FOLDER}/{name}{SUFFIX}"
    branch = parse_yaml(text, file)
    found = Provider(
        name=name,
        issuer=branch.text("issuer"),
        client_id=branch.text("client_id"),
        client_secret=branch.text("client_secret"),
        labels=branch.texts("label"),
        use=branch.text("use", CONSOLE),
        scopes=branch.words("scopes", ()),
        claims=CLAIMS | branch.texts("claims", needed=False),
        roles=_roles(branch),
        acr_values=branch.words("acr_values", ()),
    )
    branch.finish()
    found = replace(found, scopes=_scopes(found))
    _check(found, branch)
    if branch.problems:
        raise gathered(branch.problems, file)
    return found


def _scopes(provider: Provider) -> tuple[str, ...]:
    """Returns what is asked for: of citizens nothing but who they are, unless the file says so."""
    wanted = provider.scopes or (("profile",) if provider.use == CONSOLE else ())
    return tuple(dict.fromkeys(("openid", *wanted)))


def _roles(branch: Branch) -> dict[str, GroupRole]:
    found: dict[str, GroupRole] = {}
    line = branch.lines.get("groups", branch.line)
    for group, text in branch.texts("groups", needed=False).items():
        try:
            found[group] = read_group_role(group, text)
        except BadInput as error:
            branch.problems += [Problem(one.message, Place(line=line)) for one in error.problems]
    return found


def _check(provider: Provider, branch: Branch) -> None:
    """Notes what fields say together, or say wrongly."""
    if not is_safe_address(provider.issuer) or urlsplit(provider.issuer).query:
        branch.complain(Message("openid-bad-issuer"))
    if not (provider.client_id and provider.client_secret):
        branch.complain(Message("openid-no-client"))
    if set(provider.labels) != set(LANGUAGES):
        branch.complain(Message("openid-bad-label", languages=LANGUAGES))
    if provider.use not in USES:
        branch.complain(Message("openid-bad-use", uses=USES))
    if set(provider.claims) != set(CLAIMS):
        branch.complain(Message("openid-bad-claims", claims=tuple(CLAIMS)))
    if provider.use == CONSOLE and not provider.roles:
        branch.complain(Message("openid-no-groups"))


def is_safe_address(text: object) -> bool:
    """Returns whether an address is https or of this machine, without user and fragment."""
    if not isinstance(text, str) or not text.isascii():
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    known = parts.scheme == "https" or (parts.scheme == "http" and host in LOCAL)
    return bool(known and host and "@" not in parts.netloc and "#" not in text)
