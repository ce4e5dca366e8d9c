"""Zalo OA: signed webhooks at a fixed rate and in a burst, while Zalo or one of our handlers hangs.

Latency is the client's: from the moment a request was due until its 200.
"""

import asyncio
import hashlib
import json
import time
from contextlib import closing
from typing import Any

from bench import load
from bench.blocked import WORD
from bench.engine import Engine
from bench.product import (
    ACCOUNT,
    TEXT,
    WEBHOOK_SECRET,
    ZALO_APP,
    ZALO_OA,
    Product,
    start_with_zalo,
)
from bench.report import Figure

RATE, SECONDS = 200.0, 20.0
BURST_RATE, BURST_SECONDS, BURST_GRACE = 2000.0, 5.0, 1.0
HANGS_SECONDS = 30.0
PERSONS = 1000
WARM_UP = 50


def measure(engine: Engine) -> list[Figure]:
    """The three situations, each on a new database."""
    name = f"zalo webhook, {RATE:g}/s"
    with closing(start_with_zalo(engine, "-m bot", HANGS_SECONDS)) as product:
        figures = _steady(engine, product, f"{name}, Zalo's sends hang {HANGS_SECONDS:g} s")
    with closing(start_with_zalo(engine, "-m bench.blocked", 0)) as product:
        asyncio.run(load.closed_loop(product.url, 1, 1, 10, requests(900_000, WORD)))
        time.sleep(1.0)  # until the handler of that word hangs
        figures += _steady(engine, product, f"{name}, a handler hangs {HANGS_SECONDS:g} s")
    with closing(start_with_zalo(engine, "-m bot", 0)) as product:
        figures += _burst(engine, product)
    return figures


def _steady(engine: Engine, product: Product, name: str) -> list[Figure]:
    asyncio.run(load.closed_loop(product.url, 1, WARM_UP, 10, requests(0)))
    before = product.events_stored()
    result = asyncio.run(load.open_loop(product.url, RATE, SECONDS, requests(WARM_UP)))
    lost = round(RATE * SECONDS) - (product.events_stored() - before)
    remark = f"{result.errors} errors, {lost} not stored"
    p50 = Figure(engine.name, f"{name}, p50", result.percentile(50), "ms")
    p99 = result.percentile(99)
    return [p50, Figure(engine.name, f"{name}, p99", p99, "ms", (), "<", 100.0, remark)]


def _burst(engine: Engine, product: Product) -> list[Figure]:
    wanted = round(BURST_RATE * BURST_SECONDS)
    make = requests(0)
    ready = [make(index) for index in range(wanted)]  # signing is the vendor's work, not ours
    result = asyncio.run(load.burst(product.url, BURST_RATE, BURST_SECONDS, ready.__getitem__))
    stored, name = product.events_stored(), "zalo burst"
    remark = f"{stored} stored, {result.errors} errors"
    whole, latest = min(result.count, stored), BURST_SECONDS + BURST_GRACE
    return [
        Figure(engine.name, f"{name} accepted", whole, "events", (), "=", wanted, remark),
        Figure(engine.name, f"{name}, last 200 after", result.seconds, "s", (), "<", latest),
        Figure(engine.name, f"{name} accepted, p99", result.percentile(99), "ms"),
    ]


def requests(first: int, text: str = TEXT) -> load.MakeRequest:
    """Returns the maker of distinct signed text events, each person's in turn."""

    def make(index: int) -> bytes:
        number = first + index
        stamp = str(int(time.time() * 1000))
        event: dict[str, Any] = {
            "app_id": ZALO_APP,
            "sender": {"id": str(6_801_357_924_680_000_000 + number % PERSONS)},
            "recipient": {"id": ZALO_OA},
            "event_name": "user_send_text",
            "message": {"text": text, "msg_id": f"{number:020x}"},
            "timestamp": stamp,
        }
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        signed = ZALO_APP.encode() + body + stamp.encode() + WEBHOOK_SECRET.encode()
        head = (
            f"POST /hook/zalo-oa/{ACCOUNT} HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            f"X-ZEvent-Signature: mac={hashlib.sha256(signed).hexdigest()}",
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join((*head, "", "")).encode() + body

    return make
