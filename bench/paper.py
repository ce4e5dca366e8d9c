"""How long a file from paper takes: `python -m bench.paper --rows 20 500 5000`, on SQLite in a new folder.

During “take” and “undo” nobody else can write on SQLite.
"""

import argparse
import csv
import io
import random
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bot.app.installation import Installation, open_installation, system_clock
from bot.app.paper import PaperRoom
from bot.config import Settings
from bot.locale import local_day
from bot.reports.reading import read_table
from bot.services import imports
from bot.services.import_rows import SHAPE
from bot.services.imports import CONSOLE
from bot.services.plans import find_commune

HEAD = ("id", "occurred_on", "team", "topic", "visits", "phone", "consent", "services", "note")


def made_up(count: int) -> bytes:
    """A file of so many rows, half of them with a telephone number that counts."""
    chance, day = random.Random(count), local_day(system_clock()).isoformat()
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for number in range(count):
        phone = f"098{chance.randrange(10**7):07d}"
        team, agreed = f"KP {chance.randint(1, 17)}", chance.choice(["co", "khong"])
        row = (f"b{count}-{number}", day, team, "vneid", 1, phone, agreed, "1;2", "ghi chú")
        writer.writerow(row)
    return out.getvalue().encode()


def measure(base: Installation, count: int) -> dict[str, float]:
    """Seconds of each part, one after the other."""
    room = PaperRoom(base)
    house = room.house(find_commune(base.communes, "ho-nai"))
    body, database = made_up(count), base.database
    marks = [time.perf_counter()]
    grid = read_table(body, SHAPE)
    marks.append(time.perf_counter())
    draft = database.read(imports.draft, house, grid)
    marks.append(time.perf_counter())
    taken = database.write(imports.take, house, draft, CONSOLE)
    marks.append(time.perf_counter())
    again = database.read(imports.draft, house, grid)
    marks.append(time.perf_counter())
    if taken.added != count or len(again.known) != count or taken.import_id is None:
        raise SystemExit("the file did not come in as a whole")
    database.write(imports.undo, house.commune.id, taken.import_id, "measured", CONSOLE)
    marks.append(time.perf_counter())
    parts = ("read", "draft", "take", "draft again", "undo")
    return {part: marks[n + 1] - marks[n] for n, part in enumerate(parts)}


def main() -> None:
    """Measures and prints one line for each number of rows."""
    parser = argparse.ArgumentParser(prog="python -m bench.paper", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[20, 500, 5000])
    with tempfile.TemporaryDirectory(prefix="ban-so-bench-") as folder:
        values = {"database_url": f"sqlite:///{folder}/b.db", "secret_key": "bench"}
        settings = Settings.model_validate(values | {"var_dir": Path(folder)})
        base = open_installation(settings)
        with closing(base.database):
            for count in parser.parse_args().rows:
                parts = measure(base, count)
                told = ", ".join(f"{part} {seconds:.2f} s" for part, seconds in parts.items())
                print(f"{count} rows: {told}")


if __name__ == "__main__":
    main()
