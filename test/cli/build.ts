import { execFileSync } from "node:child_process";

/** The command's tests run what users run: the built files. */
export default function build(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}
