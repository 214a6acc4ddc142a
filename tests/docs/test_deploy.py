"""What is there to deploy with: files that name what exists, and a unit that systemd takes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "config" / "deploy"


def test_every_file_is_named_in_the_page_about_running():
    page = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    assert [path.name for path in DEPLOY.iterdir() if f"config/deploy/{path.name}" not in page] == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path):
    unit = (DEPLOY / "aggregator.service").read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=(\S+)", unit, re.MULTILINE)
    assert command
    path = tmp_path / "aggregator.service"
    path.write_text(unit.replace(command[1], sys.executable), encoding="utf-8")
    result = subprocess.run(["systemd-analyze", "verify", str(path)], capture_output=True, text=True, check=False)
    assert [line for line in result.stderr.splitlines() if "aggregator.service" in line] == []


def test_the_unit_leaves_room_for_two_parsers_and_time_to_stop():
    unit = (DEPLOY / "aggregator.service").read_text(encoding="utf-8")
    said = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
    assert int(said["MemoryMax"].removesuffix("G")) > 2
    assert int(said["TimeoutStopSec"]) > 10
    assert said["Type"] == "exec"
    assert said["RestartPreventExitStatus"] == "2"


def test_the_image_is_built_from_files_that_exist():
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [word for line in lines if re.match(r"COPY (?!--from)", line) for word in line.split()[1:-1]]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_composition_mounts_what_the_image_looks_for():
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["aggregator"]
    mounted = {volume.split(":")[1] for volume in service["volumes"]}
    environment = dict(re.findall(r"(\w+)=(\S+)", (DEPLOY / "Dockerfile").read_text(encoding="utf-8")))
    assert mounted == {environment["STATE_DIRECTORY"], str(Path(environment["AGGREGATOR_CONFIG"]).parent)}
