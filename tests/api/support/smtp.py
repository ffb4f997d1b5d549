# A mail server for tests: tells its port, then each mail as a line of JSON. Addresses that begin with `unknown` or `busy`
# are refused.
import json
import sys
import time
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class Keeper:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown"):
            return f"550 5.1.1 <{address}>: no such mailbox"
        if address.startswith("busy"):
            return f"451 4.7.1 <{address}>: come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        print(json.dumps({
            "from": mail["from"], "to": envelope.rcpt_tos, "subject": mail["subject"], "id": mail["message-id"],
            "auto_submitted": mail["auto-submitted"], "text": mail.get_content(),
        }), flush=True)
        return "250 OK"


controller = Controller(Keeper(), hostname="127.0.0.1", port=int(sys.argv[1]), ready_timeout=10)
controller.start()
print(controller.server.sockets[0].getsockname()[1], flush=True)
while True:
    time.sleep(60)
