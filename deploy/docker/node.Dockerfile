# syntax=docker/dockerfile:1
# The sensor node for linux/amd64 and linux/arm64, from the repository's root:
#   docker buildx build --platform linux/amd64,linux/arm64 -f deploy/docker/node.Dockerfile -t cityhub/node:0.1.0 .
# On a Pi of its own the systemd service is the simpler way; this is for Pis that are part of a k3s cluster, and for trying out.

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /src
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY domain domain
COPY wire wire
COPY edge edge
RUN dotnet publish edge/SensorNode/SensorNode.csproj -c Release -o /app

FROM mcr.microsoft.com/dotnet/runtime:10.0-noble
RUN apt-get update \
 && apt-get install -y --no-install-recommends libmosquitto1 \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 1654 -g 1654 -m 0750 /outbox
COPY --from=build /app /app
ENV DOTNET_EnableDiagnostics=0
USER 1654:1654
WORKDIR /outbox
# The readings that nobody has answered for yet: on a volume that outlives the container, or they are lost with it.
VOLUME /outbox
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "/app/SensorNode.dll"]
CMD ["run", "/etc/cityhub/node.yaml", "--outbox", "/outbox"]
