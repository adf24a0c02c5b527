"""Failures of any server: the rows M1 to X1 of the console messages."""

from cases import (API, APP, APP2, CLOSED, HEALTHY, INCLUDE, LOGIN, PARTNER, PUBLIC, PUT, Case, fetch, finding, never)
from server import Answer, page

ORIGIN = "Access-Control-Allow-Origin"
METHODS = "Access-Control-Allow-Methods"
HEADERS = "Access-Control-Allow-Headers"
CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
ALLOW, VARY = (ORIGIN, APP), ("Vary", "Origin")
OK = Answer(200, [ALLOW, VARY], "[]")
ORDERS = "api.demo.localhost/orders"
LOGIN_PAGE = '<!doctype html><title>Sign in</title><form method="post"><input name="email"></form>'
SESSION = [f"{APP}/session", f"{API}/session"]
COOKIES = {f"{host}.demo.localhost/session": Answer(200, [("Set-Cookie", f"session=secret-cookie-value-{host}; Path=/; HttpOnly")])
           for host in ("app", "api", "login")}


def simple(name: str, expected: dict, answer, init: str = "{}", **more) -> Case:
    """A request that needs no preflight."""
    return Case(name, expected, fetch(f"{API}/orders", init), {ORDERS: answer} | COOKIES, before=SESSION, **more)


def preflighted(name: str, expected: dict, preflight: Answer, init: str = PUT, actual=OK, **more) -> Case:
    """A request that needs a preflight."""
    answer = lambda request: preflight if request.method == "OPTIONS" else actual
    return Case(name, expected, fetch(f"{API}/orders", init), {ORDERS: answer} | COOKIES, before=SESSION, **more)


def allowed(*more: tuple[str, str], methods: str = "GET, PUT, PATCH", headers: str = "content-type") -> Answer:
    lines = [ALLOW, (METHODS, methods), (HEADERS, headers), *more]
    return Answer(204, [(name, value) for name, value in lines if value], "", None)


def redirect(to: str, *headers: tuple[str, str], status: int = 302) -> Answer:
    return Answer(status, [("Location", to), *headers], "", None)


def cached(request) -> Answer:
    """Answers each origin for itself, may be cached, and forgot to say that it varies."""
    return Answer(200, [(ORIGIN, request.headers.get("Origin", "")), ("Cache-Control", "max-age=600")], "[]")


def fails_sometimes(request) -> Answer:
    return Answer(500, [], "no", "text/plain") if "fail" in request.query else OK


MISSING = "allow-origin-missing"
MISMATCH = "allow-origin-mismatch"
HTML = "text/html; charset=utf-8"
NULL = (ORIGIN, "null")

