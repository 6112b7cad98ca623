"""Who is let in to a bound socket: answers for ZeroMQ from the list of a service's keys."""

import logging
import threading

import zmq
import zmq.utils.z85

from monitor.net.key_folder import Client, KeyFolder, Right

log = logging.getLogger(__name__)

ZAP, ZAP_VERSION = "inproc://zeromq.zap.01", b"1.0"


class Gate:
    """Answers ZeroMQ's question whether a key may come in (ZAP, RFC 27), in a thread that ends with the socket's context.

    Attributes
    ----------
    refused
        Connections that were not let in.
    """

    def __init__(self, context: "zmq.Context[zmq.Socket[bytes]]", keys: KeyFolder, right: Right) -> None:
        self.refused = 0
        self._keys, self._right = keys, right
        self._socket = context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(ZAP)
        threading.Thread(target=self._run, name="keys", daemon=True).start()

    def may(self, user: str, right: Right) -> Client | None:
        """Who sends under this user id (his public key), if he has the right at this moment."""
        client = self._keys.client(user.encode())
        return client if client is not None and right in client.rights else None

    def _run(self) -> None:
        """Answer until the context ends."""
        try:
            while True:
                self._answer(self._socket.recv_multipart())
        except zmq.ContextTerminated:
            self._socket.close()

    def _answer(self, parts: list[bytes]) -> None:
        """One question: route, empty, version, number, domain, address, identity, mechanism, key as 32 bytes."""
        curve = len(parts) == 9 and parts[7] == b"CURVE" and len(parts[8]) == 32
        key = zmq.utils.z85.encode(parts[8]) if curve else b""
        client = self._keys.client(key)
        good = client is not None and self._right in client.rights
        if not good:
            self.refused += 1
            log.warning("key_refused", extra={"key": key.decode(), "address": parts[5].decode(errors="replace")[:60]})
        status = (b"200", b"", key) if good else (b"400", b"this key is not allowed here", b"")
        self._socket.send_multipart([parts[0], b"", ZAP_VERSION, parts[3], *status, b""])
