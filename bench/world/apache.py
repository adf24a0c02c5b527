"""Apache with mod_auth_openidc: a token verified with a key that is at hand, then the request proxied."""

from .processes import Server, free_port

MODULES = "mpm_event authn_core authz_core authz_user proxy proxy_http log_config auth_openidc unixd reqtimeout"


def run(folder, processes, workers, upstream, token):
    port = free_port()
    config = folder / "apache.conf"
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES.split()
                        if name not in ("log_config", "unixd"))
    config.write_text(f"""
ServerRoot {folder}
ServerName bench.localhost
PidFile {folder}/apache.pid
ErrorLog {folder}/apache.error.log
DefaultRuntimeDir {folder}
Listen 127.0.0.1:{port}
{modules}
User www-data
Group www-data
StartServers {workers}
ServerLimit {workers}
ThreadsPerChild 64
MaxRequestWorkers {64 * workers}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
LogFormat "%h %l %u %t \\"%r\\" %>s %b" common
CustomLog {folder}/apache.access.log common
OIDCOAuthVerifyCertFiles bench#{token.certificate}
OIDCOAuthRemoteUserClaim email
<Location />
    AuthType oauth20
    Require valid-user
    # It asks over connections that the upstream has closed meanwhile, unless it gives them up before.
    ProxyPass http://127.0.0.1:{upstream}/ keepalive=On ttl=20
</Location>
""")
    pid = processes.start("apache2", "-f", config, "-DFOREGROUND", cwd=folder, log=folder / "apache.log")
    processes.wait_for(pid, port)
    return Server(pid, {"plain": port})
