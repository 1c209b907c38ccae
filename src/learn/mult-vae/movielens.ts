import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Interactions, interactions } from "./interactions.ts";
import { field, readRObject } from "./r-data.ts";

const installed = "/usr/lib/R/site-library/dslabs";

/**
 * MovieLens latest-small (2016: 100,004 ratings of 9066 films by 671 users; GroupLens's terms: research, no commercial
 * use) from Debian's package r-cran-dslabs, ratings above 3.5 as clicks. Nothing when the package is not there; a copy
 * unpacked elsewhere is found through SURPRISAL_DSLABS, the path of its folder `dslabs`.
 */
export async function movieLens(): Promise<Interactions | undefined> {
  const folder = join(process.env.SURPRISAL_DSLABS ?? installed, "data");
  if (!existsSync(join(folder, "Rdata.rdb"))) return undefined;
  const frame = await readRObject(folder, "movielens");
  const column = (name: string) => field(frame, name)?.values as Int32Array | Float64Array;
  return interactions(
    { user: column("userId"), item: column("movieId"), rating: column("rating") },
    { threshold: 3.5 },
  );
}
