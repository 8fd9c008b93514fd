#!/usr/bin/env python3
"""Makes throw-away TLS certificates with the openssl command, for tests and the demo. Python's standard library only.

    pki = TlsPki(folder)                  # a CA: pki.ca is its PEM file
    cert, key = pki.server("good")        # localhost and 127.0.0.1
    cert, key = pki.server("late", expired=True)
    cert, key = pki.server("other", names=["other.example"])
    cert, key = pki.self_signed("self")

As a script: python3 tls_pki.py FOLDER writes ca.pem, server.pem and server.key there.
"""

import os
import subprocess
import sys
import time

DEFAULT_NAMES = ["localhost", "127.0.0.1"]


def run_openssl(*arguments, cwd=None):
    """Runs openssl with no configuration of the machine's; its words are shown when it fails."""
    environment = dict(os.environ, OPENSSL_CONF="/dev/null")
    done = subprocess.run(["openssl", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def alternative_names(names):
    """subjectAltName of names and addresses."""
    kinds = ["IP:" + name if name.replace(".", "").isdigit() or ":" in name else "DNS:" + name for name in names]
    return ",".join(kinds)


class TlsPki:
    """A CA of its own in a folder. Making another of the same kind elsewhere gives a CA that nobody here trusts."""

    def __init__(self, folder, name="Test TLS CA"):
        self.folder = os.path.abspath(folder)
        os.makedirs(self.folder, exist_ok=True)
        self.ca = self.path("ca.pem")
        self.ca_key = self.path("ca.key")
        self.name = name
        config = self.write("root.cnf", self.config("ca_extensions", [
            "basicConstraints = critical, CA:TRUE", "keyUsage = critical, keyCertSign, cRLSign",
            "subjectKeyIdentifier = hash"]))
        self.make_key(self.ca_key)
        run_openssl("req", "-new", "-x509", "-key", self.ca_key, "-subj", f"/CN={name}", "-days", "30", "-sha256",
                    "-config", config, "-extensions", "ca_extensions", "-out", self.ca)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        path = self.path(name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    @staticmethod
    def config(section, lines):
        return "\n".join(["[req]", "distinguished_name = dn", "[dn]", f"[{section}]", *lines, ""])

    @staticmethod
    def make_key(path):
        run_openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)

    def server(self, label, names=None, expired=False):
        """A server's certificate, signed by the CA, with its key: the paths of both PEM files."""
        cert, key, request = self.path(f"{label}.pem"), self.path(f"{label}.key"), self.path(f"{label}.csr")
        self.make_key(key)
        run_openssl("req", "-new", "-key", key, "-subj", f"/CN={label}", "-config",
                    self.write(f"{label}.req.cnf", self.config("none", [])), "-out", request)
        self.sign(label, request, cert, names or DEFAULT_NAMES, expired)
        return cert, key

    def sign(self, label, request, cert, names, expired):
        """`openssl ca`, because it alone can set a start in the past (OpenSSL 3.0)."""
        state = self.path(f"{label}.state")
        os.makedirs(state, exist_ok=True)
        with open(os.path.join(state, "index.txt"), "w", encoding="ascii"):
            pass
        config = self.write(f"{label}.ca.cnf", "\n".join([
            "[ca]", "default_ca = here", "[here]", f"database = {state}/index.txt", f"new_certs_dir = {state}",
            "rand_serial = yes", "default_md = sha256", "policy = any", "[any]", "commonName = supplied",
            "[server_extensions]", "basicConstraints = critical, CA:FALSE", "keyUsage = critical, digitalSignature",
            "extendedKeyUsage = serverAuth", f"subjectAltName = {alternative_names(names)}", ""]))
        day = 86400
        now = time.time()
        start = now - 20 * day if expired else now - 3600
        end = now - 10 * day if expired else now + 20 * day
        stamp = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(moment)) for moment in (start, end)]
        run_openssl("ca", "-batch", "-notext", "-config", config, "-cert", self.ca, "-keyfile", self.ca_key, "-in",
                    request, "-out", cert, "-startdate", stamp[0], "-enddate", stamp[1], "-extensions",
                    "server_extensions")

    def self_signed(self, label, names=None):
        """A certificate that signs itself, with its key."""
        cert, key = self.path(f"{label}.pem"), self.path(f"{label}.key")
        config = self.write(f"{label}.cnf", self.config("own", [
            "basicConstraints = critical, CA:FALSE", f"subjectAltName = {alternative_names(names or DEFAULT_NAMES)}"]))
        self.make_key(key)
        run_openssl("req", "-new", "-x509", "-key", key, "-subj", f"/CN={label}", "-days", "20", "-sha256", "-config",
                    config, "-extensions", "own", "-out", cert)
        return cert, key


def main():
    if len(sys.argv) != 2:
        print("usage: tls_pki.py FOLDER", file=sys.stderr)
        return 2
    TlsPki(sys.argv[1]).server("server")
    return 0


if __name__ == "__main__":
    sys.exit(main())
