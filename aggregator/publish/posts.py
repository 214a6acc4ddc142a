"""What hubs and hooks are sent: forms, bodies and signatures. Pure: the same message gives the same bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from aggregator.model.fetching import PostRequest
from aggregator.model.sending import Hook, HookForm, Message
from aggregator.publish.clean import line

TIMEOUT = timedelta(seconds=20)
_SECRET_PREFIX = "whsec_"  # noqa: S105 - what secrets in base64 begin with
_MOST_IN_CHAT = 20
_TITLE_CHARS = 200


def ping(hub_url: str, feed_url: str, user_agent: str) -> PostRequest:
    """Tell a hub that a feed has changed.

    The standard leaves to the hub how a publisher tells it; hubs take ``hub.url``, some of them ``hub.topic``.

    Follows:
        WebSub, 6 (publishing); PubSubHubbub 0.4, 7.1.
    """
    return PostRequest(
        url=hub_url,
        form=(("hub.mode", "publish"), ("hub.url", feed_url), ("hub.topic", feed_url)),
        headers=(("User-Agent", user_agent), ("Accept", "*/*")),
        timeout=TIMEOUT,
        spacing=timedelta(seconds=1),
    )


def post(hook: Hook, message: Message, user_agent: str, now: datetime) -> PostRequest:
    """Tell a hook what a topic announced.

    Follows:
        Standard Webhooks 1.0: ``webhook-id`` stays through all attempts, ``webhook-timestamp`` is that of this one,
        ``webhook-signature`` is made of both and of the body.
    """
    content: dict[str, Any] = json.loads(message.content)
    body, media_type = _BODIES[hook.form](message, content)
    stamp = str(int(now.timestamp()))
    headers = [("User-Agent", user_agent), ("webhook-id", message.id), ("webhook-timestamp", stamp)]
    if hook.secret is not None:
        headers.append(("webhook-signature", f"v1,{_signature(hook.secret, message.id, stamp, body)}"))
    return PostRequest(url=hook.url, headers=tuple(headers), timeout=TIMEOUT, body=body, media_type=media_type)


def _signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    """Read a secret: base64 behind the prefix of the standard, else the text itself."""
    if secret.startswith(_SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def _json(message: Message, content: dict[str, Any]) -> tuple[bytes, str]:
    said = {"id": message.id, **content}
    return json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode("ascii"), "application/json"


def _slack(_message: Message, content: dict[str, Any]) -> tuple[bytes, str]:
    """Write the message that Slack, Mattermost and Rocket.Chat take, and Discord at ``/slack``."""
    lines = [f"*{_escaped(content['topic']['title'])}*"]
    for item in content["items"][:_MOST_IN_CHAT]:
        title = _escaped(line(item["title"], _TITLE_CHARS)).replace("|", "¦")
        lines.append(f"• <{item['url']}|{title}>" if item["url"] else f"• {title}")
        lines[-1] += f" — {_escaped(item['source']['title'])}"
    lines += _rest(content)
    return json.dumps({"text": "\n".join(lines)}, ensure_ascii=True).encode("ascii"), "application/json"


def _text(_message: Message, content: dict[str, Any]) -> tuple[bytes, str]:
    lines = [content["topic"]["title"]]
    for item in content["items"][:_MOST_IN_CHAT]:
        lines += ["", f"{line(item['title'], _TITLE_CHARS)} ({item['source']['title']})", item["url"] or ""]
    lines += _rest(content)
    return ("\n".join(lines).strip() + "\n").encode("utf-8", "replace"), "text/plain; charset=utf-8"


def _rest(content: dict[str, Any]) -> list[str]:
    more = max(0, len(content["items"]) - _MOST_IN_CHAT) + content.get("more", 0)
    return [f"and {more} more: {content['topic']['url']}"] if more else []


def _escaped(text: str) -> str:
    """Escape what Slack gives a meaning to, so that no title can address anybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


_BODIES = {HookForm.JSON: _json, HookForm.SLACK: _slack, HookForm.TEXT: _text}
