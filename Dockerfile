# One image for server and bridge: the app is built with Node, then only Python, fonts and D-Bus remain.
FROM node:20-bookworm-slim AS app
WORKDIR /src/pwa
COPY pwa/package.json pwa/package-lock.json pwa/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY pwa ./
RUN npm run build

FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends dbus fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/pestle
COPY pyproject.toml README.md ./
COPY sync sync
COPY server server
COPY device_bridge device_bridge
RUN pip install --no-cache-dir -e '.[server,bridge]'
COPY --from=app /src/pwa/dist pwa/dist
# A number that stays: the files of secrets, which keep the owner that they have outside, must be readable to it.
RUN useradd --system --uid 999 --create-home pestle && mkdir /data /backup && chown pestle /data /backup
USER pestle
ENV DATA=/data PORT=8000
VOLUME /data
EXPOSE 8000
CMD ["pestle", "serve"]