REQUESTS = [
    simple("m1-missing-policy", finding(MISSING, "origin-not-allowed"), Answer(200, [], "[]")),
    simple("m1-refused-origin", finding(MISSING, "origin-not-allowed"), Answer(200, [VARY], "[]"), INCLUDE),
    Case("m1-xmlhttprequest", finding(MISSING, "origin-not-allowed"), f"""
const request = new XMLHttpRequest();
request.open('GET', '{API}/orders');
request.onload = () => done(request.status);
request.onerror = () => done('blocked');
request.send();""", {ORDERS: Answer(200, [], "[]")}),
    Case("m1-font", finding(MISSING, "origin-not-allowed"), f"""
const font = new FontFace('Acme', "url({API}/acme.woff2)");
font.load().then(() => done('loaded'), () => done('blocked'));""",
         {"api.demo.localhost/acme.woff2": Answer(200, [], "not really a font", "font/woff2")}),
    Case("m1-module-script", finding(MISSING, "origin-not-allowed"), f"""
const script = document.createElement('script');
Object.assign(script, {{ type: 'module', src: '{API}/widget.js', onload: () => done('loaded'), onerror: () => done('blocked') }});
document.head.append(script);""", {"api.demo.localhost/widget.js": Answer(200, [], "export {}", "text/javascript")}),
    simple("m1-error-page", finding(MISSING, "error-path-without-cors"), Answer(502, [], "<h1>502 Bad Gateway</h1>", HTML)),
    Case("m1-error-page-after-success", finding(MISSING, "error-path-without-cors"),
         f"fetch('{API}/orders').then(() => fetch('{API}/orders?fail')).then(() => done('200'), () => done('blocked'));",
         {ORDERS: fails_sometimes}),
    simple("m1-not-found", finding(MISSING, "error-path-without-cors", "origin-not-allowed"), Answer(404, [], "not found", "text/plain")),
    simple("m1-unauthorized", finding(MISSING, "session-missing", "error-path-without-cors", "session-expired"),
           Answer(401, [("WWW-Authenticate", 'Bearer realm="orders"')], '{"error":"no session"}'), INCLUDE),
    simple("m1-login-redirect", finding(MISSING, "session-missing"), redirect(f"{LOGIN}/sign-in?next=orders"), INCLUDE),
    Case("m1-login-page", finding(MISSING, "session-missing"), fetch(f"{API}/orders", INCLUDE),
         {ORDERS: redirect(f"{LOGIN}/sign-in?next=orders", ALLOW, CREDENTIALS),
          "login.demo.localhost/sign-in": Answer(200, [], LOGIN_PAGE, HTML)} | COOKIES, before=SESSION,
         note="the first hop passes; the login page itself has no CORS headers"),
    Case("m1-login-redirect-of-own-host", finding(MISSING, "session-missing", "session-expired"), fetch(f"{APP}/api/orders"),
         {"app.demo.localhost/api/orders": redirect(f"{LOGIN}/sign-in?next=orders"),
          "login.demo.localhost/sign-in": Answer(200, [], LOGIN_PAGE, HTML)},
         note="a same-origin call: only the redirect makes it cross-origin"),
    simple("m2-wrong-origin", finding(MISMATCH, "origin-not-allowed"), Answer(200, [(ORIGIN, APP2)], "[]")),
    simple("m2-trailing-slash", finding(MISMATCH, "malformed-header", "origin-not-allowed"), Answer(200, [(ORIGIN, APP + "/")], "[]")),
    Case("m2-cached-for-another-origin", finding(MISMATCH, "cached-for-another-origin"), fetch(f"{API}/orders"),
         {ORDERS: cached, "app2.demo.localhost/first": page(fetch(f"{API}/orders"))}, before=[f"{APP2}/first#wait"],
         engines={"chromium": finding(MISMATCH, "cached-for-another-origin", "origin-not-allowed", "unknown")},
         note="Chromium exports a cached response that failed the check without status and headers"),
    Case("m2-null-after-redirect", finding(MISMATCH, "null-origin-after-redirect"), fetch(f"{API}/orders", INCLUDE),
         {ORDERS: redirect(f"{LOGIN}/continue", ALLOW, CREDENTIALS),
          "login.demo.localhost/continue": redirect(f"{API}/orders?ticket=1", ALLOW, CREDENTIALS)} | COOKIES, before=SESSION),
    simple("m3-one-line", finding("allow-origin-multiple", "two-owners"), Answer(200, [(ORIGIN, f"{APP}, {APP}")], "[]")),
    simple("m3-two-lines", finding("allow-origin-multiple", "two-owners"), Answer(200, [ALLOW, ALLOW], "[]")),
    simple("m3-wildcard-and-origin", finding("allow-origin-multiple", "two-owners"), Answer(200, [(ORIGIN, "*"), ALLOW], "[]")),
    simple("m4-no-scheme", finding("allow-origin-invalid", "malformed-header"), Answer(200, [(ORIGIN, "app.demo.localhost")], "[]")),
    simple("m4-template", finding("allow-origin-invalid", "malformed-header"), Answer(200, [(ORIGIN, "${ALLOWED_ORIGIN}")], "[]")),
    simple("m5-wildcard", finding("wildcard-with-credentials", "wildcard-with-credentials"), Answer(200, [(ORIGIN, "*")], "[]"), INCLUDE),
    simple("m6-missing", finding("allow-credentials-missing", "allow-credentials-missing"), OK, INCLUDE),
    simple("m6-upper-case", finding("allow-credentials-missing", "allow-credentials-missing", "malformed-header"),
           Answer(200, [ALLOW, (CREDENTIALS[0], "True")], "[]"), INCLUDE),
]

STATUS = "preflight-status"
PUT_INCLUDE = PUT.replace("{ method", "{ credentials: 'include', method")

