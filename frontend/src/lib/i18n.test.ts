import { expect, test } from "vitest";
import { localeOf } from "./i18n";

test("what is no language is English", () => {
  for (const no of ["C", "", "en_US.UTF-8", undefined]) expect(localeOf(no)).toBe("en");
  expect(localeOf("de-ch")).toBe("de-CH");
});
