/* Sets up a database for the copier: the engine's tables and the counter. usage: prepare PARTITIONS [first] */
#include "common/db/database.h"
#include "common/stream/stream.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct database *database = NULL;
	struct error error = {0};

	if (argc < 2 || getenv("KLUIS_PG") == NULL)
		return 2;
	if (database_open(getenv("KLUIS_PG"), &database, &error) && stream_setup(database, (int32_t)strtol(argv[1], NULL, 10), argc > 2, &error) &&
	    database_script(database, "CREATE TABLE IF NOT EXISTS copier_count (partition int PRIMARY KEY, records bigint, batches bigint)",
			    &error)) {
		database_free(database);
		return 0;
	}
	(void)fprintf(stderr, "%s: %s\n", error.code, error.text);
	database_free(database);
	return 1;
}
