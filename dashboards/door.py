"""Who may see the pages: everybody on this machine, or whoever knows the password where other machines can reach them.

Stands on the hooks that Bokeh gives for it: pages and sockets ask who somebody is, and who is not known is sent to ``/login``.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import stat
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bokeh.server.auth_provider import AuthProvider
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import WebSocketHandler

from monitor.errors import ConfigError, Unusable
from monitor.settings import Pages

COOKIE = "xtcmon_key"
LASTS_S = 30 * 86400
WRONG_PAUSE_S = 1.0
MOST_WAITING = 50
SHORTEST = 8
LONGEST = 1000

FORM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>xtcmon</title>
<style>html{background:#12161b;color:#e8ecf1;font:18px system-ui,sans-serif}form{margin:20vh auto;
width:320px;display:grid;gap:12px}
input,button{font:inherit;padding:8px;border-radius:4px;border:1px solid #5b6875;background:#1a2027;color:inherit}</style>
<form method="post"><label for="password">Password of these pages</label>
<input id="password" name="password" type="password" autofocus autocomplete="current-password">
<button>Open</button><span role="alert">%s</span></form></html>"""


def is_own(address: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def password_of(pages: Pages) -> str:
    """The password of the pages; empty if they need none.

    Raises
    ------
    ConfigError
        If other machines could reach the pages and there is no password file.
    Unusable
        If the file cannot be read, others can read it, or its first line is too short.
    """
    if not pages.password_file:
        if is_own(pages.address):
            return ""
        raise ConfigError(
            f"pages on {pages.address} can be reached from other machines: name a password_file, or keep them on 127.0.0.1 "
            "and use a tunnel",
            key="pages.address",
        )
    path = Path(pages.password_file)
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Unusable(f"others can read the password in {path}: chmod 600 {path}")
        first = path.read_text().split("\n", 1)[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"the password of the pages cannot be read from {path}: {error}") from error
    if not SHORTEST <= len(first) <= LONGEST:
        raise Unusable(f"the first line of {path} is no password: it needs {SHORTEST} to {LONGEST} characters")
    return first


class Keeper:
    """Tells who has the key; the key follows from the password alone, so that a restart sends nobody away.

    Parameters
    ----------
    password
        What people have to know.
    clock
        Unix seconds.
    """

    def __init__(self, password: str, clock: Callable[[], float] = time.time) -> None:
        self._password = password
        self._secret = hashlib.scrypt(password.encode(), salt=b"xtcmon pages", n=1 << 14, r=8, p=1)
        self._clock = clock

    def is_right(self, word: str) -> bool:
        """Whether this is the password; takes as long for every wrong one."""
        return hmac.compare_digest(self._password.encode(), word.encode())

    def key(self) -> str:
        """A key that opens for a month."""
        until = str(int(self._clock() + LASTS_S))
        return f"{until}.{self._sign(until)}"

    def opens(self, key: str) -> bool:
        """Whether a key is ours and not too old."""
        until, _, sign = key.partition(".")
        if not until.isascii() or not until.isdecimal() or len(until) > 12:
            return False
        return hmac.compare_digest(self._sign(until), sign) and int(until) > self._clock()

    def _sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()


class Door(AuthProvider):  # type: ignore[misc]  # bokeh has no types
    """Bokeh's view of the keeper.

    Parameters
    ----------
    keeper
        Tells who may come in.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        super().__init__()

    @property
    def get_user(self) -> None:
        """Asked too late for sockets, which are open by then; ``get_user_async`` is asked before."""
        return None

    @property
    def get_user_async(self) -> Callable[[Any], Awaitable[str | None]]:
        """Asked by pages and sockets before they answer; ``None`` = not known."""

        async def user_of(request: Any) -> str | None:
            key = request.get_cookie(COOKIE, "")
            if key and self._keeper.opens(key):
                return "known"
            if isinstance(request, WebSocketHandler):
                # A socket cannot be sent to another page.
                raise HTTPError(403)
            return None

        return user_of

    @property
    def login_url(self) -> str:
        """Where who is not known is sent."""
        return "/login"

    @property
    def get_login_url(self) -> None:
        """It is always the same."""
        return None

    @property
    def login_handler(self) -> type[RequestHandler]:
        """The page that asks for the password."""
        keeper = self._keeper

        class Login(LoginHandler):
            """With this keeper."""

            _keeper = keeper

        return Login

    @property
    def logout_url(self) -> None:
        """Nobody needs to leave: the key is the machine's."""
        return None

    @property
    def logout_handler(self) -> None:
        """As ``logout_url``."""
        return None


class LoginHandler(RequestHandler):
    """Asks for the password; ``/login?token=...`` is the same in one address, for a screen without keyboard."""

    _keeper: Keeper
    _waiting = 0

    async def get(self) -> None:
        """The form, or the way in."""
        token = self.get_query_argument("token", "")
        if token:
            await self._try(token)
        else:
            self._ask("")

    async def post(self) -> None:
        """Somebody says the password."""
        await self._try(self.get_body_argument("password", ""))

    async def _try(self, word: str) -> None:
        kind = type(self)
        if not self._keeper.is_right(word):
            # Guessing is slow, and many who guess at once are not heard.
            if kind._waiting >= MOST_WAITING:
                self.send_error(429)
                return
            kind._waiting += 1
            try:
                await asyncio.sleep(WRONG_PAUSE_S)
            finally:
                kind._waiting -= 1
            self.set_status(403)
            self._ask("That is not the password.")
            return
        secure = self.request.protocol == "https"
        self.set_cookie(COOKIE, self._keeper.key(), httponly=True, samesite="Lax", path="/", max_age=LASTS_S, secure=secure)
        self.redirect(self._next())

    def _next(self) -> str:
        """Where somebody wanted to go; never to another server."""
        wanted = self.get_query_argument("next", "/")
        inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\", "/login"))
        return wanted if inside else "/"

    def _ask(self, said: str) -> None:
        self.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
        self.finish(FORM % said)
