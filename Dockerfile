# The service in one image: a static binary's worth of dependencies, no shell needed to run it.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --profile dist --bin queqiao

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/queqiao --create-home queqiao
WORKDIR /var/lib/queqiao
COPY --from=build /src/target/dist/queqiao /usr/local/bin/queqiao
COPY --from=build /src/config ./config
RUN install -d -o queqiao -g queqiao data
USER queqiao
ENV QUEQIAO_ENV=production
VOLUME /var/lib/queqiao/data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s CMD ["queqiao", "healthcheck"]
ENTRYPOINT ["queqiao"]
CMD ["serve"]
