import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { fitsFingers, fitsItsWidth, isAccessible, looksAt, shot } from "./looks";
import { Stand } from "./stand";

const sizes = [
  { name: "390", width: 390, height: 844 },
  { name: "768", width: 768, height: 1024 },
  { name: "1280", width: 1280, height: 800 },
];

const words = "A blue boat on a calm sea";

let stand: Stand;
test.beforeEach(async () => {
  stand = await Stand.start();
});
test.afterEach(() => stand.stop());

/** Opens the page with the model for pictures chosen, and as many of them as wished. */
async function open(page: Page, count = 1) {
  await page.goto(stand.url);
  await page.getByRole("combobox", { name: "Model" }).selectOption("helium/demo-images");
  if (count === 1) return;
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("radiogroup", { name: "How many" }).getByText(String(count), { exact: true }).click();
  await page.keyboard.press("Escape");
}

async function ask(page: Page, text = words) {
  await page.getByTestId("prompt").fill(text);
  await page.getByTestId("send").click();
}

const badge = (page: Page) => page.getByTestId("badge").last();
const pictures = (page: Page) => page.getByTestId("picture");

/** How many pictures this browser keeps. */
function kept(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done, fail) => {
        const request = indexedDB.open("helium-chat");
        request.onerror = () => fail(request.error);
        request.onsuccess = () => {
          const db = request.result;
          const count = db.transaction("pictures").objectStore("pictures").count();
          count.onsuccess = () => {
            db.close();
            done(count.result);
          };
        };
      }),
  );
}

test("pictures come with their progress, turn verified, and their receipt is checked in this browser", async ({
  page,
}) => {
  const errors: string[] = [];
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  page.on("pageerror", (e) => errors.push(String(e)));
  stand.script = { holdAt: "half2" };
  await open(page, 4);
  await expect(page.getByTestId("prompt")).toHaveAttribute("placeholder", "Describe a picture");
  await expect(page.getByTestId("price")).toContainText("10 CNX for 4 pictures");
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "provisional");
  await expect(page.getByRole("progressbar")).toHaveCount(4);
  await expect(page.getByRole("progressbar", { name: "Picture 1" })).toHaveAttribute(
    "aria-valuetext",
    "Being checked…",
  );
  await expect(page.getByRole("progressbar", { name: "Picture 2" })).toHaveAttribute("aria-valuenow", "13");
  await expect(page.getByText("Step 13 of 25")).toBeVisible();
  await expect(page.getByText("Waiting…")).toHaveCount(2);
  await expect(page.getByTestId("preview")).toHaveCount(2);
  await page.keyboard.press("Escape");
  await expect(badge(page)).toHaveAttribute("data-state", "stopped");

  stand.script = {};
  await page.getByRole("button", { name: "Make again" }).click();
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect(pictures(page)).toHaveCount(4);
  const first = pictures(page).first().getByRole("img", { name: words });
  await expect.poll(() => first.evaluate((i: HTMLImageElement) => i.naturalWidth)).toBe(512);
  await badge(page).click();
  await expect(page.getByTestId("receipt")).toContainText("within 4 of 64 bits");
  const check = page.getByTestId("browser-check");
  await expect(check).toContainText(
    "The receipt's hashes, masked with its salt, are what a machine that agrees has opened",
  );
  await expect(check).toContainText("The pictures on your screen have exactly the hashes of the receipt");
  await expect(check).toContainText("3 machines of 3 opened exactly the hashes of the result");

  // What the command names is what is downloaded.
  const named = [1, 2, 3, 4].map((i) => `${words.toLowerCase().replaceAll(" ", "-")}-${i}.png`);
  const command = page.getByTestId("receipt").locator("code", { hasText: "helium task verify" });
  await expect(command).toHaveText(`helium task verify helium-receipt-128.json --image ${named.join(" --image ")}`);
  const saved: string[] = [];
  page.on("download", (d) => saved.push(d.suggestedFilename()));
  await page.getByRole("button", { name: "Download the 4 pictures" }).click();
  await expect.poll(() => saved.toSorted()).toEqual(named);
  expect(errors).toEqual([]);
});

