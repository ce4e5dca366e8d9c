"""`python -m bench.blocked run`: the product with one more route, whose handler blocks before it writes.

Who writes the word gets no answer for half a minute; everybody else must not notice.
"""

import sys
import time

import handlers
from bot.conversation.router import on
from bot.conversation.turn import Reply, Turn, reply

WORD, SECONDS = "bench block", 30.0


def block(turn: Turn) -> Reply:
    """Answers very late."""
    time.sleep(SECONDS)  # holds its thread, as a handler that hangs would
    return reply("xong")


if __name__ == "__main__":
    route = on(lambda turn: turn.inbound.text == WORD, block)
    handlers.ROUTES = (route, *handlers.ROUTES)
    from bot.__main__ import main

    sys.argv[0] = "bot"
    main()
