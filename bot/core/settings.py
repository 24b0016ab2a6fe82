"""Every setting of the service. This is the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.events import FORMATS, TEXT
from survey_flows.errors import BadInput, Message, Place
from survey_flows.signed_notes import COSIGNATURE, ED25519, read_key


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an operator, by environment variables ``MINPING_<NAME>``.

    Two have their usual names: ``DATABASE_URL`` and ``REDIS_URL``.

    Attributes:
        data: folder for the embedded database, the bundled Valkey's files and the keys.
        database_url: SQLAlchemy URL; empty means SQLite in `data`.
        redis_url: Redis 7 or later; empty means the bundled Valkey.
        host: address to listen on.
        port: port to listen on.
        public_url: https address of the service for Telegram and citizens; empty means none.
        telegram_token: the bot's token; empty means no Telegram.
        telegram_name: the bot's user name, without @, for the links that citizens get.
        telegram_secret: secret of Telegram's webhook calls; empty means a random one in `data`.
        telegram_api: base address of the Bot API, for a local Bot API server.
        wechat_token: token of the WeChat Official Account, 16 to 32 letters and digits; empty means
            no WeChat.
        wechat_aes_key: its EncodingAESKey, needed under an https `public_url`; empty means that
            messages come in clear.
        wechat_app_id: its AppID, needed with the key.
        wecom_token: token of the WeCom application, as long; empty means no WeCom.
        wecom_aes_key: its EncodingAESKey.
        wecom_corp_id: the company's CorpID.
        trusted_proxies: reverse proxies before the service that may name the client's address.
        push_rate: outgoing messages a second, from all processes of the bot together.
        web_rate: new web conversations from one address in an hour, beyond which a start waits for
            some seconds.
        api_rate: requests in a second that one token may make, on average.
        log_origin: name of the log in its checkpoints, such as minping.example.gov; set it once.
        log_key: public key of the log, when the mixer is a process of its own; empty means that
            the mixer runs in the service.
        witnesses: public keys of the log's witnesses, separated by spaces.
        migrate: "yes" lets the service bring an older database to this version while a campaign
            runs; empty means that it does so only without one.
        metrics: where a monitoring system reads metrics, as ``host:port`` or as the absolute path
            of a socket; empty means nowhere.
        backup_folder: where backups go that no command names a folder for; empty means none.
        backup_key: the public age key to which they are sealed.
        timezone: the city's time zone.
        city: the city's name, as exports name it; empty names none.
        language: language of commands, en or zh-Hans; empty means the locale's.
        log_level: DEBUG, INFO, WARNING or ERROR.
        log_format: text or json: how a line of the log is written.
    """

    data: Path = Path("data")
    database_url: str = ""
    redis_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    telegram_token: str = ""
    telegram_name: str = ""
    telegram_secret: str = ""
    telegram_api: str = "https://api.telegram.org"
    wechat_token: str = ""
    wechat_aes_key: str = ""
    wechat_app_id: str = ""
    wecom_token: str = ""
    wecom_aes_key: str = ""
    wecom_corp_id: str = ""
    trusted_proxies: int = 0
    push_rate: int = 25
    web_rate: int = 600
    api_rate: int = 10
    log_origin: str = "minping"
    log_key: str = ""
    witnesses: str = ""
    migrate: str = ""
    metrics: str = ""
    backup_folder: str = ""
    backup_key: str = ""
    timezone: str = "Asia/Shanghai"
    city: str = ""
    language: str = ""
    log_level: str = "INFO"
    log_format: str = TEXT

    @property
    def database(self) -> str:
        """The database's URL, also when none was set."""
        return self.database_url or f"sqlite:///{self.data / 'minping.sqlite3'}"


