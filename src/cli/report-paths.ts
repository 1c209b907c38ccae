import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { InputError } from "../core/errors.ts";

/** Where the report and its JSON go; undefined when no files are wanted. */
export function reportPaths(
  file: string,
  flags: { report?: string | false; json?: boolean },
): { report: string; json: string } | undefined {
  if (flags.report === false || (flags.json && flags.report === undefined)) return undefined;
  const report = flags.report ?? `${stem(file)}.report.html`;
  if (!/\.html?$/i.test(report)) {
    throw refused("the report is a page, and its name says so", "a path that ends in .html", report);
  }
  if (resolve(report) === resolve(file))
    throw refused("the report would replace the data", "another path", report);
  const folder = dirname(resolve(report));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw refused("there is no such folder", "an existing folder", folder);
  }
  return { report, json: report.replace(/\.html?$/i, ".json") };
}

/** The name of a file without folder and ending, for files written beside the answer. */
export function stem(file: string): string {
  if (file === "-") return "stdin";
  const name = basename(file).replace(/[*?[\]{}]/g, "_");
  return name.replace(/\.gz$/i, "").replace(/\.[^.]+$/, "") || "table";
}

function refused(problem: string, expected: string, got: string): InputError {
  return new InputError({ code: "bad-report-path", where: "--report", problem, expected, got });
}
