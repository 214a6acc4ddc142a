"""What mailboxes are sent: a letter with a part for every mail program. Pure: the same for the same message."""

from __future__ import annotations

import json
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from aggregator.model.edition import SiteFacts
from aggregator.model.sending import Letter, Mailing, Message
from aggregator.publish.clean import is_web_url, line

_TITLE_CHARS = 300
_SUMMARY_CHARS = 300
_STYLE = "font:16px/1.5 system-ui,sans-serif;max-width:40em"


def letter(mailing: Mailing, message: Message, sender: str, site: SiteFacts) -> Letter:
    """Write the letter of a message, as text and as HTML without anything that is loaded from elsewhere.

    ``Message-ID`` is made of the id of the message, so that mail servers and programs know a repeat.

    Follows:
        RFC 5322; RFC 2919 (``List-Id``); RFC 3834 (``Auto-Submitted``).
    """
    content: dict[str, Any] = json.loads(message.content)
    host = urlsplit(site.base_url).hostname or "localhost"
    title = line(content["topic"]["title"], _TITLE_CHARS)
    count = len(content["items"])
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = mailing.to
    mail["Subject"] = f"{title}: {count} new" if count > 1 else f"{title}: {line(content['items'][0]['title'], 120)}"
    mail["Date"] = format_datetime(message.made_at)
    mail["Message-ID"] = f"<{message.id}@{host}>"
    mail["List-Id"] = f"<{message.topic}.{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(_text(title, content))
    mail.add_alternative(_html(title, content, site.language), subtype="html")
    mail_part = mail.get_payload()
    if isinstance(mail_part, list):  # the boundary of the parts is drawn by lot otherwise
        mail.set_boundary(f"={message.id}")
    return Letter(to=mailing.to, body=mail.as_bytes())


def _text(title: str, content: dict[str, Any]) -> str:
    lines = [title, "=" * min(len(title), 60), ""]
    for item in content["items"]:
        lines += [f"* {line(item['title'], _TITLE_CHARS)}", f"  {_byline(item)}"]
        lines += [f"  {text}" for text in (line(item["summary"], _SUMMARY_CHARS), item["url"]) if text]
        lines.append("")
    return "\n".join((*lines, f"-- \n{content['topic']['url']}", ""))


def _html(title: str, content: dict[str, Any], language: str) -> str:
    items = "\n".join(_entry(item) for item in content["items"])
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>\n"
        f'<body style="{_STYLE}">\n<h1>{_anchor(title, content["topic"]["url"])}</h1>\n{items}\n</body>\n</html>\n'
    )


def _entry(item: dict[str, Any]) -> str:
    summary = escape(line(item["summary"], _SUMMARY_CHARS))
    return (
        f"<h2>{_anchor(line(item['title'], _TITLE_CHARS), item['url'])}</h2>\n"
        f"<p><small>{escape(_byline(item))}</small></p>" + (f"\n<p>{summary}</p>" if summary else "")
    )


def _byline(item: dict[str, Any]) -> str:
    others = list(dict.fromkeys(one["source"] for one in item["also"]))
    source: str = item["source"]["title"]
    return source + (f" · also {', '.join(others)}" if others else "")


def _anchor(text: str, url: str | None) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>' if url and is_web_url(url) else escape(text)