LANGUAGES = ("en", "zh-Hans")
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""POSIX asks these in this order; the first that is set decides."""
UNPREFIXED = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}


def variable(name: str) -> str:
    """Returns the environment variable of the field ``name``."""
    return UNPREFIXED.get(name, f"MINPING_{name.upper()}")


def environment_of(settings: Settings) -> dict[str, str]:
    """Returns the variables of all settings that differ from their defaults."""
    default = Settings()
    given = ((field.name, getattr(settings, field.name)) for field in fields(Settings))
    return {variable(name): str(value) for name, value in given if value != getattr(default, name)}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Returns the settings in the environment.

    Raises:
        BadInput: a variable is unknown, because a typing error must not pass in silence, or its
            value is not of its type.
    """
    environment = os.environ if environment is None else environment
    known = {variable(f.name): f.name for f in fields(Settings)}
    for name in environment:
        if name.startswith("MINPING_") and name not in known:
            raise BadInput(
                Message("setting-unknown", settings=tuple(sorted(known))), Place(field=name)
            )
    given = {
        known[name]: value for name, value in environment.items() if name in known and value != ""
    }
    return Settings(**{name: _convert(name, value) for name, value in given.items()})  # type: ignore[arg-type]


def _convert(name: str, value: str) -> str | int | Path:
    if name == "data":
        return Path(value)
    if name == "timezone":
        return _zone(value)
    if name == "language":
        return _language(value)
    if name == "log_level":
        return _level(value)
    if name == "log_format":
        return _choice(name, value, tuple(FORMATS))
    if name == "migrate":
        return _choice(name, value, ("yes",))
    if name == "metrics":
        metrics_place(value)
        return value
    if name == "log_key":
        return _log_key(value)
    if name == "witnesses":
        return _witnesses(value)
    if name in {"port", "trusted_proxies", "push_rate", "web_rate", "api_rate"}:
        if not value.isdecimal() or (name in {"push_rate", "api_rate"} and int(value) == 0):
            raise BadInput(Message("setting-no-number", value=value), Place(field=variable(name)))
        return int(value)
    return value


def metrics_place(value: str) -> tuple[str, int] | Path:
    """Returns the host and port, or the path of the socket, of the setting ``metrics``.

    Raises:
        BadInput: it is neither.
    """
    if value.startswith("/"):
        return Path(value)
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= 65535:
        message = Message("setting-no-metrics-place", value=value)
        raise BadInput(message, Place(field=variable("metrics")))
    return host.removeprefix("[").removesuffix("]"), int(port)


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(
            Message("setting-unknown-time-zone", value=value), Place(field=variable("timezone"))
        ) from error
    return value


def _log_key(value: str) -> str:
    try:
        key = read_key(value)
    except BadInput as error:
        raise BadInput(error.message, Place(field=variable("log_key"))) from error
    if key.kind != ED25519:
        raise BadInput(Message("setting-log-key-of-witness"), Place(field=variable("log_key")))
    return value


def _witnesses(value: str) -> str:
    try:
        keys = [read_key(key) for key in value.split()]
    except BadInput as error:
        raise BadInput(error.message, Place(field=variable("witnesses"))) from error
    if any(key.kind != COSIGNATURE for key in keys):
        raise BadInput(Message("setting-no-witness-key"), Place(field=variable("witnesses")))
    return value


def read_language(environment: Mapping[str, str] | None = None) -> str:
    """Returns the language of commands.

    It works also when other settings are wrong, since the refusal needs a language.
    """
    environment = os.environ if environment is None else environment
    if environment.get(variable("language")) in LANGUAGES:
        return environment[variable("language")]
    locale = next((environment[name] for name in LOCALE if environment.get(name)), "")
    return "zh-Hans" if locale.startswith("zh") else "en"


def _language(value: str) -> str:
    return _choice("language", value, LANGUAGES)


def _level(value: str) -> str:
    return _choice("log_level", value.upper(), ("DEBUG", "INFO", "WARNING", "ERROR"))


def _choice(name: str, value: str, values: tuple[str, ...]) -> str:
    if value not in values:
        raise BadInput(
            Message("setting-unknown-level", value=value, levels=values),
            Place(field=variable(name)),
        )
    return value
