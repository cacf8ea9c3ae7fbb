"""Settings from the environment, read once and loudly: a wrong value stops the start with its name."""

import os
from typing import Any
from urllib.parse import unquote, urlsplit


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None:
        raise SystemExit(f"{name} is not set; docs/operations.md says what it is for")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    value = os.environ.get(name, "").lower()
    if value not in {"", "0", "1", "false", "true", "no", "yes"}:
        raise SystemExit(f"{name}={value!r}: expected 1 or 0")
    return default if value == "" else value in {"1", "true", "yes"}


def database(name: str, engine: str) -> dict[str, Any] | None:
    """A database from a URL `postgresql://role:password@host:port/database`, or None when the variable is not set."""
    url = os.environ.get(name)
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise SystemExit(f"{name}: expected postgresql://role:password@host:port/database")
    return {
        "ENGINE": engine,
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TIME_ZONE": "UTC",
        "TEST": {"NAME": unquote(parts.path.strip("/")), "MIGRATE": False},
    }


def single_sign_on() -> list[dict[str, Any]]:
    """The city's OpenID Connect provider, where WAIBAN_OIDC_ISSUER names one; the others of the three are then needed."""
    issuer = os.environ.get("WAIBAN_OIDC_ISSUER")
    if not issuer:
        return []
    return [
        {
            "provider_id": "city",
            "name": text("WAIBAN_OIDC_NAME", "统一身份认证"),
            "client_id": text("WAIBAN_OIDC_CLIENT"),
            "secret": text("WAIBAN_OIDC_SECRET"),
            "settings": {"server_url": issuer},
        }
    ]
