"""Failures behind a real Crossgate: what a login in front of applications does to cross-origin calls."""

from cases import GATEWAY, HEALTHY, INCLUDE, PUT, Case, fetch, finding
from plain_cases import CREDENTIALS, MISMATCH, MISSING, ORIGIN, VARY, redirect, script_element
from server import Answer, page

APP, API, APP2 = (f"http://{name}.demo.localhost:{GATEWAY}" for name in ("app", "api", "app2"))
PARTNER = f"http://partner.other.localhost:{GATEWAY}"
ANN = "ann@acme.example"
OK = Answer(200, [(ORIGIN, APP), CREDENTIALS, VARY], "[]")
PARTNER_OK = Answer(200, [(ORIGIN, PARTNER), CREDENTIALS, VARY], "[]")
WELCOME = {f"{host}/welcome": page("done('welcome');")
           for host in ("app.demo.localhost", "app2.demo.localhost", "api.demo.localhost", "partner.other.localhost")}
PUT_INCLUDE = PUT.replace("{ method", "{ credentials: 'include', method")
AT_APP = [(f"{APP}/welcome", ANN)]
AT_BOTH = [*AT_APP, f"{API}/welcome"]
AT_PARTNER = [(f"{PARTNER}/welcome", ANN), f"{API}/welcome"]


def behind(name: str, config: str, expected: dict, script: str, before: list, orders=OK, **more) -> Case:
    """A page of one application that calls another one's `/orders`."""
    routes = {"api.demo.localhost/orders": orders, "api.demo.localhost/me": OK} | WELCOME | more.pop("routes", {})
    return Case(f"crossgate-{name}", expected, script, routes, before=before, gateway=f"config/{config}.yaml",
                **({"page": f"{APP}/orders"} | more))


def latent(cause: str, *or_causes: str) -> dict:
    """No CORS check failed: the page reads the refusal. Naming its cause is right all the same."""
    return HEALTHY | {"latent": finding("not-cors", cause, *or_causes)}


CALL = fetch(f"{API}/orders", INCLUDE)
WRITE = fetch(f"{API}/orders", PUT_INCLUDE)


WIDGET = {"api.demo.localhost/widget.js": Answer(200, [(ORIGIN, APP), CREDENTIALS, VARY], "0", "text/javascript")}


def element(crossorigin: str) -> str:
    return (f'<script crossorigin="{crossorigin}" src="{API}/widget.js" '
            """onload="document.title = 'loaded'" onerror="document.title = 'blocked'"></script>\n""")


def refuses_options(request) -> Answer:
    return Answer(405, [("Allow", "GET, PUT")], "", None) if request.method == "OPTIONS" else OK


def logs_in_itself(request) -> Answer:
    return redirect("http://sso.demo.localhost:17080/sign-in?next=orders") if request.method == "OPTIONS" else OK


