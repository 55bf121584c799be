# The one image of both services. BASE_IMAGE needs Node 24; with npm in it, packages are installed
# here, without npm they come from .hearth/service, which the set-up fills.
# The console comes along, too, where the set-up has built it, and is built here where there is npm;
# with neither the image is made without it.
ARG BASE_IMAGE=node:24-bookworm-slim
FROM ${BASE_IMAGE} AS console
WORKDIR /hearth
COPY package.json package-lock.json ./
COPY console console
COPY package.json .hearth/console* built/
RUN if [ -f built/index.html ]; then echo "The console came along"; \
    elif command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund && node console/main.ts "$PWD/built"; \
    else echo "No console: BASE_IMAGE has no npm, and .hearth/console is not there" >&2; fi

FROM ${BASE_IMAGE}
WORKDIR /hearth
COPY package.json package-lock.json .hearth/service* ./
RUN if [ -d node_modules ]; then echo "Packages came along"; \
    elif command -v npm >/dev/null; then npm ci --omit=dev --ignore-scripts --no-audit --no-fund; \
    else echo "BASE_IMAGE has no npm: run 'sh setup/prepare.sh test' first, which fills .hearth/service" >&2; exit 1; fi
COPY core core
COPY gateway gateway
COPY scheduler scheduler
COPY runtime-image runtime-image
COPY setup setup
COPY --from=console /hearth/built .hearth/console
ENV NODE_ENV=production NODE_COMPILE_CACHE=/hearth/.compile-cache NODE_OPTIONS=--max-semi-space-size=8
RUN node --input-type=module -e "await import('./gateway/app.ts'); await import('./scheduler/app.ts')"
CMD ["node", "gateway/main.ts"]
