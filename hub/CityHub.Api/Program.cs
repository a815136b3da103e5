using CityHub.Api.Hosting;

// Settings: --config FILE, then CITYHUB_Section__Key, then --Section:Key=value; the later wins.
return await HubStartup.Run(args, CityHub.Silo.CityHubServices.AddCityHub, Console.Out, Console.Error);
