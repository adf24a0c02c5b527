"""nginx: the upstream of every server, and the proxy that every figure is a ratio to."""

from .processes import Server, free_port

KIB, MIB = 1024, 1024 * 1024


def run(folder, processes, name, workers, http, main="", wrapper=()):
    """Starts an nginx of our own, under `wrapper` if one is given, with `http` in its http block and `main` beside it."""
    config = folder / f"{name}.conf"
    scratch = " ".join(f"{kind}_temp_path {folder}/{name}.{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config.write_text(f"""
daemon off; worker_processes {workers}; pid {folder}/{name}.pid; error_log {folder}/{name}.error.log; {main}
worker_rlimit_nofile 65536; events {{ worker_connections 16384; }}
http {{ {scratch} keepalive_requests 1000000000; keepalive_timeout 600; sendfile on; client_max_body_size 2m;
    client_header_buffer_size 4k; {http} }}
""")
    return processes.start(*wrapper, "nginx", "-c", config, "-p", folder, cwd=folder, log=folder / f"{name}.log")


def upstream(folder, processes, workers, wrapper=()):
    """Serves /1k and /1m; reads what is sent to /upload before it answers; /auth admits everybody."""
    port, sink = free_port(), free_port()
    www = folder / "www"
    www.mkdir()
    (www / "1k").write_bytes(b"x" * KIB)
    (www / "1m").write_bytes(b"x" * MIB)
    pid = run(folder, processes, "upstream", workers, f"""
        access_log off; client_body_buffer_size 2m; open_file_cache max=16;
        upstream sink {{ server 127.0.0.1:{sink}; keepalive 64; }}
        server {{
            listen 127.0.0.1:{port} reuseport; root {www};
            location = /auth {{ return 204; }}
            location = /upload {{
                proxy_pass http://sink; proxy_http_version 1.1; proxy_set_header Connection "";
                proxy_pass_request_body off; proxy_set_header Content-Length "";
            }}
        }}
        server {{ listen 127.0.0.1:{sink} reuseport; location / {{ return 200; }} }}""", wrapper=wrapper)
    processes.wait_for(pid, port, sink)
    return port


PROXY = 'proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;'


# With its defaults nginx spends three to five times as much on a large body as with these, which stream it in large pieces.
STREAM = """proxy_buffers 8 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0;
            proxy_request_buffering off; client_body_buffer_size 256k;"""


def proxy(folder, processes, workers, upstream, certificate, wrapper=()):
    """Plain proxying, with and without TLS, with an access log; large bodies with settings made for them, and with the defaults."""
    plain, tls, default = free_port(), free_port(), free_port()
    pid = run(folder, processes, "plain", workers, servers(folder, upstream, certificate, plain, tls, default), wrapper=wrapper)
    processes.wait_for(pid, plain, tls, default)
    return Server(pid, {"plain": plain, "tls": tls, "default": default})


def servers(folder, upstream, certificate, plain, tls, default):
    """The http block of that proxy."""
    return f"""
        upstream up {{ server 127.0.0.1:{upstream}; keepalive 128; }}
        access_log {folder}/plain.access.log;
        server {{
            listen 127.0.0.1:{plain} reuseport;
            location = /preflight {{ return 204; }}
            location / {{ {PROXY} }}
            location = /1m {{ {STREAM} {PROXY} }}
            location = /upload {{ {STREAM} {PROXY} }}
        }}
        server {{ listen 127.0.0.1:{default} reuseport; location / {{ {PROXY} }} }}
        server {{
            listen 127.0.0.1:{tls} ssl http2 reuseport; ssl_protocols TLSv1.3;
            ssl_certificate {certificate.chain}; ssl_certificate_key {certificate.key};
            location / {{ {PROXY} }}
        }}"""


def with_auth_request(folder, processes, workers, upstream):
    """Asks another server with every request. What that server spends is not counted."""
    port = free_port()
    pid = run(folder, processes, "auth", workers, f"""
        upstream up {{ server 127.0.0.1:{upstream}; keepalive 128; }}
        access_log {folder}/auth.access.log;
        server {{
            listen 127.0.0.1:{port} reuseport;
            location / {{ auth_request /auth; {PROXY} }}
            location = /auth {{ internal; proxy_pass_request_body off; proxy_set_header Content-Length ""; {PROXY} }}
        }}""")
    processes.wait_for(pid, port)
    return Server(pid, {"plain": port})
