# The portal as one image: web, workers, beat and migrate are the same image with different commands.

FROM python:3.12-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/venv/bin:$PATH
# What WeasyPrint writes PDFs with. The font of papers is a Python package.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 \
    && rm -rf /var/lib/apt/lists/*

FROM base AS built
RUN python -m venv /venv
COPY requirements.lock /
RUN pip install --no-cache-dir --require-hashes -r /requirements.lock
WORKDIR /app
COPY . .
ENV STATIC_ROOT=/static
RUN python manage.py translations compile && python manage.py collectstatic --noinput

FROM base
RUN useradd --uid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal /data/media
WORKDIR /app
COPY --from=built /venv /venv
COPY --from=built /static /static
COPY --from=built /app /app
ENV STATIC_ROOT=/static MEDIA_ROOT=/data/media GRANIAN_WORKERS=2 WEB_THREADS=8
# Where one web process dies, the other goes on and granian starts a new one.
ENV GRANIAN_RESPAWN_FAILED_WORKERS=true GRANIAN_WORKERS_KILL_TIMEOUT=30
# Fontconfig keeps its cache there: the rest of the image is read-only.
ENV XDG_CACHE_HOME=/tmp
USER 10001:10001
EXPOSE 8000
CMD ["granian", "--interface", "asginl", "--http", "1", "--no-ws", "--backlog", "4096", "--backpressure", "4096", "--http1-header-read-timeout", "10000", "--host", "0.0.0.0", "--port", "8000", "portal.asgi:application"]
