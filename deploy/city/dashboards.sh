# ./city dashboards: writes dashboards/ anew from its sources in dashboards/Walls.

city_dashboards() {
  need_dotnet
  build Release dashboards/Walls
  dotnet "$here/dashboards/Walls/bin/Release/net10.0/Walls.dll"
}
