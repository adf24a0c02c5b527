"""haproxy: plain, with a token verified on every request, and plain behind TLS and HTTP/2."""

from .processes import Server, free_port


def run(folder, processes, workers, upstream, certificate, token):
    plain, jwt, tls = free_port(), free_port(), free_port()
    config = folder / "haproxy.cfg"
    config.write_text(f"""
global
    nbthread {workers}
    maxconn 8192
    log stdout format raw local0
defaults
    mode http
    log global
    option httplog
    option http-keep-alive
    http-reuse always
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    default_backend up
frontend plain
    bind 127.0.0.1:{plain}
frontend jwt
    bind 127.0.0.1:{jwt}
    http-request set-var(txn.token) http_auth_bearer
    http-request deny unless {{ var(txn.token),jwt_header_query('$.alg') -m str RS256 }}
    http-request deny unless {{ var(txn.token),jwt_payload_query('$.iss') -m str {token.issuer} }}
    http-request deny unless {{ var(txn.token),jwt_payload_query('$.aud') -m str {token.audience} }}
    http-request set-var(txn.exp) var(txn.token),jwt_payload_query('$.exp','int')
    http-request set-var(txn.now) date()
    http-request deny if {{ var(txn.exp),sub(txn.now) -m int lt 0 }}
    http-request deny unless {{ var(txn.token),jwt_verify(RS256,"{token.public_key}") 1 }}
frontend tls
    bind 127.0.0.1:{tls} ssl crt {certificate.both()} alpn h2 ssl-min-ver TLSv1.3
backend up
    server up 127.0.0.1:{upstream} pool-max-conn -1
""")
    pid = processes.start("haproxy", "-db", "-f", config, cwd=folder, log=folder / "haproxy.log")
    processes.wait_for(pid, plain, jwt, tls)
    return Server(pid, {"plain": plain, "jwt": jwt, "tls": tls})
