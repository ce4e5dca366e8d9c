# The image: README, "Chạy bằng container". tests/test_deployment.py holds this file to the code.
# One base for both stages. To pin it to the byte put its digest behind the tag, here or with
# --build-arg PYTHON=python:3.13.15-slim-trixie@sha256:…
ARG PYTHON=python:3.13.15-slim-trixie

FROM ${PYTHON} AS build
COPY requirements.lock /build/
# Wheels only: nothing is compiled, no package runs code of its own here, the venv has no pip.
# setuptools is locked for `make run`, which installs our metadata; the program never reads that.
RUN python -m venv --without-pip /opt/venv \
 && python -m pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
      --no-compile --only-binary :all: --require-hashes --requirement /build/requirements.lock \
 && python -m pip --python /opt/venv/bin/python uninstall --yes setuptools
WORKDIR /app
COPY bot bot
COPY handlers handlers
COPY storage storage
COPY content content
# Readable whatever the umask of the checkout was. Compiled here, since nothing can be at run time:
# the root is read-only. Hashes instead of dates, so that two builds give the same bytes.
RUN chmod -R u=rwX,go=rX /app \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /app /opt/venv/lib

FROM ${PYTHON}
# The base brings no compiled files: each start and each health check would compile the standard library
# anew. The program needs no pip. /backup is there so that a volume on it belongs to the user.
RUN python -m pip uninstall --yes --root-user-action ignore pip \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
      -x 'ensurepip|idlelib|pydoc|site-packages|tkinter|turtle' /usr/local/lib/python3.* \
 && groupadd --gid 10001 ban-so \
 && useradd --no-log-init --uid 10001 --gid 10001 --home-dir /data --no-create-home \
      --shell /usr/sbin/nologin ban-so \
 && install --directory --mode 0700 --owner 10001 --group 10001 /data /backup
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BOT_HOST=0.0.0.0 \
    BOT_BASE_URL=http://127.0.0.1:8080 \
    BOT_VAR_DIR=/data \
    BOT_DATABASE_URL=sqlite:////data/ban-so.db
LABEL org.opencontainers.image.title="ban-so" \
      org.opencontainers.image.description="Bạn Số: the digital-skills helper of a Vietnamese commune, in its residents' own chats" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
USER 10001:10001
# An image that lacks a file, or whose content is faulty, is never made.
RUN ["python", "-m", "bot", "check"]
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
# Without curl, and without urllib, which would ask a proxy of the environment for 127.0.0.1.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-I", "-c", "import http.client, os, sys; web = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('BOT_PORT') or 8080), timeout=4); web.request('GET', '/healthz'); sys.exit(web.getresponse().status != 200)"]
CMD ["python", "-m", "bot", "run"]
