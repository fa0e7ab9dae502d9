# The portal in production. docker-compose.yml runs this one image as web, worker and beat.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

ENV PYTHONUNBUFFERED=1
COPY . .
# A key that lives for this one step: gathering the static files needs one, and no key belongs in an image.
RUN useradd --system --uid 10001 --create-home portal \
    && mkdir -p var /documents /seal \
    && SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" python manage.py collectstatic --no-input \
    && chown -R portal var /documents /seal

USER portal
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000"]
