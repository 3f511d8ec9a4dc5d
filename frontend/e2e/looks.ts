import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export const sizes = [
  { name: "phone", width: 390, height: 844 },
  { name: "small", width: 900, height: 600 },
  { name: "desk", width: 1280, height: 800 },
] as const;

export const schemes = ["light", "dark"] as const;

/**
 * The looks of a page whose states take long to reach: every size once, the narrow ones
 * in turns, and the widest, which shows the most, in both schemes. With HELIUM_SHOTS each
 * size in both, for a person to look at.
 */
export function looksAt<Size>(sizes: readonly Size[]): { scheme: (typeof schemes)[number]; size: Size }[] {
  const all = sizes.flatMap((size, i) => schemes.map((scheme, j) => ({ scheme, size, once: i % 2 === j })));
  return all.filter(({ size, once }) => once || size === sizes.at(-1) || process.env.HELIUM_SHOTS);
}

/** Fails on anything that axe finds serious, and names it. */
export async function isAccessible(page: Page) {
  let found = await seriousIn(page);
  // A message that fades away while it is looked at is no finding.
  if (found.length > 0) found = await seriousIn(page);
  expect(found).toEqual([]);
}

async function seriousIn(page: Page): Promise<string[]> {
  // A colour is measured when it has stopped moving. What is held up moves no more.
  await page.evaluate(() =>
    Promise.race([
      new Promise((held) => setTimeout(held, 3000)),
      Promise.all(
        document
          .getAnimations()
          .filter((a) => a.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
          .map((a) => a.finished.catch(() => {})),
      ),
    ]),
  );
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(" | ")}`);
  return found.filter((f) => /^(serious|critical)/.test(f));
}

/** Nothing sticks out at the side: neither of the page nor of anything in it that scrolls up and down. */
export async function fitsItsWidth(page: Page) {
  const wide = () =>
    page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll("*")]
        .filter((e) => e === document.documentElement || /auto|scroll/.test(getComputedStyle(e).overflowY))
        .filter((e) => !e.matches("pre, [class*=overflow-x-auto]") && e.scrollWidth > e.clientWidth)
        .map((e) => `${e.tagName} ${e.className}: ${e.scrollWidth} > ${e.clientWidth}`),
    );
  // A page that was given another size takes a moment to fill it.
  await expect.poll(wide, { timeout: 3000 }).toEqual([]);
}

/** Everything that is touched is 44 pixels high and wide, or sits in text. */
export async function fitsFingers(page: Page) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, a[href], input, select, textarea, [role=menuitem], [role=slider]")]
      // What has a label around it is touched anywhere on that.
      .map((e) => ({ e, box: (e.closest("label") ?? e).getBoundingClientRect() }))
      .filter(({ e, box }) => box.width > 1 && e.checkVisibility() && !e.closest(".prose p, .prose li, .sr-only"))
      .filter(({ box }) => box.width < 43.5 || box.height < 43.5)
      .map(({ e, box }) => `${e.getAttribute("aria-label") ?? e.textContent}: ${box.width} x ${box.height}`),
  );
  expect(small).toEqual([]);
}

/** Keeps a picture where HELIUM_SHOTS says, for a person to look at. */
export async function shot(page: Page, name: string) {
  const dir = process.env.HELIUM_SHOTS;
  if (dir) await page.screenshot({ path: `${dir}/${name}.png` });
}
