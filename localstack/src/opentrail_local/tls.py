"""How a request came over TLS: what Twisted's connection knows, handed on in the request's environment.

LocalStack serves TLS and plain HTTP on one port. Its server ends TLS itself and tells applications only that
a request was `https`; the connection is asked here, when the environment is made, on the server's thread.
The key exchange is not told by the OpenSSL binding. Calls over plain HTTP have no TLS to tell of.
"""

import logging
from typing import Any

from localstack.utils.patch import patch

LOG = logging.getLogger(__name__)

VARIABLE = "opentrail.tls"  # in the request's environment: (version, cipher suite)


def apply() -> None:
    """Patch the server. Not to be called twice."""
    from rolo.serving import twisted

    @patch(twisted.update_wsgi_environment)
    def with_tls(fn: Any, environ: dict[str, Any], request: Any) -> None:
        fn(environ, request)
        if request.isSecure():
            environ[VARIABLE] = _negotiated(request)


def details(request: Any) -> dict[str, str] | None:
    """A record's tlsDetails for a request, or None when it did not come over TLS."""
    negotiated = request.environ.get(VARIABLE)
    if negotiated is None:
        return None
    version, cipher = negotiated
    return {
        "tlsVersion": version,
        "cipherSuite": cipher,
        "clientProvidedHostHeader": request.headers.get("host", ""),
    }


def _negotiated(request: Any) -> tuple[str, str] | None:
    """Nothing that goes wrong here may cost a request."""
    try:
        connection = request.channel.transport.getHandle()
        version, cipher = connection.get_protocol_version_name(), connection.get_cipher_name()
    except Exception:
        LOG.exception("cannot tell how a request came over TLS")
        return None
    return (version, cipher) if cipher else None