PREFLIGHTS = [
    preflighted("p1-401", finding(STATUS, "auth-before-cors"),
                Answer(401, [ALLOW, ("WWW-Authenticate", 'Bearer realm="orders"')], '{"error":"no session"}')),
    preflighted("p1-403", finding(STATUS, "auth-before-cors"), Answer(403, [ALLOW], "forbidden", "text/plain")),
    preflighted("p1-404", finding(STATUS, "options-not-handled"), Answer(404, [ALLOW], "not found", "text/plain")),
    preflighted("p1-405", finding(STATUS, "options-not-handled"), Answer(405, [ALLOW, ("Allow", "GET, PUT")], "", None)),
    preflighted("p1-500", finding(STATUS, "options-not-handled"), Answer(500, [ALLOW], "no", "text/plain")),
    preflighted("p2-login", finding("preflight-redirect", "auth-before-cors"),
                redirect(f"{LOGIN}/sign-in?next=orders", ALLOW, CREDENTIALS), PUT_INCLUDE),
    preflighted("p2-slash", finding("preflight-redirect", "options-not-handled", "unknown"), redirect(f"{API}/orders/", ALLOW, status=301)),
    preflighted("p3-method", finding("method-not-allowed", "method-not-allowed"), allowed(methods="GET, POST")),
    preflighted("p3-no-methods", finding("method-not-allowed", "method-not-allowed"), allowed(methods="")),
    preflighted("p3-lower-case-patch", finding("method-not-allowed", "method-not-allowed"), allowed(), PUT.replace("'PUT'", "'patch'")),
    preflighted("p3-wildcard-with-credentials", finding("method-not-allowed", "wildcard-with-credentials"),
                allowed(CREDENTIALS, methods="*"), PUT_INCLUDE),
    preflighted("p4-header", finding("header-not-allowed", "header-not-allowed"), allowed(),
                "{ headers: { 'x-tenant': 'acme' } }"),
    preflighted("p4-no-headers", finding("header-not-allowed", "header-not-allowed"), allowed(headers="")),
    preflighted("p4-authorization", finding("header-not-allowed", "header-not-allowed"), allowed(),
                "{ headers: { authorization: 'Bearer secret-bearer-value' } }"),
    preflighted("p4-wildcard-with-credentials", finding("header-not-allowed", "wildcard-with-credentials"),
                allowed(CREDENTIALS, headers="*"), PUT_INCLUDE),
    preflighted("p5-methods", finding("preflight-syntax", "malformed-header"), allowed(methods="PUT; GET")),
    preflighted("p5-headers", finding("preflight-syntax", "malformed-header"), allowed(headers="content-type; x-tenant")),
    preflighted("p6-missing", finding(MISSING, "origin-not-allowed", "options-not-handled"), Answer(204, [], "", None)),
    preflighted("p6-options-without-cors", finding(MISSING, "options-not-handled", "origin-not-allowed"),
                Answer(200, [("Allow", "GET, HEAD, PUT, OPTIONS")], "", None)),
    preflighted("p6-401-without-headers", finding(MISSING, "auth-before-cors"),
                Answer(401, [("WWW-Authenticate", 'Bearer realm="orders"')], '{"error":"no session"}')),
    preflighted("p6-403-without-headers", finding(MISSING, "auth-before-cors", "origin-not-allowed", "unknown"), Answer(403, [], "forbidden", "text/plain")),
    preflighted("p6-404-without-headers", finding(MISSING, "options-not-handled"), Answer(404, [], "not found", "text/plain")),
    preflighted("p6-405-without-headers", finding(MISSING, "options-not-handled"), Answer(405, [("Allow", "GET, PUT")], "", None)),
    preflighted("p6-502-without-headers", finding(MISSING, "options-not-handled", "error-path-without-cors", "unknown"), Answer(502, [], "<h1>502 Bad Gateway</h1>", HTML)),
    preflighted("p6-login-without-headers", finding("preflight-redirect", "auth-before-cors"),
                redirect(f"{LOGIN}/sign-in?next=orders"), PUT_INCLUDE,
                engines={"firefox": finding(MISSING, "auth-before-cors")}, note="Chromium looks at the redirect first, Firefox at the header"),
    preflighted("p6-mismatch", finding(MISMATCH, "origin-not-allowed"), Answer(204, [(ORIGIN, APP2), (METHODS, "PUT")], "", None)),
    preflighted("p6-multiple", finding("allow-origin-multiple", "two-owners"), allowed(ALLOW)),
    preflighted("p6-invalid", finding("allow-origin-invalid", "malformed-header"), Answer(204, [(ORIGIN, "app.demo.localhost")], "", None)),
    preflighted("p6-wildcard", finding("wildcard-with-credentials", "wildcard-with-credentials"),
                Answer(204, [(ORIGIN, "*"), CREDENTIALS, (METHODS, "PUT"), (HEADERS, "content-type")], "", None), PUT_INCLUDE),
    preflighted("p6-credentials", finding("allow-credentials-missing", "allow-credentials-missing"), allowed(), PUT_INCLUDE),
    preflighted("p6-actual-missing", finding(MISSING, "origin-not-allowed", "error-path-without-cors"), allowed(),
                actual=Answer(200, [], "[]"), note="the preflight passes, the request's own response has no headers"),
    preflighted("p6-actual-error", finding(MISSING, "error-path-without-cors"), allowed(),
                actual=Answer(500, [], "no", "text/plain"), note="the preflight passes, the error page has no headers"),
]


