"""Envoy: plain, with a token (its memory of verified tokens on), and its CORS filter."""

import json

from .processes import Server, free_port

TYPE = "type.googleapis.com/envoy.extensions."


def run(binary, folder, processes, workers, upstream, token, preflight):
    """`preflight` is the policy that the CORS filter is to answer by."""
    ports = plain, jwt, cors = free_port(), free_port(), free_port()
    cors_filter = {"name": "envoy.filters.http.cors", "typed_config": {"@type": TYPE + "filters.http.cors.v3.Cors"}}
    listeners = [
        listener("plain", plain, folder),
        listener("jwt", jwt, folder, [jwt_filter(token)]),
        listener("cors", cors, folder, [cors_filter], {"envoy.filters.http.cors": {
            "@type": TYPE + "filters.http.cors.v3.CorsPolicy",
            "allow_origin_string_match": [{"exact": preflight.origin}],
            "allow_methods": preflight.methods, "allow_headers": preflight.headers,
            "allow_credentials": True, "max_age": "600"}}),
    ]
    cluster = {
        "name": "up", "type": "STATIC", "connect_timeout": "5s",
        "load_assignment": {"cluster_name": "up", "endpoints": [{"lb_endpoints": [
            {"endpoint": {"address": address(upstream)}}]}]},
    }
    config = folder / "envoy.json"
    config.write_text(json.dumps({"static_resources": {"listeners": listeners, "clusters": [cluster]}}))
    pid = processes.start(binary, "-c", config, "--concurrency", workers, "--disable-hot-restart", "--log-level", "warn",
                          cwd=folder, log=folder / "envoy.log")
    processes.wait_for(pid, *ports)
    return Server(pid, {"plain": plain, "jwt": jwt, "cors": cors})


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def listener(name, port, folder, filters=(), per_host=None):
    router = {"name": "envoy.filters.http.router", "typed_config": {"@type": TYPE + "filters.http.router.v3.Router"}}
    host = {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "up"}}]}
    if per_host:
        host["typed_per_filter_config"] = per_host
    log = {"name": "envoy.access_loggers.file", "typed_config": {
        "@type": TYPE + "access_loggers.file.v3.FileAccessLog", "path": f"{folder}/envoy.{name}.access.log"}}
    manager = {
        "@type": TYPE + "filters.network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": name,
        "access_log": [log], "route_config": {"name": "all", "virtual_hosts": [host]}, "http_filters": [*filters, router],
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    # A socket for each worker, as the others have.
    return {"name": name, "address": address(port), "enable_reuse_port": True, "filter_chains": [chain]}


def jwt_filter(token):
    return {"name": "envoy.filters.http.jwt_authn", "typed_config": {
        "@type": TYPE + "filters.http.jwt_authn.v3.JwtAuthentication",
        "providers": {"bench": {
            "issuer": token.issuer, "audiences": [token.audience], "local_jwks": {"inline_string": token.jwks}, "forward": True,
            "jwt_cache_config": {"jwt_cache_size": 1000}}},
        "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "bench"}}]}}