test("what is asked for is what the settings say, and a seed nobody chose is new each time", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByText("Portrait").click();
  await page.getByText("768", { exact: true }).click();
  await page.getByRole("radiogroup", { name: "How many" }).getByText("2", { exact: true }).click();
  await page.getByLabel("What to avoid").fill("fog");
  await page.getByLabel("Steps").fill("9");
  await page.getByLabel("Most it may cost").fill("3");
  await page.getByRole("slider", { name: "How closely it follows the words" }).press("ArrowRight");
  await isAccessible(page);
  await page.keyboard.press("Escape");
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  const asked = JSON.parse(stand.asked);
  expect(asked).toMatchObject({
    model: "helium/demo-images",
    prompt: words,
    size: "640x896",
    n: 2,
    steps: 9,
    cfg: 5.5,
    negative_prompt: "fog",
    stream: true,
    partial_images: 3,
    helium: { max_fee: "3" },
  });
  await page.getByRole("button", { name: "Make again" }).click();
  await expect.poll(() => JSON.parse(stand.asked).seed).not.toBe(asked.seed);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");

  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByLabel("Seed").fill("7");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Make again" }).click();
  await expect.poll(() => JSON.parse(stand.asked).seed).toBe(7);
});

test("a picture opens large, the keys turn to the others, and it is saved under what was asked for", async ({
  page,
}) => {
  await open(page, 2);
  await ask(page);
  await expect(pictures(page)).toHaveCount(2);
  await pictures(page).first().click();
  const large = page.getByTestId("lightbox");
  await expect(large).toContainText("1 of 2");
  await expect(large.getByRole("img", { name: words })).toBeVisible();
  await isAccessible(page);
  await page.keyboard.press("ArrowRight");
  await expect(large).toContainText("2 of 2");
  await expect(large.getByRole("button", { name: "Next picture" })).toBeDisabled();
  await page.keyboard.press("ArrowRight");
  await expect(large).toContainText("2 of 2");
  const download = page.waitForEvent("download");
  await large.getByRole("button", { name: "Download" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("a-blue-boat-on-a-calm-sea-2.png");
  expect(
    readFileSync(await file.path())
      .subarray(1, 4)
      .toString(),
  ).toBe("PNG");
  await page.keyboard.press("Home");
  await expect(large).toContainText("1 of 2");
  await page.keyboard.press("Escape");
  await expect(large).toHaveCount(0);
  await expect(pictures(page).first()).toBeFocused();
});

test("a picture can be copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await ask(page);
  await pictures(page).click();
  await page.getByTestId("lightbox").getByRole("button", { name: "Copy picture" }).click();
  await expect(page.getByTestId("lightbox").getByRole("button", { name: "Copied" })).toBeVisible();
  const types = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap((i) => i.types));
  expect(types).toContain("image/png");
});

test("pictures are kept in this browser, and deleted with their conversation unless that is undone", async ({
  page,
}) => {
  await open(page, 2);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect.poll(() => kept(page)).toBe(2);
  stand.script = { forgotten: true };
  await page.waitForTimeout(100);
  await page.reload();
  await expect(pictures(page)).toHaveCount(2);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");

  const list = page.getByRole("navigation", { name: "Conversations" });
  await list.getByRole("button", { name: `More about ${words}` }).press("Enter");
  const saved = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Save as a file" }).click();
  const file = JSON.parse(readFileSync(await (await saved).path(), "utf8"));
  expect(file.messages[1].pictures).toHaveLength(2);
  expect(file.messages[1].pictures[0]).toMatch(/^data:image\/png;base64,iVBOR/);

  await list.getByRole("button", { name: `More about ${words}` }).press("Enter");
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect.poll(() => kept(page)).toBe(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => kept(page)).toBe(2);
  await list.getByRole("button", { name: words, exact: true }).click();
  await expect(pictures(page)).toHaveCount(2);

  stand.script = {};
  await page.getByRole("button", { name: "Make again" }).click();
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect.poll(() => kept(page)).toBe(2); // the old ones are gone
});

