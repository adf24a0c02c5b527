"""What the servers are given: a TLS certificate, and a token that peers can verify."""

import base64
import json
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

NAMES = "DNS:*.bench.localhost"


@dataclass(frozen=True)
class Certificate:
    chain: Path
    key: Path

    def both(self):
        """Key and certificate in one file, as haproxy wants them."""
        path = self.chain.with_name("both.pem")
        path.write_text(self.chain.read_text() + self.key.read_text())
        return path


def certificate(folder):
    """P-256, which is what ACME clients ask for today. In a folder of its own: the gateway watches it."""
    (folder / "tls").mkdir()
    chain, key = folder / "tls" / "chain.pem", folder / "tls" / "key.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=bench",
            "-addext", f"subjectAltName={NAMES}", "-keyout", key, "-out", chain)
    key.chmod(0o644)
    return Certificate(chain, key)


@dataclass(frozen=True)
class Token:
    """A token as an identity provider would sign it, and its key in the spellings that peers read."""

    text: str
    public_key: Path
    certificate: Path
    jwks: str
    issuer: str = "https://login.bench.localhost"
    audience: str = "bench"


def token(folder):
    """RS256 with a key of 2048 bits, as Crossgate's."""
    key, public, cert = folder / "jwt.key", folder / "jwt.pub", folder / "jwt.pem"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench", "-keyout", key, "-out", cert)
    public.write_bytes(openssl("pkey", "-in", key, "-pubout"))
    modulus = re.search(rb"Modulus=([0-9A-F]+)", openssl("rsa", "-in", key, "-modulus", "-noout"))[1]
    jwk = {"kty": "RSA", "kid": "bench", "alg": "RS256", "use": "sig", "e": "AQAB", "n": encode(bytes.fromhex(modulus.decode()))}
    now = int(time.time())
    claims = {"iss": Token.issuer, "aud": Token.audience, "sub": "load", "email": "load@bench.example", "iat": now, "exp": now + 86_400}
    signed = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT", "kid": "bench"}, claims))
    (folder / "jwt.signed").write_text(signed)
    signature = openssl("dgst", "-sha256", "-sign", key, folder / "jwt.signed")
    return Token(f"{signed}.{encode(signature)}", public, cert, json.dumps({"keys": [jwk]}))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True).stdout
