import { i18n } from "@lingui/core";
import { afterEach, expect, it } from "vitest";
import { AgentError } from "./agent";
import schema from "./api.schema.json";
import { addTranslation, type Catalog, showLanguage, type Translate } from "./i18n";
import notices from "./locales/de-notices.json";
import texts from "./locales/de-said.json";
import zh from "./locales/zh-said.json";
import { notice, noticeCodes, said, wordsOf } from "./said";

const t: Translate = (id, values) => i18n._(id, values);
function speak(language: "de" | "zh", catalog: Catalog) {
  showLanguage(language, {}, []);
  addTranslation(language, catalog);
}

afterEach(() => showLanguage("en", {}, []));

const card = {
  code: "card_used_because",
  args: { card: "RTX 3060", package: "Vulkan", why: [{ code: "package_missing", args: { package: "CUDA" } }] },
};
const english = "Your RTX 3060 is used with Vulkan: the CUDA package is not installed.";

it("says the agent's phrases in the reader's language, and phrases in them", () => {
  expect(said(t, [card], english)).toBe(english);
  speak("de", texts);
  expect(said(t, [card, { code: "pick_cpu" }], english)).toBe(
    "RTX 3060 wird mit Vulkan genutzt: das Paket für CUDA ist nicht installiert. Du hast den Prozessor gewählt.",
  );
  speak("zh", zh);
  expect(said(t, [card, { code: "pick_cpu" }], english)).toBe(
    "你的 RTX 3060 用 Vulkan 运行：没有安装 CUDA 组件。你选择了处理器。",
  );
});

it("writes amounts, sizes and spans as the reader does", () => {
  speak("de", texts);
  const lacks = {
    code: "stake_lacks",
    args: { address: "0x12", has: { wei: "1500000000000000000" }, needs: { wei: "2" } },
  };
  expect(said(t, [lacks], "x")).toMatch(/^Auf 0x12 sind 1,5 CNX, nötig sind 0,\d+ CNX\.$/);
  const limit = { code: "disk_limit", args: { needs: { bytes: 2_500_000_000 }, limit: { bytes: 7_000_000 } } };
  expect(said(t, [limit], "x").replaceAll("\u00a0", " ")).toBe("Es fehlen 2,5 GB, und die Grenze ist 7 MB.");
  const clock = { code: "clock", args: { by: { seconds: 240 } } };
  expect(said(t, [clock], "x")).toBe("Sie geht 4 Minuten nach.");
  const quiet = { code: "quiet", args: { minutes: 1 } };
  expect(said(t, [quiet], "x")).toBe("Seit 1 Minute hat niemand gefragt.");
});

it("shows what has no phrase for what it is, and nothing before its texts are here", () => {
  showLanguage("es", {}, []);
  expect(said(t, [card], english)).toBe("");
  speak("de", texts);
  expect(said(t, undefined, "dial tcp: refused")).toBe("Technische Meldung: dial tcp: refused");
  const tomorrow = [{ code: "of_tomorrow" }];
  expect(said(t, tomorrow, "New.")).toBe("Technische Meldung: New.");
  const within = [{ code: "device_unusable", args: { why: tomorrow } }];
  expect(said(t, within, "New.")).toBe("Technische Meldung: New.");
  expect(said(t, undefined, "")).toBe("");
});

it("has words for every reason that is shown beside what it is about", () => {
  expect([...noticeCodes].sort()).toEqual([...schema.properties.notice_code.enum].sort());
  const reason = { code: "model_no_space", title: "No room", detail: "1 MB are free", action: "Make room." };
  expect(notice(t, reason)).toEqual({ title: "No room", detail: "1 MB are free. Make room." });
  speak("de", { ...texts, ...notices });
  expect(notice(t, reason).title).toBe("Auf dem Datenträger ist zu wenig Platz");
  expect(notice(t, reason).detail).toBe(`${t("notice.model_no_space.detail")} Technische Meldung: 1 MB are free`);
});

it("tells why something was not done", () => {
  const passphrase = new AgentError("This is not the passphrase.", { said: [{ code: "wallet_passphrase" }] });
  expect(wordsOf(t, passphrase)).toBe("This is not the passphrase.");
  expect(wordsOf(t, new AgentError("keep settings: disk full"))).toBe("Keep settings: disk full");
  speak("de", { ...texts, ...notices });
  expect(wordsOf(t, passphrase)).toBe("Das ist nicht die Passphrase.");
  const reason = { code: "hub_refused", title: "The hub refuses", detail: "", action: "" };
  expect(wordsOf(t, new AgentError("The hub refuses.", { reason }))).toBe(
    `${t("notice.hub_refused")}. ${t("notice.hub_refused.detail")}`,
  );
});
