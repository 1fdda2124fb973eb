# One image for every stage: the environment is built from the hashed lock in the first stage, and
# the second holds it, a user and nothing that builds.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src

# What changes seldom comes first, so that a change of the code rebuilds only the last step.
COPY requirements-bootstrap.lock requirements-image.lock requirements.lock ./
RUN python -m venv /build \
 && /build/bin/pip install --quiet --require-hashes -r requirements-bootstrap.lock \
 && python -m venv --without-pip /opt/wiredesk \
 && /build/bin/uv pip install --quiet --python /opt/wiredesk/bin/python --no-cache \
      --compile-bytecode --require-hashes -r requirements-image.lock

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY wire wire
COPY atlas atlas
COPY seeds seeds
COPY store store
COPY ingest ingest
COPY enrich enrich
COPY desk desk
RUN /build/bin/uv pip install --quiet --python /opt/wiredesk/bin/python --no-cache \
      --compile-bytecode --no-deps --build-constraint requirements.lock .

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin wiredesk
COPY --from=build /opt/wiredesk /opt/wiredesk
# HOME: libraries that keep caches look there; /tmp is all that is writable.
ENV PATH=/opt/wiredesk/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /tmp
USER 10001:10001
ENTRYPOINT ["wiredesk"]
CMD ["--help"]