test("a page that is closed half way has the pictures when it is opened again", async ({ page }) => {
  stand.script = { holdAt: "half1" };
  await open(page, 2);
  await ask(page);
  await expect(page.getByText("Step 13 of 25")).toBeVisible();
  await page.waitForTimeout(900); // until it is on the shelf
  await page.reload();
  await expect(badge(page)).toHaveAttribute("data-state", "provisional");
  await expect(page.getByText("The connection broke, the machines go on")).toBeVisible();
  stand.script = { settled: true };
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect(pictures(page)).toHaveCount(2);
  await expect(page.getByText("The connection broke")).toHaveCount(0);
  await expect.poll(() => kept(page)).toBe(2);
});

test("pictures that nobody has any more are said to be lost, with their seed", async ({ page }) => {
  await open(page);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect.poll(() => kept(page)).toBe(1);
  await page.waitForTimeout(100);
  await page.evaluate(
    () =>
      new Promise<void>((done) => {
        const request = indexedDB.open("helium-chat");
        request.onsuccess = () => {
          const change = request.result.transaction("pictures", "readwrite");
          change.objectStore("pictures").clear();
          change.oncomplete = () => {
            request.result.close();
            done();
          };
        };
      }),
  );
  const { seed } = JSON.parse(stand.asked);
  stand.script = { forgotten: true };
  await page.reload();
  await expect(page.getByText("These pictures aren't in this browser any more")).toBeVisible();
  await expect(page.getByText(`With the same seed, ${seed},`)).toBeVisible();
  await isAccessible(page);
  stand.script = { settled: true };
  await page.reload();
  await expect(pictures(page)).toHaveCount(1); // the bridge had it
});

test("a full disk is said, and loses neither the pictures on the screen nor any text", async ({ page }) => {
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: [unknown]) {
      if (this.name === "pictures") throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, args);
    };
  });
  await open(page);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect(pictures(page)).toHaveCount(1);
  await expect(page.getByText("These pictures could not be kept")).toBeVisible();
  await isAccessible(page);
  await page.waitForTimeout(100);
  stand.script = { forgotten: true };
  await page.reload();
  await expect(page.getByText(`You asked: ${words}`)).toBeVisible();
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
});

test("texts and pictures live in one conversation, and each is made again as what it was", async ({ page }) => {
  stand.script = { text: "Water reflects." };
  await page.goto(stand.url);
  const model = page.getByRole("combobox", { name: "Model" });
  await expect(model).toHaveValue("helium/demo-1");
  await expect(model.locator("optgroup")).toHaveCount(2);
  await ask(page, "Why is the sea blue?");
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await model.selectOption("helium/demo-images");
  await ask(page);
  await expect(pictures(page)).toHaveCount(1);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await model.selectOption("helium/demo-1");
  await ask(page, "And why is it salty?");
  await expect(page.getByTestId("badge")).toHaveCount(3);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  expect(JSON.parse(stand.asked).messages).toEqual([
    { role: "user", content: "Why is the sea blue?" },
    { role: "assistant", content: "Water reflects." },
    { role: "user", content: "And why is it salty?" },
  ]);
  await page.getByRole("button", { name: "Make again" }).click();
  await expect(page.getByTestId("badge")).toHaveCount(2);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  expect(JSON.parse(stand.asked)).toMatchObject({ model: "helium/demo-images", prompt: words });
});

test("pictures are asked for again when machines fail at them, and none of the first attempt's stay", async ({
  page,
}) => {
  stand.script = {
    retry: { text: "", reason: { code: "nodes_silent", title: "The nodes did not answer in time", detail: "" } },
    holdAt: "half1",
  };
  await open(page, 2);
  await ask(page);
  await expect(page.getByTestId("sent-again")).toContainText("so the question was sent again. This is attempt 2.");
  await expect(page.getByTestId("preview")).toHaveCount(1);
  await expect(page.getByRole("progressbar", { name: "Picture 1" })).toHaveAttribute("aria-valuenow", "13");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Receipt of attempt 1" }).click();
  await expect(page.getByTestId("settlement")).toContainText("Returned9.9 CNX");
});

test("pictures on which the machines do not agree are not shown", async ({ page }) => {
  stand.script = { dispute: true };
  await open(page);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "disputed");
  await expect(page.getByTestId("pictures")).toHaveCount(0);
  await expect(page.getByRole("alert")).toContainText("The nodes did not agree");
});

