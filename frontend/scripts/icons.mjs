// Draws build/appicon.png and the tray's pictures from their SVG sources, in
// the browser that the end-to-end tests use.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { chromium } from "@playwright/test";

const build = new URL("../../build/", import.meta.url);
const system = "/usr/bin/chromium";
const browser = await chromium.launch({
  executablePath: existsSync(system) ? system : undefined,
  args: ["--no-sandbox", "--disable-gpu"],
});

async function draw(svg, size, file) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  await writeFile(new URL(file, build), await page.screenshot({ omitBackground: true }));
  await page.close();
}

await draw(await readFile(new URL("appicon.svg", build), "utf8"), 1024, "appicon.png");

const tray = await readFile(new URL("icons/tray.svg", build), "utf8");
for (const shape of ["idle", "running", "working", "paused", "blocked"]) {
  const one = tray.replace(/<g id="(\w+)">.*<\/g>/g, (group, id) => (id === shape ? group : ""));
  await draw(one, 64, `icons/tray-${shape}.png`);
}
await browser.close();