def script_element(url: str, attributes: str = "") -> str:
    return f"""
const script = document.createElement('script');
Object.assign(script, {{ src: '{url}', onload: () => done('loaded'), onerror: () => done('blocked') {attributes} }});
document.head.append(script);"""


IMAGE = f"""
const image = new Image();
Object.assign(image, {{ src: '{API}/logo.svg', onload: () => done('loaded'), onerror: () => done('blocked') }});
document.documentElement.append(image);"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
LOGO = "api.demo.localhost/logo.svg"

OTHERS = [
    Case("r1-userinfo", finding("redirect-userinfo", "malformed-header", "unknown"), fetch(f"{API}/orders"),
         {ORDERS: redirect(f"{API.replace('//', '//user:secret-password@')}/new", ALLOW)}),
    Case("l1-local-network", finding("local-network", "local-network"), fetch(f"http://127.0.0.1:{PUBLIC}/printer"),
         {"127.0.0.1/printer": OK}, switches=("--ip-address-space-overrides=127.0.0.1:17080=public,[::1]:17080=public",),
         engines={"firefox": never("Firefox ESR 153 asks nobody and blocks nothing between address spaces by default")}),
    Case("n1-same-origin-mode", finding("unsupported-scheme", "unknown"), fetch(f"{API}/orders", "{ mode: 'same-origin' }"), {ORDERS: OK}),
    Case("n1-scheme", finding("unsupported-scheme", "unknown"), """
const request = new XMLHttpRequest();
request.open('GET', 'acme://api/orders');
request.onload = () => done(request.status);
request.onerror = () => done('blocked');
request.send();"""),
    Case("n1-local-file", finding("unsupported-scheme", "unknown"), script_element("file:///srv/widget.js", ", type: 'module'")),
    preflighted("w1-authorization", HEALTHY | {"latent": {"symptom": "authorization-wildcard", "cause": "header-not-allowed"}},
                Answer(204, [(ORIGIN, "*"), (HEADERS, "*")], "", None), "{ headers: { authorization: 'Bearer secret-bearer-value' } }",
                Answer(200, [(ORIGIN, "*")], "[]"), outcome="200",
                engines={"firefox": finding("authorization-wildcard", "header-not-allowed", "wildcard-with-credentials")},
                note="both engines let it pass, although the standard's `*` does not cover Authorization; Firefox warns, Chromium is silent"),
    Case("c1-image", finding("resource-policy", "resource-policy"), IMAGE,
         {LOGO: Answer(200, [("Cross-Origin-Resource-Policy", "same-origin")], SVG, "image/svg+xml")}),
    Case("c1-script", finding("resource-policy", "resource-policy"), script_element(f"{API}/widget.js"),
         {"api.demo.localhost/widget.js": Answer(200, [("Cross-Origin-Resource-Policy", "same-origin")], "0", "text/javascript")}),
    Case("c1-embedder-policy", finding("resource-policy", "resource-policy"), IMAGE, {LOGO: Answer(200, [], SVG, "image/svg+xml")},
         page_headers=[("Cross-Origin-Embedder-Policy", "require-corp")],
         note="the page asks for it: its Cross-Origin-Embedder-Policy needs a Cross-Origin-Resource-Policy on every response"),
    Case("x1-refused", finding("not-cors", "network-failure"), fetch(f"http://api.demo.localhost:{CLOSED}/orders")),
    Case("x1-refused-preflight", finding("not-cors", "network-failure"), fetch(f"http://api.demo.localhost:{CLOSED}/orders", PUT)),
    Case("x1-unknown-host", finding("not-cors", "network-failure"), fetch("http://api.demo.invalid/orders")),
    Case("x1-content-security-policy", finding("not-cors", "network-failure", "unknown"), fetch(f"{API}/orders"), {ORDERS: OK},
         page_headers=[("Content-Security-Policy", "connect-src 'self'")]),
]

ANSWERED_BY_LOGIN = {
    ORDERS: redirect(f"{LOGIN}/sign-in?next=orders", ALLOW, CREDENTIALS),
    "login.demo.localhost/sign-in": Answer(200, [NULL, CREDENTIALS], LOGIN_PAGE, HTML)} | COOKIES

CAUSES = [
    Case("login-page-to-fetch", finding("not-cors", "login-page-as-response"), f"""
