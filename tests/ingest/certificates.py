"""A self-signed certificate for `site.test` and 127.0.0.1, good until 2126; for tests alone."""

import ssl
import tempfile
from pathlib import Path

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUQR3719ERCO0uGQN0aFDai6Wmp0AwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJc2l0ZS50ZXN0MCAXDTI2MTEyMzE4MDAyNVoYDzIxMjYxMDMw
MTgwMDI1WjAUMRIwEAYDVQQDDAlzaXRlLnRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARD3by8iWzWDkOsh4nAgpDwP5Q2hKrCsdbpnP/XlrfmY+keXVgTFyRz
PcAieYSzBf0N39YnnKZb5eWLx0F8ef5Go28wbTAdBgNVHQ4EFgQUmcb7urj/qEUz
q4pxob2gftig/qAwHwYDVR0jBBgwFoAUmcb7urj/qEUzq4pxob2gftig/qAwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglzaXRlLnRlc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgPTT1j6Ok5EcfhSdRx5YmIbYWDk1HBM/KcQVQyKhf9iQCIHH1
v8Bq7DJVuATw1PuOzpqnzn2IHmLYrSmxo1eL8ktt
-----END CERTIFICATE-----
"""
# no secret: nothing trusts it
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGHWUrocXrb8gm+8O
wH+FQVzhBI4lhsazDu9YkqHGVZmhRANCAARD3by8iWzWDkOsh4nAgpDwP5Q2hKrC
sdbpnP/XlrfmY+keXVgTFyRzPcAieYSzBf0N39YnnKZb5eWLx0F8ef5G
-----END PRIVATE KEY-----
"""


def untrusted() -> ssl.SSLContext:
    """Return a server's context with the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.write_text(CERTIFICATE + KEY)
        context.load_cert_chain(chain)
    return context
