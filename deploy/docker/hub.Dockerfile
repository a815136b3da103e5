# syntax=docker/dockerfile:1
# The hub for linux/amd64 and linux/arm64, from the repository's root:
#   docker buildx build --platform linux/amd64,linux/arm64 -f deploy/docker/hub.Dockerfile -t cityhub/hub:0.1.0 .
# Runs as user 1654 with nothing to write but /data; started with --read-only it needs no other writable place.

# Compiled once, on the machine that builds: the result is the same for both processors.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
# What ./city setup found, where it was run: without it the image has neither PostgreSQL's client nor Orleans, and a hub that is set to them says so and does not start.
COPY optional.prop[s] ./
COPY domain domain
COPY wire wire
COPY hub hub
RUN dotnet publish hub/CityHub.Api/CityHub.Api.csproj -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble
# Eclipse's MQTT client in C, for a hub that is set to it (Mqtt:Client=Mosquitto).
RUN apt-get update \
 && apt-get install -y --no-install-recommends libmosquitto1 \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 1654 -g 1654 -m 0750 /data
COPY --from=build /app /app
COPY rules /rules
# Diagnostics would want a socket in /tmp.
ENV DOTNET_EnableDiagnostics=0 \
    CITYHUB_Api__Listen=0.0.0.0:8080 \
    CITYHUB_Stores__Directory=/data \
    CITYHUB_Rules__Directory=/rules
USER 1654:1654
WORKDIR /data
VOLUME /data
EXPOSE 8080
# The hub ends what it has begun: readings taken are stored, episodes written, then it goes.
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "/app/CityHub.Api.dll"]
