# One image for the web, the workers and beat. Static files are hashed and compressed where it is built.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
COPY requirements/base.txt /tmp/base.txt
RUN /venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/base.txt
COPY . /app
WORKDIR /app
# Nothing here is a secret or an address: production's own values come when a container starts.
RUN DJANGO_SETTINGS_MODULE=jeveuxagir.settings.production SECRET_KEY=only-to-build STATIC_COMPRESS=true \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=jeveuxagir.settings.production STATIC_COMPRESS=true
RUN groupadd --system --gid 10001 jeveuxagir \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin jeveuxagir \
    && install --directory --owner 10001 --group 10001 --mode 700 /erasures /private
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "-m", "ops.probe", "web"]
CMD ["gunicorn", "jeveuxagir.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", \
     "--threads", "2", "--worker-connections", "4", "--limit-request-line", "8190", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "20"]
