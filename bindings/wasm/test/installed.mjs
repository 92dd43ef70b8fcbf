// The package as a user gets it: packed, then installed into an empty project.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..");
const npm = (args, cwd) => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** Packs the built package and installs it; returns the folder of the project. */
export function install() {
  if (!existsSync(join(root, "dist/esm/index.js"))) throw new Error("the package is not built: cargo xtask pack");
  const project = mkdtempSync(join(tmpdir(), "millpond-npm-"));
  process.on("exit", () => rmSync(project, { recursive: true, force: true }));
  writeFileSync(join(project, "package.json"), '{ "private": true }');
  npm(["install", "--offline", "--no-package-lock", "--no-audit", "--no-fund", pack(project)], project);
  return project;
}

/** Packs the built package into a folder; returns the tarball's path. */
export function pack(folder) {
  npm(["pack", "--ignore-scripts", "--pack-destination", folder], root);
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")));
}

/** Runs a script inside the project and returns what it printed. */
export function runIn(project, name, source) {
  writeFileSync(join(project, name), source);
  return execFileSync(process.execPath, [name], { cwd: project, encoding: "utf8" });
}

/** Imports the installed package into this process. */
export function importFrom(project) {
  return import(pathToFileURL(join(project, "node_modules/millpond/dist/esm/index.js")).href);
}
