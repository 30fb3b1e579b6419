"""An add-on of mitmproxy: writes each request that it passes on as a line of JSON into the file that FLOWS names."""

import base64
import hashlib
import json
import os

from mitmproxy import http


def response(flow: http.HTTPFlow) -> None:
    request = flow.request
    body = request.raw_content or b""
    seen = {
        "method": request.method,
        "host": request.host,
        "path": request.path,
        "headers": [[name.decode("latin1"), value.decode("latin1")] for name, value in request.headers.fields],
        "sha256": hashlib.sha256(body).hexdigest(),
        "start": base64.b64encode(body[:1024]).decode(),
    }
    with open(os.environ["FLOWS"], "a", encoding="utf8") as file:
        file.write(json.dumps(seen) + "\n")