fetch('{API}/orders', {INCLUDE}).then(response => response.json()).then(() => done('read'), error => {{ console.error(error); done('blocked'); }});""",
         ANSWERED_BY_LOGIN, before=SESSION, note="every CORS check passes; the page reads a login page where it expects JSON"),
    Case("login-page-to-own-fetch", finding("not-cors", "login-page-as-response"), f"""
fetch('/api/orders').then(response => response.json()).then(() => done('read'), error => {{ console.error(error); done('blocked'); }});""",
         {"app.demo.localhost/api/orders": redirect(f"{APP}/sign-in?next=orders"),
          "app.demo.localhost/sign-in": Answer(200, [], LOGIN_PAGE, HTML)}, note="same-origin throughout"),
    Case("login-page-to-script", finding("not-cors", "login-page-as-response"), script_element(f"{API}/widget.js"),
         {"api.demo.localhost/widget.js": redirect(f"{LOGIN}/sign-in?next=widget"),
          "login.demo.localhost/sign-in": Answer(200, [("X-Content-Type-Options", "nosniff")], LOGIN_PAGE, HTML)}),
    Case("same-site-cookie", finding(MISSING, "same-site-cookie"), f"""
fetch('{API}/session', {{ method: 'POST', credentials: 'include' }})
  .then(() => fetch('{API}/orders', {INCLUDE})).then(response => done(response.status), error => {{ console.error(error); done('blocked'); }});""",
         {ORDERS: lambda request: OK if "session" in request.cookies else Answer(401, [], '{"error":"no session"}'),
          "api.demo.localhost/session": Answer(200, [
              (ORIGIN, PARTNER), CREDENTIALS, VARY,
              ("Set-Cookie", "session=secret-cookie-value-api; Path=/; Secure; HttpOnly; SameSite=Lax")], "{}")},
         page=f"{PARTNER}/orders", engines={"firefox": finding(MISSING, "same-site-cookie", "third-party-cookies-blocked")},
         note="the page is of another site; the cookie that the first answer sets is Lax, so the browser neither keeps nor sends it"),
    Case("third-party-cookies-blocked", finding(MISSING, "third-party-cookies-blocked"), fetch(f"{API}/orders", INCLUDE),
         {ORDERS: lambda request: OK if "session" in request.cookies else redirect(f"{LOGIN}/sign-in?next=orders"),
          "api.demo.localhost/session": Answer(200, [("Set-Cookie", "session=secret-cookie-value-api; Path=/; Secure; HttpOnly; SameSite=None")])},
         page=f"{PARTNER}/orders", before=[f"{API}/session"], third_party_cookies=False),
    Case("credentials-not-sent", finding(MISSING, "credentials-not-sent"), f"""
fetch('{API}/me', {INCLUDE}).then(() => fetch('{API}/orders')).then(response => done(response.status),
  error => {{ console.error(error); done('blocked'); }});""",
         {"api.demo.localhost/me": Answer(200, [ALLOW, CREDENTIALS, VARY], "{}"),
          ORDERS: lambda request: OK if "session" in request.cookies else redirect(f"{LOGIN}/sign-in?next=orders")} | COOKIES,
         before=SESSION, note="the first call includes credentials and works, the second one forgot to"),
]

WELL = [
    simple("healthy-simple", HEALTHY, OK, outcome="200"),
    simple("healthy-credentials", HEALTHY, Answer(200, [ALLOW, CREDENTIALS, VARY], "[]"), INCLUDE, outcome="200"),
    simple("healthy-wildcard", HEALTHY, Answer(200, [(ORIGIN, "*")], "[]"), outcome="200"),
    preflighted("healthy-preflight", HEALTHY, allowed(("Access-Control-Max-Age", "600")), outcome="200"),
    simple("healthy-readable-error", HEALTHY, Answer(404, [ALLOW, VARY], '{"error":"no such order"}'), outcome="404",
           note="an error that the page can read is no CORS failure"),
    Case("healthy-redirect", HEALTHY, fetch(f"{API}/orders"),
         {ORDERS: redirect(f"{API}/orders/all", ALLOW), "api.demo.localhost/orders/all": OK}, outcome="200"),
    Case("healthy-own-host", HEALTHY, fetch(f"{APP}/api/orders", PUT), {"app.demo.localhost/api/orders": Answer(200, [], "[]")}, outcome="200"),
    Case("healthy-opaque", HEALTHY, f"fetch('{API}/beacon', {{ mode: 'no-cors' }}).then(response => done(response.type), () => done('blocked'));",
         {"api.demo.localhost/beacon": Answer(204, [], "", None)}, outcome="opaque", note="no-cors: there is nothing to allow"),
]

CASES = REQUESTS + PREFLIGHTS + OTHERS + CAUSES + WELL
