"""Only what Zalo signed with our secret is Zalo's; nobody else's bytes pass, and none bring it down."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.zalo_signature import (
    SIGNATURE_HEADER,
    appsecret_proof,
    challenge_of,
    is_signed,
    new_verifier,
)
from tests import depth

FIXTURES = Path(__file__).parent / "fixtures" / "zalo"
VECTORS = json.loads((FIXTURES / "signature_vector.json").read_text("utf-8"))
AUX = json.loads((FIXTURES / "aux_vectors.json").read_text("utf-8"))
NAMED = {vector["name"]: vector for vector in VECTORS["vectors"]}
APP, SECRET = "2754061983340175268", "made-up-oa-secret-0123456789abcdef"
FUZZ = settings(max_examples=depth.FUZZ.now)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)
STAMPS = st.text(st.characters(), max_size=15) | st.integers(-(2**63) + 1, 2**63 - 1)
EVENTS = st.fixed_dictionaries(
    {"app_id": st.just(APP) | JSON, "timestamp": STAMPS | JSON},
    optional={"event_name": JSON, "message": JSON, "sender": JSON},
)
BODIES = (
    st.binary(max_size=60)
    | JSON.map(lambda value: json.dumps(value).encode())
    | EVENTS.map(lambda value: json.dumps(value).encode())
    | EVENTS.map(lambda value: json.dumps(value).encode("utf-16"))
)
HEX = st.text("0123456789abcdefABCDEF", min_size=64, max_size=64)
HEADERS = (
    st.none()
    | st.text(st.characters(), max_size=80)
    | HEX
    | HEX.map("mac={}".format)
    | st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
)


def body_of(vector: dict[str, Any]) -> bytes:
    return base64.b64decode(vector["raw_body_base64"])


def header_of(vector: dict[str, Any]) -> str:
    return str(vector["header"][SIGNATURE_HEADER])


def mac(raw: bytes, stamp: str, app_id: str = APP, secret: str = SECRET) -> str:
    """The formula once more, with nothing of ours."""
    parts = [part.encode("utf-8", "surrogatepass") for part in (app_id, stamp, secret)]
    return "mac=" + hashlib.sha256(parts[0] + raw + parts[1] + parts[2]).hexdigest()


def event(**fields: Any) -> bytes:
    return json.dumps({"app_id": APP, "timestamp": "1789012345001"} | fields).encode()


@pytest.mark.parametrize("name", NAMED)
def test_each_vector_is_judged_as_it_says(name: str) -> None:
    vector = NAMED[name]
    raw = body_of(vector)
    assert raw == vector["raw_body_utf8"].encode()
    assert len(raw) == vector["raw_body_length_bytes"]
    judged = is_signed(raw, header_of(vector), vector["app_id"], vector["oa_secret_key"])
    assert judged is vector["must_verify"]
    assert is_signed(raw, "mac=" + vector["expected_hex"], vector["app_id"], SECRET)


def test_the_vectors_are_all_there() -> None:
    judged = [vector["must_verify"] for vector in VECTORS["vectors"]]
    assert (judged.count(True), judged.count(False)) == (7, 6)
    assert VECTORS["header_name"] == SIGNATURE_HEADER


@pytest.mark.parametrize("name", [name for name in NAMED if not name.startswith("NEG_")])
def test_a_signer_that_nobody_here_wrote_makes_the_same_digest(name: str, tmp_path: Path) -> None:
    vector = NAMED[name]
    file = tmp_path / "signed"
    parts = (APP.encode(), body_of(vector), vector["timestamp"].encode(), SECRET.encode())
    file.write_bytes(b"".join(parts))
    done = subprocess.run(
        ["sha256sum", "--binary", str(file)], capture_output=True, text=True, check=True
    )
    digest = done.stdout.split()[0]
    assert digest == vector["expected_hex"]
    assert is_signed(body_of(vector), f"mac={digest}", APP, SECRET)


def test_a_body_with_any_one_byte_changed_is_refused() -> None:
    vector = NAMED["vietnamese_raw_utf8"]
    raw, header = body_of(vector), header_of(vector)
    assert is_signed(raw, header, APP, SECRET)
    passed = [
        (place, byte)
        for place in range(len(raw))
        for byte in range(256)
        if byte != raw[place]
        and is_signed(raw[:place] + bytes([byte]) + raw[place + 1 :], header, APP, SECRET)
    ]
    assert passed == []


def test_a_body_with_one_byte_more_or_less_is_refused() -> None:
    vector = NAMED["pretty_printed"]
    raw, header = body_of(vector), header_of(vector)
    for place in range(len(raw) + 1):
        for more in (b" ", b"\n", b"1", b"}"):
            assert not is_signed(raw[:place] + more + raw[place:], header, APP, SECRET)
        assert place == len(raw) or not is_signed(
            raw[:place] + raw[place + 1 :], header, APP, SECRET
        )


def test_a_header_with_any_one_sign_changed_is_refused() -> None:
    vector = NAMED["ascii_compact"]
    raw, header = body_of(vector), header_of(vector)
    for place in range(len("mac="), len(header)):
        for sign in "0123456789abcdef":
            changed = header[:place] + sign + header[place + 1 :]
            assert is_signed(raw, changed, APP, SECRET) is (changed == header)
    for short in (header[:-1], header + "0", header[5:], "mac=", f"sha256={header[4:]}"):
        assert not is_signed(raw, short, APP, SECRET)


@pytest.mark.parametrize("form", ["{}", " {} ", "\t{}", "mac={}", "MAC={}", "mac = {}"])
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_the_prefix_and_the_case_of_the_digest_do_not_matter(form: str, case: Any) -> None:
    raw = event(event_name="follow")
    digest = mac(raw, "1789012345001").removeprefix("mac=")
    assert is_signed(raw, form.format(case(digest)), APP, SECRET)


@pytest.mark.parametrize(
    "wrong",
    [
        "٠" * 64,
        "0" * 63 + "０",  # a wide digit
        "mac=" + "\ud83d" * 64,
        "mac=" + "g" * 64,
        "mac=" + "0" * 64 + "\n",
        "mac=" * 100_000,
        " " * 1_000_000,
        "\0",
    ],
    ids=range(8),
)
def test_a_header_of_other_signs_is_refused(wrong: str) -> None:
    assert not is_signed(event(), wrong, APP, SECRET)


def test_without_secret_or_app_id_nothing_passes() -> None:
    raw = event(app_id="")
    assert not is_signed(raw, mac(raw, "1789012345001", app_id=""), "", SECRET)
    raw = event()
    assert not is_signed(raw, mac(raw, "1789012345001", secret=""), APP, "")
    assert not is_signed(raw, None, APP, SECRET)
    assert is_signed(raw, mac(raw, "1789012345001"), APP, SECRET)


def test_the_event_of_another_app_is_refused_although_it_is_well_signed() -> None:
    for other in ("2754061983340175269", "", APP + " ", None, [APP], {"id": APP}, True, 1.0):
        raw = event(app_id=other)
        assert not is_signed(raw, mac(raw, "1789012345001"), APP, SECRET), other
        raw = event(app_id=APP)
        assert not is_signed(raw, mac(raw, "1789012345001", str(other)), str(other), SECRET)


def test_ids_and_moments_as_numbers_count_as_their_digits() -> None:
    raw = json.dumps({"app_id": int(APP), "timestamp": 1789012345001}).encode()
    assert is_signed(raw, mac(raw, "1789012345001"), APP, SECRET)


def test_an_event_without_a_moment_is_signed_without_one() -> None:
    raw = json.dumps({"app_id": APP, "event_name": "new"}).encode()
    assert is_signed(raw, mac(raw, ""), APP, SECRET)
    for stamp in (None, True, 1.5, [], {}):
        raw = event(timestamp=stamp)
        assert not is_signed(raw, mac(raw, str(stamp)), APP, SECRET), stamp
        assert not is_signed(raw, mac(raw, ""), APP, SECRET), stamp


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b"7",
        b'"event"',
        b'{"app_id":',
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"app_id":' + b"9" * 5000 + b"}",
        b'{"app_id":"' + APP.encode() + b'","timestamp":' + b"9" * 4000 + b"}",
    ],
    ids=range(11),
)
def test_a_body_that_is_no_event_is_refused(raw: bytes) -> None:
    for stamp in ("", "1789012345001", "9" * 4000):
        assert not is_signed(raw, mac(raw, stamp), APP, SECRET)


def test_half_a_surrogate_pair_anywhere_brings_nothing_down() -> None:
    raw = event(timestamp="\ud83d")
    assert is_signed(raw, mac(raw, "\ud83d"), APP, SECRET)
    assert not is_signed(raw, "\ud83d", "\ud83d", "\udcff")
    raw = event(app_id="\ud83d")
    assert is_signed(raw, mac(raw, "1789012345001", "\ud83d", "\udcff"), "\ud83d", "\udcff")


@FUZZ
@given(BODIES, HEADERS)
@example(event(), None)
@example(event(timestamp="\udc80"), "\udc80")
@example(event(), "mac=" + hashlib.sha256(event()).hexdigest())
def test_whatever_a_stranger_sends_is_refused(raw: bytes, header: str | None) -> None:
    assert is_signed(raw, header, APP, SECRET) is False


@FUZZ
@given(EVENTS, STAMPS)
def test_whatever_zalo_signs_passes_with_our_secret_only(
    fields: dict[str, Any], stamp: str | int
) -> None:
    raw = json.dumps(fields | {"app_id": APP, "timestamp": stamp}).encode()
    assert is_signed(raw, mac(raw, str(stamp)), APP, SECRET)
    assert not is_signed(raw, mac(raw, str(stamp)), APP, SECRET + "x")
    assert not is_signed(raw, mac(raw, str(stamp), secret=SECRET[:-1]), APP, SECRET)
    keyed = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert not is_signed(raw, f"mac={keyed}", APP, SECRET)


@FUZZ
@given(BODIES, HEADERS, st.text(st.characters(), max_size=6), st.text(st.characters(), max_size=6))
def test_no_setting_makes_it_raise_or_pass(
    raw: bytes, header: str | None, app_id: str, secret: str
) -> None:
    assert is_signed(raw, header, app_id, secret) is False


# --- Proofs that we make


@pytest.mark.parametrize("name", ["pkce_s256", "pkce_rfc7636_appendix_b"])
def test_the_challenge_of_a_known_verifier_is_the_known_one(name: str) -> None:
    assert challenge_of(AUX[name]["code_verifier"]) == AUX[name]["code_challenge"]


def test_each_verifier_is_new_and_of_the_form_that_zalo_takes() -> None:
    made = {new_verifier() for _ in range(200)}
    assert len(made) == 200
    for verifier in made:
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", verifier)
        assert len(base64.urlsafe_b64decode(verifier + "=")) == 32
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge_of(verifier))


def test_the_proof_of_the_app_secret_is_the_known_one() -> None:
    known = AUX["appsecret_proof"]
    proof = appsecret_proof(known["app_secret"], known["access_token"])
    assert proof == known["appsecret_proof"]
    assert appsecret_proof(known["access_token"], known["app_secret"]) != proof
