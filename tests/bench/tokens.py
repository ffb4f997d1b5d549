"""Signs tokens for each user id on standard input, as the service does (HS256): the access token to standard output.

With a folder as argument a refresh token for each goes to refresh-tokens there, and what the database keeps of their
sessions to sessions.sql.
"""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import sys
import time
import uuid


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def sign(key: bytes, claims: dict) -> str:
    header = {"typ": "JWT", "alg": "HS256", "kid": hashlib.sha256(key).hexdigest()[:8]}
    body = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{body}.{encode(hmac.new(key, body.encode(), hashlib.sha256).digest())}"


access_key, refresh_key = (os.environ[name].encode() for name in ("JWT_SECRET_KEY", "REFRESH_JWT_SECRET_KEY"))
folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
now = int(time.time())
refresh_tokens, sessions, hashes = [], [], []
for line in sys.stdin:
    user, session, token = line.strip(), str(uuid.uuid4()), uuid.uuid4()
    claims = {"sub": user, "sid": session, "iat": now, "exp": now + 86400}
    print(sign(access_key, claims | {"type": "access", "jti": str(uuid.uuid4())}))
    refresh_tokens.append(sign(refresh_key, claims | {"type": "refresh", "jti": str(token)}))
    sessions.append(f"('{session}', '{user}', now() + interval '1 day')")
    hashes.append(f"('\\x{hashlib.sha256(token.bytes).hexdigest()}', '{session}', now() + interval '1 day')")
if folder:
    (folder / "refresh-tokens").write_text("\n".join(refresh_tokens) + "\n")
    (folder / "sessions.sql").write_text(
        f"INSERT INTO sessions (id, user_id, expires_at) VALUES {','.join(sessions)};\n"
        f"INSERT INTO refresh_tokens (token_hash, session_id, expires_at) VALUES {','.join(hashes)};\n"
    )
