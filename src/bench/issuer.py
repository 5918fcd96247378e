"""Makes an issuer for a measurement: its keys as a JSON Web Key Set, and a token for each subject.

    python3 issuer.py KEYS ISSUER SUBJECT...

Writes the key set to the file KEYS, and prints a token that serves for an hour on a line for each subject. RSA with 2,048 bits and
SHA-256, made by openssl.
"""

import base64
import json
import subprocess
import sys
import tempfile
import time


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(claims):
    return encoded(json.dumps(claims, separators=(",", ":")).encode())


def main(keys, issuer, *subjects):
    with tempfile.NamedTemporaryFile() as key:
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key.name)
        modulus = openssl("rsa", "-in", key.name, "-noout", "-modulus").decode().strip().split("=")[1]
        jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "bench", "n": encoded(bytes.fromhex(modulus)), "e": "AQAB"}
        with open(keys, "w", encoding="utf-8") as file:
            json.dump({"keys": [jwk]}, file)
        for subject in subjects:
            now = int(time.time())
            claims = {"iss": issuer, "aud": "callwatch", "sub": subject, "iat": now, "exp": now + 3600}
            signed = part({"alg": "RS256", "typ": "JWT", "kid": "bench"}) + "." + part(claims)
            print(signed + "." + encoded(openssl("dgst", "-sha256", "-sign", key.name, data=signed.encode())))


main(*sys.argv[1:])
