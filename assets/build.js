// Bundles the style sheet and the script, and makes one sprite of the icons that are used.
// Called by tools/build_assets.py; writes to the folder given as the first argument.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const out = process.argv[2];
const modules = join(here, "node_modules");
mkdirSync(out, { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: { "waiban": "css/index.css" },
  bundle: true, minify: true, target: ["chrome96", "firefox100", "safari15"], outdir: out, logLevel: "warning",
});
await build({
  absWorkingDir: here,
  entryPoints: { "waiban": "js/index.js", "diagram": "js/diagram.js" },
  bundle: true, minify: true, format: "esm", target: ["es2022"], outdir: out, logLevel: "warning",
  legalComments: "linked",
});

// Tabler draws with stroke on a 24 grid; our own shapes are filled and say so themselves.
const symbol = (name, svg, attributes) => {
  const box = svg.match(/viewBox="([^"]+)"/)[1];
  const body = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="${box}"${attributes}>${body}</symbol>`;
};
const stroke = ' fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
const names = readFileSync(join(here, "icons.txt"), "utf8").split("\n").map((line) => line.trim())
  .filter((line) => line && !line.startsWith("#"));
const symbols = names.map((name) =>
  symbol(name, readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8"), stroke));
for (const file of readdirSync(join(here, "shapes")).sort()) {
  symbols.push(symbol(`s-${file.replace(".svg", "")}`, readFileSync(join(here, "shapes", file), "utf8"), ""));
}
writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
writeFileSync(join(out, "icons.json"), JSON.stringify(symbols.map((text) => text.match(/id="([^"]+)"/)[1])) + "\n");

cpSync(join(modules, "htmx.org/dist/htmx.min.js"), join(out, "htmx.min.js"));
