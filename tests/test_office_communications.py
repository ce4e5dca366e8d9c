"""The office's page of what is put out: written down, corrected, taken out; photos that stay in the house."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bot.core.vocabulary import CommunicationKind, Role
from bot.media.inspection import Inspection
from bot.media.proofs import Proofs
from storage import audit, communications
from storage.communications import Communication
from tests import small_content
from tests.browser_server import running
from tests.media_files import picture
from tests.office_browser import SIGN_OUT, Answer, Browser
from tests.office_site import Site
from tests.storage_communication_cases import WEEK

PAGE = "/office/communications"
KEY = "0123456789abcdef"
NEW = f"{PAGE}/new/{KEY}"
WRITTEN = {
    "kind": "phat_loa",
    "about": "t-at",
    "title": "Cảnh báo lừa đảo",
    "team": "",
    "day": "2026-11-18",
    "amount": "3",
    "reach": "",
    "link": "",
    "note": "",
}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path, content_dir=small_content.shared()) as ward:
        yield Site(ward)


@pytest.fixture
def officer(site: Site) -> Browser:
    return site.officer()


def post(browser: Browser, path: str, **fields: str) -> Answer:
    return browser.posts(path, {"form": browser.token(SIGN_OUT), **fields})


def writes(browser: Browser, **fields: str) -> Answer:
    return post(browser, NEW, **WRITTEN | fields)


def line(site: Site, slug: str = "ho-nai") -> Communication:
    (found,) = lines(site, slug)
    return found


def lines(site: Site, slug: str = "ho-nai") -> list[Communication]:
    commune = site.ward.commune(slug).id
    return site.ward.base.database.read(
        lambda unit: communications.list_between(unit, commune, WEEK, with_voided=True)
    )


def words(answer: Answer) -> str:
    return " ".join(answer.page.words.split())


def photos(site: Site) -> list[str]:
    root = site.ward.settings.own_media
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.jpg"))


def sends_photo(browser: Browser, one: Communication, body: bytes, **fields: str) -> Answer:
    given = {"form": browser.token(SIGN_OUT), "revision": str(one.revision), **fields}
    return browser.uploads(f"{PAGE}/{one.id}/photo", given, body)


def test_a_line_is_written_and_shown_with_the_sum_of_its_kind_alone(
    site: Site, officer: Browser
) -> None:
    answer = writes(officer, reach="1.200", note="Loa khu phố 3, 17 giờ")
    assert (answer.status, answer.location) == (303, f"{PAGE}?month=2026-11&done=written#done")
    piece = line(site).piece
    assert (piece.kind, piece.amount, piece.reach) == (CommunicationKind.BROADCAST, 3, 1200)
    shown = words(officer.opens(answer.location or ""))
    assert "3 lượt phát loa: Cảnh báo lừa đảo" in shown
    assert "ước khoảng 1.200" in shown
    assert "Tờ rơi đã phát — chưa ghi dòng nào" in shown
    assert officer.opens(PAGE).page.scripts == []


def test_a_form_sent_twice_writes_one_line(site: Site, officer: Browser) -> None:
    writes(officer)
    writes(officer)
    assert len(lines(site)) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": "0"}, "số lượng chưa đúng"),
        ({"amount": "ba"}, "số lượng chưa đúng"),
        ({"amount": "99999999999"}, "số lượng chưa đúng"),
        ({"reach": "-5"}, "số người ước khoảng"),
        ({"day": "2026-11-19"}, "chưa tới"),
        ({"day": "2025-01-01"}, "lâu quá"),
        ({"day": "hôm qua"}, "Ngày không đúng"),
        ({"link": "http://example.com"}, "https://"),
        ({"about": "g-khong-co"}, "Chưa chọn nội dung"),
        ({"kind": "loa"}, "Chưa chọn loại"),
        ({"team": "999"}, "Không có tổ này"),
        ({"title": "x"}, "từ 3 đến 120"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence_and_what_was_typed_stays(
    site: Site, officer: Browser, fields: dict[str, str], said: str
) -> None:
    answer = writes(officer, **{"note": "giữ lại chữ này", **fields})
    assert answer.status == 422
    assert said in words(answer)
    assert answer.page.values["note"] == "giữ lại chữ này"
    assert lines(site) == []


def test_what_was_typed_is_shown_as_words_and_not_run(site: Site, officer: Browser) -> None:
    bad = '"><script>alert(1)</script>'
    writes(officer, title=bad, note=bad, link="https://zalo.me/x?a=1&b=<")
    writes(officer, title=bad, note=bad, link="https://zalo.me/x?a=1&b=2")
    answer = officer.opens(PAGE)
    assert answer.page.scripts == []
    assert bad in answer.page.words
    assert "https://zalo.me/x?a=1&b=2" in answer.page.words  # as text: nobody is led there
    assert not [one for one in answer.page.links if "zalo.me" in one]


def test_a_correction_keeps_the_reason_and_a_stale_page_changes_nothing(
    site: Site, officer: Browser
) -> None:
    writes(officer)
    path = f"{PAGE}/{line(site).id}/correct"
    kept = {name: value for name, value in WRITTEN.items() if name not in ("kind", "about")}
    fresh = {**kept, "amount": "5", "revision": "1"}
    assert post(officer, path, **fresh, reason="x").status == 422
    assert line(site).piece.amount == 3
    assert post(officer, path, **fresh, reason="đếm thiếu hai lần").status == 303
    assert line(site).piece.amount == 5
    assert "đếm thiếu hai lần" in words(officer.opens(PAGE))
    stale = post(officer, path, **fresh | {"amount": "9"}, reason="đếm thiếu")
    assert stale.status == 422
    assert "vừa có người khác sửa" in words(stale)
    assert line(site).piece.amount == 5


def test_a_line_taken_out_counts_no_more_and_shows_why(site: Site, officer: Browser) -> None:
    writes(officer)
    path = f"{PAGE}/{line(site).id}/void"
    assert post(officer, path, revision="1", reason="ghi trùng").status == 303
    assert line(site).voided_at is not None
    assert "Lượt phát loa — chưa ghi dòng nào" in words(officer.opens(PAGE))
    assert "Đã bỏ lúc" in words(officer.opens(PAGE))


def test_a_line_of_a_colleague_is_taken_out_only_with_a_reason(
    site: Site, officer: Browser
) -> None:
    writes(officer)
    officer = site.officer(name="anh Bình")
    path = f"{PAGE}/{line(site).id}/void"
    answer = post(officer, path, revision="1", reason="x")
    assert answer.status == 422
    assert line(site).voided_at is None
    assert post(officer, path, revision="1", reason="ghi trùng").status == 303


def test_a_photo_is_made_small_loses_what_the_camera_wrote_and_is_seen_in_the_office_alone(
    site: Site, officer: Browser
) -> None:
    writes(officer)
    exif = Image.Exif()
    exif[0x010E] = "nhà bà Tư"
    assert sends_photo(officer, line(site), picture("JPEG", (1600, 1200), exif=exif)).status == 303
    (kept,) = photos(site)
    assert re.fullmatch(r"tuyen-truyen/ho-nai/\d+-[0-9a-f]{16}\.jpg", kept)
    path = f"{PAGE}/{line(site).id}/photo"
    seen = officer.opens(path)
    assert (seen.status, seen.headers["Cache-Control"]) == (200, "no-store")
    with Image.open(io.BytesIO(seen.body)) as shown:
        assert shown.width == 640
        assert not shown.getexif()
    assert site.browser().opens(path).status == 303
    assert site.officer("phu-lam").opens(path).status == 404
    assert site.officer(role=Role.OPERATOR).opens(path).status == 403
    assert site.browser().opens(f"/m/{kept.rpartition('/')[2]}").status == 404


def test_a_photo_says_whether_those_on_it_agreed(site: Site, officer: Browser) -> None:
    writes(officer)
    sends_photo(officer, line(site), picture())
    assert line(site).piece.photo_agreed is False
    assert "không gửi ra ngoài" in words(officer.opens(PAGE))
    sends_photo(officer, line(site), picture("JPEG"), agreed="1")
    assert line(site).piece.photo_agreed is True
    assert len(photos(site)) == 1  # the earlier one is gone
    assert "Có trẻ em thì cha mẹ hay người giám hộ đã đồng ý" in words(officer.opens(PAGE))


def test_a_photo_goes_with_its_line_and_when_it_is_asked_to(site: Site, officer: Browser) -> None:
    writes(officer)
    sends_photo(officer, line(site), picture())
    one = line(site)
    gone = post(
        officer, f"{PAGE}/{one.id}/photo/gone", revision=str(one.revision), day="2026-11-18"
    )
    assert gone.status == 303
    assert (photos(site), line(site).piece.photo) == ([], None)
    sends_photo(officer, line(site), picture())
    one = line(site)
    post(officer, f"{PAGE}/{one.id}/void", revision=str(one.revision), reason="ghi trùng")
    assert (photos(site), line(site).piece.photo) == ([], None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "chọn"),
        (b"GIF89a", "hình"),
        (picture(size=(100, 900)), "cắt bớt"),
    ],
)
def test_a_file_that_is_no_photo_is_refused_beside_its_line(
    site: Site, officer: Browser, body: bytes, said: str
) -> None:
    writes(officer)
    answer = sends_photo(officer, line(site), body)
    assert answer.status == 422
    assert said in words(answer).lower()
    assert (photos(site), line(site).piece.photo) == ([], None)


def test_a_photo_for_a_line_changed_since_is_not_kept(site: Site, officer: Browser) -> None:
    writes(officer)
    one = line(site)
    sends_photo(officer, one, picture("JPEG"), agreed="1")
    assert sends_photo(officer, one, picture()).status == 422
    assert len(photos(site)) == 1


def test_photos_are_no_strangers_among_recordings_and_a_key_is_no_path(
    site: Site, officer: Browser, tmp_path: Path
) -> None:
    writes(officer)
    sends_photo(officer, line(site), picture())
    root = site.ward.settings.own_media
    looked = Inspection(site.ward.base.library.guides, {}, site.ward.clock().date()).look_over(root)
    assert looked == []
    with pytest.raises(Exception, match="no-picture"):
        Proofs(tmp_path).read("ho-nai", "../secret.key")


def test_every_look_and_every_change_stands_in_the_audit_log(site: Site, officer: Browser) -> None:
    writes(officer)
    sends_photo(officer, line(site), picture())
    officer.opens(f"{PAGE}?month=2026-11")
    officer.opens(f"{PAGE}/{line(site).id}/photo")
    commune = site.ward.commune("ho-nai").id
    acts = [one.act for one in site.ward.base.database.read(audit.list_acts, commune)]
    told = [(one.action, one.object) for one in acts if "communication" in one.object]
    name = f"communication:{line(site).id}"
    for act in (
        ("communication.write", name),
        ("communication.photo", name),
        ("read", "communications:2026-11"),
        ("read", f"{name}/photo"),
    ):
        assert act in told
    assert not [one for one in acts if "Cảnh báo" in str(one)]


def test_a_leader_reads_and_finds_no_form(site: Site, officer: Browser) -> None:
    writes(officer)
    page = site.officer(role=Role.LEADER).opens(PAGE).page
    assert "3 lượt phát loa" in " ".join(page.words.split())
    assert list(page.tokens) == [SIGN_OUT]


def test_other_communes_see_nothing_of_it(site: Site, officer: Browser) -> None:
    writes(officer)
    other = site.officer("phu-lam")
    assert "Cảnh báo lừa đảo" not in other.opens(PAGE).text
    path = f"{PAGE}/{line(site).id}"
    assert post(other, f"{path}/void", revision="1", reason="ghi trùng").status == 422
    assert line(site).voided_at is None


def test_a_month_to_come_and_one_that_is_none_show_this_month(site: Site, officer: Browser) -> None:
    for month in ("2027-01", "2026-13", "x"):
        assert "tháng 11/2026" in words(officer.opens(f"{PAGE}?month={month}"))
    assert "tháng 10/2026" in words(officer.opens(f"{PAGE}?month=2026-10"))


def test_the_text_for_the_loudspeaker_is_a_page_to_print(site: Site) -> None:
    answer = site.browser().opens("/g/vneid-kich-hoat/loa?xa=ho-nai")
    assert answer.status == 200
    assert "Kính thưa bà con phường Hố Nai." in words(answer)
    assert re.search(r"khoảng \d+ giây", words(answer))
    assert answer.page.scripts == []
    assert site.browser().opens("/g/khong-co/loa").status == 404
