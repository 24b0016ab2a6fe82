"""A rating through nginx, by the file that the documents hand out."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.async_api import Browser, Page, expect

from bot.web.server import make_web
from tests.conftest import lacking
from tests.e2e.browsing import BROWSER, PHONE, keep, press
from tests.servers import free_port
from tests.waiting import PATIENCE
from tests.web_city import city

pytestmark = BROWSER
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nginx.conf"
NGINX = Path("/usr/sbin/nginx")
NAME = "minping.example.gov.cn"
CODE = "7K3PQ9XW2M"
TAPS = ("开始评价", "办过事", "非常满意", "满意", "满意", "满意", "跳过", "提交")
AROUND = """daemon off; pid {folder}/pid; error_log {folder}/start.log; worker_processes 1;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/minping.conf;
}}
"""
"""Debian's own file around ours, in a folder of the test."""


def certificate(folder: Path) -> None:
    """Write a certificate that nobody trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    (folder / "minping.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "minping.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def placed(folder: Path, ports: dict[str, int]) -> None:
    """Write the example to a folder, with what every operator replaces, and with free ports."""
    words = EXAMPLE.read_text("utf-8")
    for there, here in {
        "/etc/nginx/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        "listen 80;": f"listen 127.0.0.1:{ports['http']};",
        "listen 443 ssl": f"listen 127.0.0.1:{ports['https']} ssl",
        "127.0.0.1:8080": f"127.0.0.1:{ports['service']}",
        f"server_name {NAME};": "server_name localhost;",
    }.items():
        assert there in words
        words = words.replace(there, here)
    (folder / "minping.conf").write_text(words, "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), "utf-8")


@contextmanager
def running_nginx(folder: Path) -> Iterator[None]:
    """Run nginx by a folder's file, which it must find in order."""
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


async def until_open(port: int) -> None:
    """Wait until somebody listens on a port."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


def logged(folder: Path) -> str:
    """Return all that nginx has noted, of whatever name."""
    files = sorted(folder.glob("*.log"))
    assert folder / "minping-error.log" in files
    return "".join(file.read_text("utf-8") for file in files)


@dataclass(frozen=True, slots=True)
class Proxy:
    """The folder of an nginx that does not run yet, and its ports."""

    folder: Path
    ports: dict[str, int]

    @property
    def site(self) -> str:
        return f"https://localhost:{self.ports['https']}"


@pytest.fixture
def proxy(tmp_path: Path) -> Proxy:
    if not NGINX.exists():
        lacking("no nginx: apt-get install nginx-light")
    if os.getuid() == 0:
        tmp_path.chmod(0o755)  # its workers have an account of their own
    folder = tmp_path / "nginx"
    folder.mkdir()
    certificate(folder)
    made = Proxy(folder, {name: free_port() for name in ("http", "https", "service")})
    placed(folder, made.ports)
    return made


async def rate(page: Page, link: str) -> None:
    await page.goto(f"/r/{link}/FIN")
    for words in TAPS:
        await press(page, words)
    await expect(page.locator(".receipt")).to_be_visible()


@pytest.mark.slow
async def test_a_citizen_rates_through_the_documented_file_and_is_noted_nowhere(
    proxy: Proxy, tmp_path: Path, valkey_url: str, browser: Browser
) -> None:
    options = {"public_url": proxy.site, "trusted_proxies": 1}
    async with (
        city(tmp_path / "data", valkey_url, **options) as town,
        await browser.new_context(
            base_url=proxy.site, ignore_https_errors=True, locale="zh-CN", viewport=PHONE
        ) as context,
    ):
        server = TestServer(make_web(town.service), port=proxy.ports["service"])
        with running_nginx(proxy.folder):
            await until_open(proxy.ports["https"])
            await server.start_server()
            page, ask = await context.new_page(), context.request
            await rate(page, town.link)
            assert await town.ballots() == [("FIN", "VS S S S")]

            plain = f"http://localhost:{proxy.ports['http']}/r/{town.link}/FIN"
            moved = await ask.get(plain, max_redirects=0)
            assert moved.status == 301
            assert moved.headers["location"] == f"https://localhost/r/{town.link}/FIN"
            assert (await ask.get("/admin")).ok
            await ask.get(f"/{CODE}")
            await server.close()

            away = await page.goto(f"/r/{town.link}/EDU")
            assert away is not None
            assert (away.status, away.headers["retry-after"]) == (503, "30")
            await expect(page.locator("h1")).to_have_text("服务正在重新启动")
            await keep(page, "nginx-away")
    noted = logged(proxy.folder)
    assert '"GET /admin' in noted, "who signs in is noted"
    assert not [word for word in (town.link, CODE, "/FIN", "/EDU", "/answer") if word in noted]
