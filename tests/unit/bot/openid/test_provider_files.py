"""Files of identity providers: what is wrong with one is said at the start, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.accounts.provider_accounts import GroupRole
from bot.accounts.roles import ROLES
from bot.openid.client import read_metadata
from bot.openid.provider_files import is_safe_address, read_provider, read_providers
from bot.openid.refusals import ProviderAway
from survey_flows.errors import BadInput

GOOD = """issuer: https://id.example.gov.cn/realms/city
client_id: minping
client_secret: s3cret
label: {zh-Hans: 市统一身份认证, en: the city's sign-in}
scopes: [profile, groups]
groups:
  minping: staff
  tax office: unit TAX
"""


def test_a_file_as_it_should_be_and_its_secret_is_not_written_out(tmp_path: Path) -> None:
    assert read_providers(tmp_path) == []
    (tmp_path / "openid").mkdir()
    path = tmp_path / "openid" / "city.yaml"
    path.write_text(GOOD)
    path.chmod(0o644)
    with pytest.raises(BadInput, match=r"openid/city\.yaml: others can read this file"):
        read_providers(tmp_path)
    path.chmod(0o600)
    [found] = read_providers(tmp_path)
    assert (found.name, found.client_secret, found.use) == ("city", "s3cret", "console")
    assert found.scopes == ("openid", "profile", "groups")
    assert found.roles == {"minping": GroupRole("staff"), "tax office": GroupRole("unit", "TAX")}
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("https://", "http://", "the issuer is an address that begins with https://"),
        ("/city", "/city?x=1", "the issuer is an address that begins with https://"),
        ("s3cret", '""', "client_id and client_secret"),
        (", en: the city's sign-in", "", "the label says what pages call the provider"),
        ("scopes:", "use: citizen\nscopes:", "there is no such use"),
        ("scopes:", "claims: {mail: email}\nscopes:", "the claims that can be named"),
        ("unit TAX", "unit", "the role unit needs one"),
        ("unit TAX", "office TAX EDU", "a role and at most one unit"),
        ("client_id: minping", "client: minping", "client"),
    ],
)
def test_what_is_wrong_with_a_file(was: str, now: str, said: str) -> None:
    assert was in GOOD
    with pytest.raises(BadInput) as refused:
        read_provider(GOOD.replace(was, now), "city")
    assert said in str(refused.value)


@pytest.mark.parametrize("role", ROLES)
def test_a_group_gives_four_roles_and_no_other(role: str) -> None:
    text = GOOD.replace("minping: staff", f"minping: {role} FIN")
    if role in ("staff", "observer", "office", "unit"):
        assert read_provider(text, "city").roles["minping"] == GroupRole(role, "FIN")
        return
    with pytest.raises(BadInput, match="the group «minping» cannot give this role") as refused:
        read_provider(text, "city")
    assert "分组“minping”不能给予这个角色" in refused.value.render("zh-Hans")


def test_nobody_could_sign_in_without_groups() -> None:
    with pytest.raises(BadInput, match="which group gets which role"):
        read_provider(GOOD.partition("groups:\n")[0], "city")


def test_there_is_one_provider_for_citizens_which_is_asked_for_little(tmp_path: Path) -> None:
    (tmp_path / "openid").mkdir()
    citizens = GOOD.partition("scopes:")[0] + "use: citizens\n"
    for name, text in (("card", citizens), ("city", GOOD)):
        path = tmp_path / "openid" / f"{name}.yaml"
        path.write_text(text)
        path.chmod(0o600)
    assert [(it.use, it.scopes) for it in read_providers(tmp_path)] == [
        ("citizens", ("openid",)),
        ("console", ("openid", "profile", "groups")),
    ]
    path.write_text(citizens)
    with pytest.raises(BadInput, match=r"openid/city\.yaml: another provider is for citizens"):
        read_providers(tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        *("http://id.example/", "https://user@id.example/", "https://id.example/#x", "https:///x"),
        *("https://[x", "javascript:alert(1)", "https://身份.example/", "", None, 1),
    ],
)
def test_addresses_that_a_secret_is_not_sent_to(address: object) -> None:
    assert not is_safe_address(address)


def test_discovery_is_of_this_issuer_and_does_what_a_sign_in_needs() -> None:
    issuer = "https://id.example"
    said = {"issuer": issuer, "authorization_endpoint": "https://id.example/a"}
    said |= {"token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k"}
    found = read_metadata(said, issuer)
    assert (found.names_itself, found.posts_secret) == (False, False)
    assert (found.person, found.end) == ("", "")
    posts = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert read_metadata(said | posts, issuer).posts_secret
    for reason, changed in (
        ("issuer", {"issuer": "https://id.example/"}),
        ("endpoints", {"token_endpoint": "http://id.example/t"}),
        ("endpoints", {"jwks_uri": None}),
        ("S256", {"code_challenge_methods_supported": ["plain"]}),
        ("code", {"response_types_supported": ["id_token"]}),
        ("algorithms", {"id_token_signing_alg_values_supported": ["HS256", "none"]}),
        ("client authentication", {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}),
    ):
        with pytest.raises(ProviderAway) as refused:
            read_metadata(said | changed, issuer)
        assert refused.value.reason == f"discovery: {reason}"
    with pytest.raises(ProviderAway):
        read_metadata([], issuer)
