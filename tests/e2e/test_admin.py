"""The operator at work: the same through the pages, the command line and a program."""

from __future__ import annotations

import http.client
import json
import re
from urllib.parse import urlencode

from tests.e2e.daemons import aggregator, free_port, get, running, wait_for
from tests.e2e.test_editing import CONFIG, FEED, stories

TOKEN = "c4n4ry-token-of-the-operator"  # noqa: S105 - what must not be told


def test_what_the_operator_does_over_the_web_is_what_the_command_line_does(tmp_path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    (tmp_path / "wire.xml").write_text(FEED, encoding="utf-8")
    config = str(tmp_path / "aggregator.yaml")
    server = f"server: {{listen: '127.0.0.1:{port}', admin-token: '{TOKEN}'}}\n"
    (tmp_path / "aggregator.yaml").write_text(server + CONFIG, encoding="utf-8")
    aggregator("-c", config, "-q", "poll")
    before = stories(config)

    def send(path: str, fields: dict[str, str], **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        named = {"Content-Type": "application/x-www-form-urlencoded", "Origin": base, **headers}
        connection.request("POST", path, urlencode(fields), named)
        answer = connection.getresponse()
        answer.told = answer.read().decode()
        connection.close()
        return answer

    with running("-v", "-c", config, "run", "--no-poll") as daemon:
        wait_for(f"{base}/all.json", seconds=60)
        assert get(f"{base}/admin")[0] == 401
        cookie = send("/admin/login", {"token": TOKEN}).headers["set-cookie"].partition(";")[0]
        _, _, page = get(f"{base}/admin", {"Cookie": cookie})
        proof = re.search(rb'name="proof" value="([^"]+)"', page)[1].decode()
        merged = send("/admin/merge", {"proof": proof, "named": " ".join(before.values()), "why": "one"}, Cookie=cookie)
        assert merged.status == 303
        assert len(json.loads(wait_for(f"{base}/all.json", seconds=60))["items"]) == 1
        assert "act 1, merge, is undone" in aggregator("-c", config, "undo").stdout
        assert len(json.loads(wait_for(f"{base}/all.json", seconds=60))["items"]) == 2
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert "asked no more" in json.loads(send("/admin/pause", {"source": "wire"}, **bearer).told)["done"]
        (source,) = json.loads(aggregator("-c", config, "--json", "status").stdout)["sources"]
        assert source["state"] == "paused"
        assert "is asked again" in aggregator("-c", config, "resume", "wire").stdout
        told = send("/admin/poll", {"source": "wire"}, **bearer).told
        assert json.loads(told) == {"done": {"failed": []}}
        assert "+0 -0 sources" in json.loads(send("/admin/reload", {}, **bearer).told)["done"]
        changed = server + CONFIG.replace("topics:", "topics:\n  storms: {match: storm}", 1)
        (tmp_path / "aggregator.yaml").write_text(changed, encoding="utf-8")
        looked = json.loads(send("/admin/plan", {}, **bearer).told)["done"]
        assert [one["slug"] for one in looked["topics"]] == ["storms"]
        assert looked["said"] == "+0 -0 sources, +1 -0 topics, 0 topics changed"
        _, _, page = get(f"{base}/admin/plan?topic=storms", {"Cookie": cookie})
        assert b"What a reload would do" in page
        (tmp_path / "aggregator.yaml").write_text(changed.replace("match: storm", "match: wind"), encoding="utf-8")
        accepting = {"plan": str(looked["plan"]), "accept": "1"}
        refused = send("/admin/reload", accepting, **bearer)
        assert (refused.status, "not the one that was looked at" in refused.told) == (409, True)
        (tmp_path / "aggregator.yaml").write_text(changed, encoding="utf-8")
        assert "+1 -0 topics" in json.loads(send("/admin/reload", accepting, **bearer).told)["done"]
        assert send("/admin/reload", accepting, **bearer).status == 409
        assert get(f"{base}/admin/plan.json", bearer)[0] == 404
        seen = b"".join(get(f"{base}{path}", {"Cookie": cookie})[2] for path in ("/admin", "/status", "/readyz"))
        daemon.terminate()
        _, log = daemon.communicate(timeout=30)
    assert TOKEN not in log + seen.decode()
    assert "admin: merge" in log


def test_a_source_is_paused_and_resumed_without_a_daemon(tmp_path):
    (tmp_path / "wire.xml").write_text(FEED, encoding="utf-8")
    config = str(tmp_path / "aggregator.yaml")
    (tmp_path / "aggregator.yaml").write_text(CONFIG, encoding="utf-8")
    assert "wire: is asked no more" in aggregator("-c", config, "pause", "wire").stdout
    aggregator("-c", config, "-q", "poll")
    assert stories(config) == {}
    refused = aggregator("-c", config, "pause", "nobody", check=False)
    assert (refused.returncode, "nobody: there is no such source" in refused.stderr) == (1, True)
    assert "wire: is asked again" in aggregator("-c", config, "resume", "wire").stdout
    aggregator("-c", config, "-q", "poll")
    assert len(stories(config)) == 2
