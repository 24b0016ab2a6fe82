demo-ballots = the city needs at least { $least } ballots
demo-database-full = the demonstration needs an empty database, and table { $table } holds data; choose another MINPING_DATA
demo-year = the city's year lies between 1990 and { $last }
demo-campaign-title = Citizens' evaluation { $year } (demonstration)
demo-sponsor = performance office of the demonstration city
demo-organ = discipline commission of the demonstration city
demo-document = statement on the year
