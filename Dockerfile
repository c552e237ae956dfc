# The exporter alone, on Debian slim, as nobody; needs no shell, no writable root, no capability.
#
#   docker build -t victron_exporter --build-arg REVISION=$(git rev-parse --short=12 HEAD) .
#   docker run --rm -p 10088:10088 -e VICTRON_EXPORTER_STATION_URL=http://192.168.1.20:8088 -e VICTRON_EXPORTER_SITE=house victron_exporter
ARG BASE=docker.io/library/debian:12-slim

FROM ${BASE} AS build
WORKDIR /source
COPY deploy/install-packages.sh deploy/
RUN deploy/install-packages.sh build
COPY CMakeLists.txt ./
COPY deploy/install.cmake deploy/
COPY metrics-map metrics-map
COPY exporter exporter
ARG REVISION=unknown
RUN cmake -S . -B build -G Ninja -DVICTRON_TESTS=OFF -DVICTRON_REVISION=${REVISION} \
    && cmake --build build --target victron_exporter \
    && install --strip -D build/victron_exporter /installed/usr/bin/victron_exporter

FROM ${BASE}
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends \
        ca-certificates libcrypt1 libcurl4 libgnutls30 libjansson4 libmicrohttpd12 libmosquitto1 libsystemd0 \
        libyaml-0-2 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /installed/ /

ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="victron_exporter" \
      org.opencontainers.image.description="Prometheus exporter for Victron Energy stations" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

# As in the systemd unit: small freed blocks are given back instead of kept for each thread.
ENV GLIBC_TUNABLES=glibc.malloc.tcache_count=0

# nobody, as a number: Kubernetes' runAsNonRoot cannot look names up.
USER 65534:65534
EXPOSE 10088
STOPSIGNAL SIGTERM
# Asks the first listen address of the environment. With a --web.listen-address among the arguments, set its variable instead.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
    CMD ["/usr/bin/victron_exporter", "--health-check"]
ENTRYPOINT ["/usr/bin/victron_exporter"]
