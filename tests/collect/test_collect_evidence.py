"""Pages of a journal as they were: found by address, shown with private numbers masked, exported, deleted."""

from __future__ import annotations

import asyncio
import hashlib
import json
import zlib
from datetime import timedelta
from pathlib import Path

import pytest

from govmedia_rules import collect
from govmedia_rules.__main__ import main
from govmedia_rules.collect.evidence import forget, kept_pages, mask_private, write_warc
from govmedia_rules.collect.journal import Journal, read_visits
from govmedia_rules.subjects.models import Site
from tests.collect.madesites import NOW, LoopbackServer
from tests.collect.test_collect_doubt import HOST, NAMES, made, rows


def run(folder: Path) -> tuple[Path, Path]:
    """Collect a site whose columns are old; return the snapshots and their journal."""
    pages = made({path: rows(path, [300, 310, 320]) for path in NAMES})
    pages["/lx.html"] = (
        "<html><body><p>联系人手机 13912345678 身份证 61010119900101123X 邮箱 a.b@example.gov.cn</p></body></html>".encode()
    )
    pages["/"] = pages["/"].replace(b"</body>", "<a href='/lx.html'>联系我们</a></body>".encode())
    out, journal = folder / "out.jsonl", folder / "out.jsonl.journal"

    async def look() -> str:
        async with LoopbackServer({HOST: pages}) as server:
            guard = collect.Guard(test_hosts={HOST: "127.0.0.1"})
            site = Site(id="d", name="示例区人民政府", url=f"http://{HOST}:{server.port}/")
            snapshot = await collect.site_async(site, guard=guard, observed_at=NOW, journal=journal)
            return snapshot.model_dump_json()

    out.write_text(asyncio.run(look()) + "\n", encoding="utf-8")
    return out, journal


def test_a_finding_leads_to_the_pages_it_was_made_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, journal = run(tmp_path)
    assert main(["evidence", "site.veto.columns.core", "--snapshots", str(out)]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(shown) == len(NAMES)
    snapshot = json.loads(out.read_text("utf-8"))
    digests = {page["url"]: page["digest"] for page in snapshot["pages"]}
    for page in shown:
        assert page["digest"] == digests[page["url"]]
        assert page["status"] == 200
        assert page["address"] == "127.0.0.1"
        assert ["Content-Type", "text/html"] in page["headers"]
        assert "关于第0号" in page["text"]
    record = next(record for record in read_visits(journal) if record.get("t") == "visit" and record["url"] == shown[0]["url"])
    assert hashlib.sha256(kept_pages(journal, [record["url"]])[record["url"]].fetched.body).hexdigest() == shown[0]["digest"]


def test_private_numbers_are_masked() -> None:
    text = mask_private("手机13912345678，身份证61010119900101123X，卡号6222021234567890123，电话029-12345678，a.b@example.gov.cn")
    assert text == "手机139*******8，身份证610**************X，卡号622***************3，电话029-12345678，a.b**************n"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # warcio leaves a temporary file to its end
def test_pages_leave_as_warc(tmp_path: Path) -> None:
    archive = pytest.importorskip("warcio.archiveiterator")
    _, journal = run(tmp_path)
    urls = [record["url"] for record in read_visits(journal) if record.get("t") == "visit" and record["url"].endswith("/tz/")]
    write_warc(kept_pages(journal, urls), tmp_path / "pages.warc.gz")
    with open(tmp_path / "pages.warc.gz", "rb") as file:
        records = [
            (record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read())
            for record in archive.ArchiveIterator(file)
        ]
    assert records == [(urls[0], kept_pages(journal, urls)[urls[0]].fetched.body)]


def test_one_command_deletes_what_is_older_than_its_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, journal = run(tmp_path)
    before = sum("body" in record for record in read_visits(journal))
    assert forget(journal, NOW - timedelta(days=1)) == 0  # the pages were fetched just now, long after that
    assert main(["evidence", "--journal", str(journal), "--forget-days", "0"]) == 0
    assert json.loads(capsys.readouterr().out)["forgotten"] == before
    assert not any("body" in record for record in read_visits(journal))
    # The snapshot and its digests stay, and a run with the journal gives it back.
    again = collect.site(Site(id="d", name="示例区人民政府", url=f"http://{HOST}/"), observed_at=NOW, journal=journal)
    assert again.model_dump_json() == out.read_text("utf-8").strip()
    with pytest.raises(ValueError, match="aware"):
        forget(journal, NOW.replace(tzinfo=None))


def test_a_record_after_a_torn_line_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "j"
    whole = b"".join(b"%08x %s\n" % (zlib.crc32(text), text) for text in (b'{"n":1}', b'{"n":2}'))
    # An earlier release: a full disk took half of a line; the disk was cleared, and the next record followed on the same line.
    path.write_bytes(whole + whole[:9] + whole)
    assert [record["n"] for record in read_visits(path)] == [1, 2, 1, 2]
    with Journal(path) as lines:
        lines.append({"n": 3})
    assert [record["n"] for record in read_visits(path)] == [1, 2, 1, 2, 3]


def test_a_write_that_fails_leaves_no_torn_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from govmedia_rules.errors import CollectError

    path = tmp_path / "j"
    write = os.write
    with Journal(path) as lines:
        lines.append({"n": 1})

        def full(file: int, data: bytes) -> int:
            if len(data) > 10:
                return write(file, data[:10])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("govmedia_rules.core.journal.os.write", full)
        with pytest.raises(CollectError, match="No space left"):
            lines.append({"n": 2})
        monkeypatch.setattr("govmedia_rules.core.journal.os.write", write)
        lines.append({"n": 3})
    assert [record["n"] for record in read_visits(path)] == [1, 3]
