"""Dockerfile, .dockerignore, compose.yaml and .env.example say what the code says.

No engine is needed; tests/test_deployment_run.py runs what these files describe.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from typing import Any

import click
import pytest
from aiohttp import web
from packaging.specifiers import SpecifierSet
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot.__main__ import main
from bot.config import PREFIX, Settings, load_settings
from bot.web.server import Parts, build_server
from tests.command_line import ROOT
from tests.deployment import (
    BUILD,
    EXAMPLE,
    FINAL,
    compose,
    copied,
    environment_of_image,
    in_context,
    pairs,
    script_of_backup,
    the,
    words,
)

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOMS = {*PROJECT["tool"]["importlinter"]["root_packages"], Settings().content_dir.as_posix()}
OURS = ("bot", "replica", "backup")
SERVICES: dict[str, Any] = compose({"POSTGRES_PASSWORD": "p@ss: w/rd"})["services"]
SECRETS = {
    f"{PREFIX}{name.upper()}"
    for name, field in Settings.model_fields.items()
    if isinstance(field.default, SecretStr)
}


# --- The image


def test_both_stages_stand_on_one_base_of_one_exact_version_that_the_program_runs_on() -> None:
    assert [the("FROM", BUILD), the("FROM", FINAL)] == ["${PYTHON} AS build", "${PYTHON}"]
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    base = re.findall(
        r"^ARG PYTHON=python:(\d+\.\d+\.\d+)-slim-[a-z]+(?:@sha256:[0-9a-f]{64})?$", text, re.M
    )
    assert len(base) == 1
    assert base[0] in SpecifierSet(PROJECT["project"]["requires-python"])


def test_the_build_installs_the_lock_by_hash_and_compiles_nothing() -> None:
    text = " ".join(step.rest for step in (*BUILD, *FINAL) if step.word == "RUN")
    install = re.findall(r"pip --python /opt/venv/bin/python install (.*?) &&", text)
    assert len(install) == 1
    assert "--require-hashes" in install[0]
    assert "--only-binary :all:" in install[0]
    assert re.findall(r"\S*\.(?:lock|txt)\b", install[0]) == ["/build/requirements.lock"]
    assert len(re.findall(r"\b(?:install|sync)\b(?! --directory)", text)) == 1
    assert re.findall(r"\b(?:apt|apt-get|curl|wget|git|gcc|uv|poetry)\b|https?:", text) == []


def test_the_rooms_of_the_program_are_copied_and_nothing_else() -> None:
    assert len(ROOMS) >= 4
    assert {place: source for place, source in copied().items() if place.startswith("/app")} == {
        f"/app/{room}": room for room in ROOMS
    }
    assert set(copied().values()) == {*ROOMS, "requirements.lock"}


def test_the_final_stage_takes_two_folders_and_keeps_no_installer() -> None:
    taken = [step.rest for step in FINAL if step.word in ("COPY", "ADD")]
    assert taken == ["--from=build /opt/venv /opt/venv", "--from=build /app /app"]
    removed = [step.rest for step in (*BUILD, *FINAL) if "pip" in step.rest]
    assert "--without-pip" in removed[0]
    assert re.search(r"uninstall --yes setuptools\b", removed[0])
    assert re.search(r"^python -m pip uninstall --yes .*\bpip\b", removed[-1])
    assert the("WORKDIR", FINAL) == "/app"


def test_the_program_runs_as_a_numbered_user_who_owns_only_what_it_writes() -> None:
    uid, gid = the("USER", FINAL).split(":")
    assert int(uid) >= 10_000
    assert int(gid) >= 10_000
    made = next(step.rest for step in FINAL if "useradd" in step.rest)
    assert f"--uid {uid} --gid {gid}" in made
    assert f"install --directory --mode 0700 --owner {uid} --group {gid} /data /backup" in made
    assert "chown" not in made
    order = [step.word for step in FINAL]
    assert order.index("USER") < order.index("HEALTHCHECK") < order.index("CMD")


def test_the_image_has_the_settings_of_a_container() -> None:
    given = environment_of_image()
    settings = load_settings(given)
    assert settings.host == "0.0.0.0"
    assert (
        settings.base_url == f"http://127.0.0.1:{settings.port}"
    )  # 0.0.0.0 is no address of a link
    assert the("EXPOSE", FINAL) == str(settings.port)
    assert words("VOLUME", FINAL) == [str(settings.var_dir)]
    file = make_url(settings.database_url).database or ""
    assert file.startswith(f"{settings.var_dir}/")
    assert given["PATH"].split(":")[0] == "/opt/venv/bin"
    assert (given["PYTHONUNBUFFERED"], given["PYTHONDONTWRITEBYTECODE"]) == ("1", "1")
    assert not SECRETS & given.keys()


def test_the_image_starts_and_checks_itself_by_commands_that_exist() -> None:
    assert understood(words("CMD", FINAL)) == ["run"]
    assert understood(words("RUN", FINAL)) == ["check"]
    assert the("STOPSIGNAL", FINAL) == "SIGTERM"


def test_the_health_check_asks_a_path_that_the_server_has() -> None:
    check = the("HEALTHCHECK", FINAL)
    asked = re.findall(r"'GET', '([^']+)'", check)

    async def is_ready() -> bool:
        return True

    async def paths() -> set[str | None]:
        routes: web.UrlDispatcher = build_server(Parts({}, is_ready)).router
        return {route.resource.canonical for route in routes.routes() if route.resource}

    assert len(asked) == 1
    assert asked[0] in asyncio.run(paths())
    assert int(re.findall(r"or (\d+)\)", check)[0]) == Settings().port
    assert "curl" not in check


def test_the_labels_are_those_of_the_project() -> None:
    prefix = "org.opencontainers.image."
    project = PROJECT["project"]
    assert pairs(the("LABEL", FINAL)) == {
        f"{prefix}title": project["name"],
        f"{prefix}description": project["description"],
        f"{prefix}version": project["version"],
        f"{prefix}licenses": project["license"],
    }


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".git/config",
        ".venv/bin/python",
        "var/secret.key",
        "var/ban-so.db",
        "tests/test_deployment.py",
        "bench/__main__.py",
        "docs/looked-at.md",
        "README.md",
        "compose.yaml",
        "bot/__pycache__/config.cpython-311.pyc",
        "bot/core/__pycache__/text.cpython-311.pyc",
        "content/.env",
        "content/plans/.ho-nai.yaml.swp",
    ],
)
def test_what_is_secret_heavy_or_stale_never_enters_the_build(path: str) -> None:
    assert not in_context(path)


def test_of_what_lies_here_only_what_is_copied_enters_the_build() -> None:
    here = {path.name for path in ROOT.iterdir()}
    assert {name for name in here if in_context(name)} == set(copied().values())
    assert in_context("bot/app/serve.py")
    assert in_context("content/locale/vi/LC_MESSAGES/bot.po")


# --- The stack


def understood(given: list[str]) -> list[str]:
    """The path of a command that click knows, its options and arguments parsed; raises when it does not."""
    assert given[:3] == ["python", "-m", "bot"]
    command, path, rest = main, [], given[3:]
    while isinstance(command, click.Group):
        path.append(rest.pop(0))
        command = command.commands[path[-1]]
    command.make_context(path[-1], rest)
    return path


def test_without_the_password_the_stack_does_not_start() -> None:
    with pytest.raises(ValueError, match=r"POSTGRES_PASSWORD.*\.env\.example"):
        compose({})
    assert EXAMPLE["POSTGRES_PASSWORD"] == ""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert re.findall(r"\$\{POSTGRES_PASSWORD(\W+)", text) == [":?", ":?"]


def test_every_name_that_a_person_may_set_is_known() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    assert used
    assert used <= EXAMPLE.keys()
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert {name for name in EXAMPLE if name not in settings} == used
    assert len(EXAMPLE.keys() & settings) > 5
    for name in OURS:
        ours = {key for key in SERVICES[name]["environment"] if key.startswith(PREFIX)}
        assert ours <= settings
        assert ours & EXAMPLE.keys() == set()  # what stands in .env would have no effect


def test_no_secret_is_written_into_a_file() -> None:
    assert len(SECRETS) >= 4
    assert SECRETS & {"BOT_SECRET_KEY", "BOT_TELEGRAM_TOKEN"} <= EXAMPLE.keys()
    hidden = {name for name in EXAMPLE if name in SECRETS or "PASSWORD" in name}
    assert {name: EXAMPLE[name] for name in hidden if EXAMPLE[name]} == {}
    for service in compose({"POSTGRES_PASSWORD": "\0"})["services"].values():
        given = service.get("environment", {})
        assert not SECRETS & given.keys()
        assert {value for name, value in given.items() if "PASSWORD" in name} == {"\0"}


@pytest.mark.parametrize("name", OURS)
def test_the_program_takes_the_settings_of_the_stack(name: str) -> None:
    service = SERVICES[name]
    assert service["env_file"] == ".env"
    settings = load_settings({**environment_of_image(), **EXAMPLE, **service["environment"]})
    assert settings.host == "0.0.0.0"
    assert settings.base_url == f"http://{EXAMPLE['PUBLISH']}"
    assert settings.proxies == 1  # the one with https, before the port of this machine
    assert settings.port == int(the("EXPOSE", FINAL))
    assert str(settings.var_dir) == words("VOLUME", FINAL)[0]
    url = make_url(settings.database_url)
    server = SERVICES[str(url.host)]["environment"]
    assert url.get_backend_name() == "postgresql"
    assert (url.username, url.database) == (server["POSTGRES_USER"], server["POSTGRES_DB"])
    assert url.password is None
    assert service["environment"]["PGPASSWORD"] == server["POSTGRES_PASSWORD"] == "p@ss: w/rd"


def test_the_driver_of_postgresql_is_locked() -> None:
    assert re.findall(r"^(psycopg(?:-binary)?)==", LOCK, re.M) == ["psycopg", "psycopg-binary"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_as_little_as_possible(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert "/tmp" in service["tmpfs"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()
    user = service.get("user") if "postgres" in service["image"] else the("USER", FINAL)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", str(user))


def test_one_service_builds_the_image_and_none_fetches_it_from_strangers() -> None:
    assert [name for name in SERVICES if "build" in SERVICES[name]] == ["bot"]
    assert {name for name in SERVICES if SERVICES[name]["image"] == "ban-so"} == set(OURS)
    assert {SERVICES[name]["pull_policy"] for name in OURS} == {"never"}
    assert re.fullmatch(r"postgres:\d+\.\d+-[a-z]+(@sha256:\w{64})?", SERVICES["postgres"]["image"])


def test_each_volume_is_written_by_the_one_that_owns_it() -> None:
    mounts = {name: set(service["volumes"]) for name, service in SERVICES.items()}
    assert mounts == {
        "bot": {"data:/data"},
        "replica": {"data:/data:ro"},
        "backup": {"data:/data:ro", "backup:/backup"},
        "postgres": {"postgres:/var/lib/postgresql"},
    }
    used = {mount.split(":")[0] for given in mounts.values() for mount in given}
    assert used == compose({"POSTGRES_PASSWORD": "x"})["volumes"].keys()


def test_only_a_proxy_on_this_machine_reaches_the_program_and_only_the_program_the_database() -> (
    None
):
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    port = Settings().port
    assert ports == {
        "bot": [f"127.0.0.1:{port}:{port}"],
        "replica": [f"127.0.0.1:8081-8089:{port}"],
    }
    assert EXAMPLE["PUBLISH"] == f"127.0.0.1:{port}"
    networks = compose({"POSTGRES_PASSWORD": "x"})["networks"]
    assert networks["inside"]["internal"] is True
    assert {name: service["networks"] for name, service in SERVICES.items()} == {
        "bot": ["inside", "outside"],
        "replica": ["inside", "outside"],
        "backup": ["inside"],
        "postgres": ["inside"],
    }


def test_each_service_waits_until_what_it_needs_is_healthy() -> None:
    healthy = {"condition": "service_healthy"}
    waits = {name: service.get("depends_on") for name, service in SERVICES.items()}
    assert waits == {
        "bot": {"postgres": healthy},
        "replica": {"bot": healthy},
        "backup": {"bot": healthy},
        "postgres": None,
    }
    database = SERVICES["postgres"]["healthcheck"]["test"]
    assert database[:2] == ["CMD", "pg_isready"]
    assert "--host=127.0.0.1" in database  # the socket answers while the first start still fills
    assert the("HEALTHCHECK", FINAL)


def test_the_services_run_commands_that_exist() -> None:
    assert understood(SERVICES["replica"]["command"]) == ["run"]
    assert SERVICES["replica"]["profiles"] == ["replica"]
    assert "command" not in SERVICES["bot"]
    saved = re.findall(r"python -m bot \w+ \w+", script_of_backup())
    assert [understood([*given.split(), "FILE"]) for given in saved] == [["db", "backup"]]


def test_the_manual_names_services_and_volumes_that_exist() -> None:
    section = README.split("\n## Chạy bằng container\n", 1)[1].split("\n## ", 1)[0]
    said = re.findall(r"docker compose (?:--profile (\w+) )?(\w+)([^`]*)`", section)
    assert len(said) > 8
    verbs = {"build", "cp", "exec", "logs", "ps", "run", "stop", "up"}
    assert {verb for _, verb, _ in said} == verbs
    assert {profile for profile, _, _ in said if profile} <= set(SERVICES["replica"]["profiles"])
    named = {name for _, verb, rest in said for name in services_named(verb, rest.split())}
    assert named == SERVICES.keys()
    for volume in compose({"POSTGRES_PASSWORD": "x"})["volumes"]:
        assert f"`{volume}`" in section


def services_named(verb: str, given: list[str]) -> set[str]:
    """The services that a command of compose is about."""
    plain = [word for word in given if not word.startswith("-")]
    if verb == "cp":
        plain = [word.partition(":")[0] for word in plain if ":" in word]
    elif verb in ("exec", "logs", "run"):
        plain = plain[:1]
    return {word.partition("=")[0] for word in plain}
