from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aggregator.errors import PublishError
from aggregator.publish import WrittenSite, files_of, write_site
from aggregator.publish.files import MANIFEST

FILES = {"index.html": b"<p>hi", "world.atom": b"<feed/>", "-/site.css": b"p{}"}


def holdings(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_site_is_written_into_a_new_folder(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "site"
    assert write_site(folder, FILES) == WrittenSite(written=("-/site.css", "index.html", "world.atom"))
    assert holdings(folder) == FILES
    assert sorted(json.loads((folder / MANIFEST).read_bytes())["files"]) == sorted(FILES)


def test_a_file_that_did_not_change_is_not_touched(tmp_path: Path) -> None:
    write_site(tmp_path, FILES)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*")}
    assert write_site(tmp_path, FILES) == WrittenSite(unchanged=("-/site.css", "index.html", "world.atom"))
    assert {path: path.stat().st_ino for path in tmp_path.rglob("*")} == before


def test_what_changed_is_replaced_as_a_whole_and_what_is_no_longer_wanted_goes(tmp_path: Path) -> None:
    write_site(tmp_path, FILES)
    with (tmp_path / "world.atom").open("rb") as reader:
        done = write_site(tmp_path, {"index.html": b"<p>hi", "world.atom": b"<feed>new</feed>"})
        assert reader.read() == b"<feed/>"
    assert done == WrittenSite(written=("world.atom",), unchanged=("index.html",), removed=("-/site.css",))
    assert holdings(tmp_path) == {"index.html": b"<p>hi", "world.atom": b"<feed>new</feed>"}
    assert not (tmp_path / "-").exists()


def test_it_is_known_which_files_of_ours_are_in_their_place(tmp_path: Path) -> None:
    assert files_of(tmp_path / "out") == frozenset()
    write_site(tmp_path, {"a/b.html": b"1", "c.html": b"2", "d.html": b"3"})
    (tmp_path / "theirs.html").write_bytes(b"4")
    (tmp_path / "c.html").unlink()
    (tmp_path / "d.html").unlink()
    (tmp_path / "d.html").symlink_to(tmp_path / "theirs.html")
    assert files_of(tmp_path) == {"a/b.html"}


def test_files_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "-").mkdir()
    (tmp_path / "-" / "logo.png").write_bytes(b"png")
    (tmp_path / ".htaccess").write_bytes(b"deny")
    write_site(tmp_path, FILES)
    write_site(tmp_path, {})
    assert holdings(tmp_path) == {"-/logo.png": b"png", ".htaccess": b"deny"}


def test_a_file_of_somebody_else_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "world.atom").write_bytes(b"theirs")
    with pytest.raises(PublishError, match=r"world\.atom: not a file of ours; move it away"):
        write_site(tmp_path, FILES)
    assert holdings(tmp_path) == {"world.atom": b"theirs"}


def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path: Path) -> None:
    write_site(tmp_path, {"a": b"1", "b/c": b"2"})
    write_site(tmp_path, {"a/x": b"3", "b": b"4"})
    assert holdings(tmp_path) == {"a/x": b"3", "b": b"4"}


def test_a_crash_in_the_middle_of_such_a_change_is_repaired(tmp_path: Path) -> None:
    write_site(tmp_path, {"a/x": b"3", "b": b"4"})
    (tmp_path / MANIFEST).write_text('{"files": ["a", "a/x", "b", "b/c"]}', encoding="utf-8")
    done = write_site(tmp_path, {"a/x": b"3", "b": b"5"})
    assert done == WrittenSite(written=("b",), unchanged=("a/x",), removed=("a", "b/c"))
    assert holdings(tmp_path) == {"a/x": b"3", "b": b"5"}


def test_a_folder_of_somebody_else_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "index.html").mkdir()
    with pytest.raises(PublishError, match=r"index\.html: Is a directory; a file and a folder of the same name"):
        write_site(tmp_path, FILES)


def test_what_a_crash_left_is_ours_to_remove(tmp_path: Path) -> None:
    write_site(tmp_path, FILES)
    (tmp_path / ".world.atom.aggregator-part").write_bytes(b"half")
    names = [*FILES, "never-written.atom"]
    (tmp_path / MANIFEST).write_text(json.dumps({"files": names}), encoding="utf-8")
    done = write_site(tmp_path, FILES | {"world.atom": b"<feed>2</feed>"})
    assert done.written == ("world.atom",)
    assert done.removed == ("never-written.atom",)
    assert holdings(tmp_path) == FILES | {"world.atom": b"<feed>2</feed>"}


def test_files_can_be_read_by_a_web_server(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        write_site(tmp_path, FILES)
    finally:
        os.umask(old)
    assert (tmp_path / "index.html").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "a/../../evil", "a//b", "./a", "a\\b", "C:evil", "", "a\x00b", "a\nb", MANIFEST]
)
def test_a_name_that_leads_elsewhere_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "site"
    with pytest.raises(PublishError, match="not a name for a file of the site"):
        write_site(folder, {"good": b"1", name: b"2"})
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_cannot_make_us_remove_what_lies_elsewhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"dear")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / MANIFEST).write_text('{"files": ["../victim"]}', encoding="utf-8")
    with pytest.raises(PublishError):
        write_site(folder, {})
    assert victim.exists()


def test_a_link_on_the_way_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "-").symlink_to(tmp_path / "outside")
    with pytest.raises(PublishError, match="leads out of"):
        write_site(folder, FILES)
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_manifest_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_bytes(b"not json")
    with pytest.raises(PublishError, match=r"aggregator-site\.json: cannot be read as our list of files; empty"):
        write_site(tmp_path, FILES)


def test_a_folder_that_is_a_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    place = tmp_path / "site"
    place.write_bytes(b"")
    with pytest.raises(PublishError, match=r"site: .*choose another folder"):
        write_site(place, FILES)


def test_a_refusal_of_the_disk_is_told_and_leaves_no_part_behind(tmp_path: Path) -> None:
    long_name = "x" * 300
    with pytest.raises(PublishError, match=r"x{300}"):
        write_site(tmp_path, {long_name: b"1"})
    assert holdings(tmp_path) == {}
