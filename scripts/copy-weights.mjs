// What tsc leaves out: trained weights belong beside the built modules that load them.
import { cpSync } from "node:fs";

const place = "measure/mist/weights";
cpSync(new URL(`../src/${place}`, import.meta.url), new URL(`../dist/${place}`, import.meta.url), {
  recursive: true,
});
