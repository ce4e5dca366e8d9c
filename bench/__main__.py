"""Runs the benchmarks: `python -m bench --rounds 5 --events 2000 --only turn --engine sqlite`."""

import argparse
import signal
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from bench.engine import ENGINES, Engine, Eye
from bench.measure import MEASUREMENTS, Plan
from bench.process import cores, pinned
from bench.report import Figure, machine, table, versions, write


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=2000, help="events of a turn round")
    parser.add_argument("--only", choices=list(MEASUREMENTS), action="append")
    parser.add_argument("--engine", choices=list(ENGINES), action="append")
    parser.add_argument("--no-product", action="store_true", help="baselines and client only")
    return parser.parse_args()


def measure(engine: Engine, names: list[str], plan: Plan) -> list[Figure]:
    """Runs the named measurements on one engine, each once."""
    figures: list[Figure] = []
    for measurement in dict.fromkeys(MEASUREMENTS[name] for name in names):
        print(f"{engine.name}: {measurement.__name__} …", file=sys.stderr, flush=True)
        figures += measurement(engine, plan)
    return figures


def server_version(engine: Engine) -> str:
    """Asks PostgreSQL what it is."""
    with closing(Eye(engine.new_database())) as eye:
        return str(eye.rows("SHOW server_version")[0][0])


def main() -> None:
    """Measures, prints the table and writes the JSON file."""
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that children are ended too
    plan = Plan(given.rounds, given.events, product=not given.no_product)
    names = given.only or list(MEASUREMENTS)
    figures: list[Figure] = []
    postgres = ""
    where = cores()
    about = machine(where)
    for name in given.engine or list(ENGINES):
        with (
            tempfile.TemporaryDirectory(prefix="ban-so-bench-") as folder,
            ENGINES[name](Path(folder), where) as engine,
            pinned(where.client),  # PostgreSQL was started before and runs on every core
        ):
            postgres = server_version(engine) if name == "postgres" else postgres
            figures += measure(engine, names, plan)
            names = [one for one in names if one not in ("client", "forecast")]  # have no engine
    print(table(figures))
    about = {"versions": versions(postgres), "machine": about, "plan": asdict(plan)}
    print(f"\n{write(figures, about)}")


if __name__ == "__main__":
    main()