CASES = [
    behind("session-missing", "no-cors", finding(MISSING, "session-missing"), CALL, AT_APP,
           note="signed in at the page's application, never at the API: the gateway redirects to the login host, without CORS headers"),
    behind("session-missing-readable", "cors", latent("session-missing"), CALL, AT_APP, outcome="401",
           note="with `cors_headers` the gateway's 401 is readable and says where to sign in"),
    behind("session-missing-write", "cors", latent("session-missing"), WRITE, AT_APP, outcome="401"),
    behind("session-expired", "short-session", finding(MISSING, "session-expired"), f"""
const call = () => fetch('{API}/orders', {INCLUDE}).then(response => response.status);
call().then(() => new Promise(later => setTimeout(later, 14000))).then(call).then(done, error => {{ console.error(error); done('blocked'); }});""",
           AT_BOTH, idle=14, note="the first call works; the second comes after the session's end"),
    behind("credentials-not-sent", "no-cors", finding(MISSING, "credentials-not-sent"), f"""
fetch('{API}/me', {INCLUDE}).then(() => fetch('{API}/orders')).then(response => done(response.status),
  error => {{ console.error(error); done('blocked'); }});""", AT_BOTH),
    behind("credentials-not-sent-readable", "cors", latent("credentials-not-sent", "session-missing"), fetch(f"{API}/orders"), AT_BOTH, outcome="401"),
    behind("third-party-cookies-blocked", "partner-redirect", finding(MISSING, "third-party-cookies-blocked"), CALL, AT_PARTNER, PARTNER_OK,
           page=f"{PARTNER}/orders", third_party_cookies=False, outcomes={"firefox": "401"},
           engines={"firefox": latent("third-party-cookies-blocked", "session-missing")},
           note="signed in everywhere, and no cookie is sent: the page is of another site. Firefox partitions the cookies that "
                "the redirects set, so that the gateway knows the browser again and answers readably"),
    behind("third-party-cookies-blocked-readable", "partner", latent("third-party-cookies-blocked", "session-missing"), CALL, AT_PARTNER, PARTNER_OK,
           page=f"{PARTNER}/orders", third_party_cookies=False, outcome="401"),
    behind("same-site-cookie", "partner-lax", finding(MISSING, "same-site-cookie"), CALL, AT_PARTNER, PARTNER_OK, page=f"{PARTNER}/orders",
           outcomes={"firefox": "401"}, engines={"firefox": latent("third-party-cookies-blocked", "same-site-cookie", "session-missing")},
           note="third-party cookies are allowed where the engine can; the application's cookie is Lax"),
    behind("null-origin-after-redirect", "redirect", finding(MISMATCH, "null-origin-after-redirect"), f"""
const call = () => fetch('{API}/orders', {INCLUDE}).then(response => response.status);
call().catch(error => {{ console.error(error); return call(); }}).then(done, () => done('blocked'));""", AT_APP, outcome="200",
           note="the first call fails at its last hop and leaves the cookie behind, so the second one works"),
    behind("anonymous-script", "no-cors", finding(MISSING, "anonymous-script"), "", AT_BOTH, markup=element("anonymous"), routes=WIDGET,
           note="`crossorigin` without a value, or `anonymous`: no cookie goes to another origin"),
    behind("healthy-script", "no-cors", HEALTHY, "", AT_BOTH, markup=element("use-credentials"), routes=WIDGET, outcome="loaded"),
    behind("script-without-session", "no-cors", finding("not-cors", "session-missing", "login-page-as-response", "unknown"),
           script_element(f"{API}/widget.js"), AT_APP,
           routes={"api.demo.localhost/widget.js": Answer(200, [], "0", "text/javascript")},
           note="a script element without crossorigin: no CORS check; the login host answers 403"),
    behind("options-not-handled", "preflight-bypass", finding(MISSING, "options-not-handled"), WRITE, AT_BOTH, refuses_options),
    behind("auth-before-cors", "preflight-bypass", finding("preflight-redirect", "auth-before-cors"), WRITE, AT_BOTH, logs_in_itself,
           engines={"firefox": finding(MISSING, "auth-before-cors")}, note="Chromium looks at the redirect first, Firefox at the header"),
    behind("preflight-without-settings", "no-cors", finding(MISSING, "origin-not-allowed", "auth-before-cors", "unknown"), WRITE, AT_BOTH,
           note="nothing configured: the gateway refuses every preflight, and says why only in its log"),
    behind("preflight-origin", "cors", finding(MISSING, "origin-not-allowed", "unknown"), WRITE, [(f"{APP2}/welcome", ANN), f"{API}/welcome"],
           page=f"{APP2}/orders", note="four refused preflights look the same; only the config tells which setting it is"),
    behind("preflight-method", "cors", finding(MISSING, "method-not-allowed", "unknown"), WRITE.replace("'PUT'", "'DELETE'"), AT_BOTH),
    behind("preflight-header", "cors", finding(MISSING, "header-not-allowed", "unknown"),
           fetch(f"{API}/orders", "{ credentials: 'include', headers: { 'x-tenant': 'acme' } }"), AT_BOTH),
    behind("upstream-without-cors", "cors", finding(MISSING, "origin-not-allowed"), CALL, AT_BOTH, Answer(200, [], "[]"),
           note="the gateway let it through; the headers of the actual response are the application's, which sets none"),
    behind("healthy-read", "cors", HEALTHY, CALL, AT_BOTH, outcome="200"),
    behind("healthy-write", "cors", HEALTHY, WRITE, AT_BOTH, outcome="200"),
]
