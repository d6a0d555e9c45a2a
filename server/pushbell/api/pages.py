"""The pages of the web app and its static files."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from pushbell.api.answers import SERVER
from pushbell.api.assets import Asset, Assets
from pushbell.errors import NOT_FOUND

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: https:",  # https: for the icons that senders give their messages
        "manifest-src 'self'",
        "worker-src 'self'",
        "font-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'",
        "trusted-types pushbell",
    )
)
# Few: a first visit fetches some sixty files, and each brings its headers.
FILE_HEADERS: Final = {
    **SERVER,
    "Content-Security-Policy": "default-src 'none'",  # a drawing that is opened by itself may do nothing
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
PAGE_HEADERS: Final = {
    **FILE_HEADERS,
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
REVALIDATE: Final = "no-cache"
FOREVER: Final = "max-age=31536000, immutable"


class Pages:
    """Handlers for the app's shell, its service worker, its manifest and its static files."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    async def index(self, request: web.Request) -> web.Response:
        """The app's shell: the same for every address, the script decides what it shows."""
        return _send(request, self._assets.page("app.html"), PAGE_HEADERS)

    async def worker(self, request: web.Request) -> web.Response:
        return _send(request, self._assets.page("sw.js"), PAGE_HEADERS)

    async def manifest(self, request: web.Request) -> web.Response:
        return _send(request, self._assets.page("app.webmanifest"), FILE_HEADERS)

    async def favicon(self, request: web.Request) -> web.Response:
        return _send(request, self._file("icons/favicon.ico"), FILE_HEADERS)

    async def static(self, request: web.Request) -> web.Response:
        """`/static/{version}/{path}`: only the version that runs, so that a cache can never mix two."""
        if request.match_info["version"] != self._assets.version:
            raise NOT_FOUND
        return _send(request, self._file(request.match_info["path"]), FILE_HEADERS, FOREVER)

    def _file(self, name: str) -> Asset:
        asset = self._assets.static(name)
        if asset is None:
            raise NOT_FOUND
        return asset


def _send(
    request: web.Request, asset: Asset, headers: Mapping[str, str], cache_control: str = REVALIDATE
) -> web.Response:
    headers = {**headers, "Cache-Control": cache_control}
    if cache_control == REVALIDATE:
        headers["ETag"] = asset.etag
        if any(tag.value == asset.etag.strip('"') for tag in request.if_none_match or ()):
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Type"] = asset.content_type
    if asset.gzip is not None and _accepts_gzip(request.headers.get("Accept-Encoding", "")):
        return web.Response(body=asset.gzip, headers={**headers, "Content-Encoding": "gzip"})
    return web.Response(body=asset.body, headers=headers)


def _accepts_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding names gzip without refusing it (RFC 9110 §12.5.3)."""
    for coding in accepted.lower().replace(" ", "").split(","):
        name, _, weight = coding.partition(";q=")
        if name == "gzip":
            return not weight or weight.strip("0.") != ""
    return False
