# The product on a small Debian, run by an account of its own. `compose.yaml` puts PostgreSQL and Redis beside it.
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /opt/minping
COPY requirements.txt ./
RUN /opt/minping/bin/pip install --require-hashes --requirement requirements.txt
COPY pyproject.toml README.md ./
COPY survey_flows survey_flows
COPY aggregation aggregation
COPY bot bot
RUN /opt/minping/bin/pip install --no-deps --no-build-isolation --no-index .

FROM python:3.11-slim-bookworm
# Rare characters of names in printed pages (GB 18030-2022, level 3); without it their numbers are printed.
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-hanazono \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/minping minping \
    && install --directory --owner minping --group minping --mode 0700 /var/lib/minping
COPY --from=build /opt/minping /opt/minping
ENV PATH=/opt/minping/bin:$PATH \
    MINPING_DATA=/var/lib/minping \
    MINPING_HOST=0.0.0.0 \
    MINPING_PORT=8080
USER minping
WORKDIR /var/lib/minping
VOLUME /var/lib/minping
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["minping"]
CMD ["serve"]