test.describe("on a phone that is touched", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test("everything can be hit with a finger", async ({ page }) => {
    await open(page, 2);
    await ask(page);
    await expect(pictures(page)).toHaveCount(2);
    await fitsFingers(page);
    await shot(page, "touch-pictures");
    await page.getByRole("button", { name: "Settings" }).tap();
    await expect(page.getByText("What to avoid")).toBeVisible();
    await fitsFingers(page);
    await shot(page, "touch-picture-settings");
    await page.keyboard.press("Escape");
    await pictures(page).first().tap();
    await expect(page.getByTestId("lightbox")).toBeVisible();
    await fitsFingers(page);
    await shot(page, "touch-lightbox");
  });
});

for (const { scheme, size } of looksAt(sizes)) {
  test(`pictures look right: ${size.name}, ${scheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    const name = `${scheme}-${size.name}`;
    await open(page);
    await shot(page, `pictures-welcome-${name}`);
    await isAccessible(page);
    await ask(page);
    await expect(badge(page)).toHaveAttribute("data-state", "verified");
    await shot(page, `pictures-one-${name}`);
    await isAccessible(page);
    await fitsItsWidth(page);

    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("radiogroup", { name: "How many" }).getByText("4", { exact: true }).click();
    await page.getByText("Landscape").click();
    await shot(page, `pictures-settings-${name}`);
    await isAccessible(page);
    await page.keyboard.press("Escape");

    stand.script = { holdAt: "created" };
    await ask(page, "A red house in green hills");
    await expect(badge(page)).toContainText("task created");
    await shot(page, `pictures-waiting-${name}`);
    await isAccessible(page);
    await page.keyboard.press("Escape");
    stand.script = { holdAt: "half2" };
    await page.getByRole("button", { name: "Make again" }).last().click();
    await expect(page.getByTestId("preview")).toHaveCount(2);
    await shot(page, `pictures-making-${name}`);
    await isAccessible(page);
    await fitsItsWidth(page);
    await page.keyboard.press("Escape");
    await expect(badge(page)).toHaveAttribute("data-state", "stopped");
    await shot(page, `pictures-stopped-${name}`);
    await isAccessible(page);

    stand.script = {};
    await page.getByRole("button", { name: "Make again" }).last().click();
    await expect(badge(page)).toHaveAttribute("data-state", "verified");
    await shot(page, `pictures-four-${name}`);
    await isAccessible(page);
    await pictures(page).last().click();
    await expect(page.getByTestId("lightbox").getByRole("img")).toBeVisible();
    await isAccessible(page);
    await shot(page, `pictures-large-${name}`);
    await page.keyboard.press("Escape");
    await badge(page).click();
    await expect(page.getByTestId("browser-check")).toBeVisible();
    await page.getByTestId("browser-check").scrollIntoViewIfNeeded();
    await shot(page, `pictures-receipt-${name}`);
    await isAccessible(page);
  });

  test(`pictures in trouble look right: ${size.name}, ${scheme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    await page.addInitScript(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: [unknown]) {
        if (this.name === "pictures") throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, args);
      };
    });
    const name = `${scheme}-${size.name}`;
    await open(page, 3);
    await ask(page);
    await expect(page.getByText("These pictures could not be kept")).toBeVisible();
    await shot(page, `pictures-unkept-${name}`);
    await isAccessible(page);
    await page.waitForTimeout(100);
    stand.script = { forgotten: true };
    await page.reload();
    await expect(page.getByText("These pictures aren't in this browser any more")).toBeVisible();
    await shot(page, `pictures-missing-${name}`);
    await isAccessible(page);
    await fitsItsWidth(page);

    stand.script = { holdAt: "queued", place: { position: 3, wait_seconds: 40 } };
    await ask(page, "A red house");
    await expect(page.getByTestId("in-line")).toBeVisible();
    await shot(page, `pictures-queued-${name}`);
    await page.keyboard.press("Escape");
    stand.script = { cut: "half1" };
    await ask(page, "A red house in green hills, under a sky of white clouds");
    await expect(page.getByText("The connection broke, the machines go on")).toBeVisible();
    await shot(page, `pictures-cut-${name}`);
    await isAccessible(page);
    await fitsItsWidth(page);
  });
}
