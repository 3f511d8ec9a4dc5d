import { afterEach, describe, expect, it, vi } from "vitest";
import { saveText } from "./native";

const page = window as unknown as { go?: unknown };

afterEach(() => {
  delete page.go;
  vi.restoreAllMocks();
});

describe("saveText", () => {
  it("has the desktop window ask where to, and says when the person thinks better of it", async () => {
    const saved: string[][] = [];
    page.go = {
      window: {
        Window: {
          Save: (name: string, text: string) => {
            saved.push([name, text]);
            return Promise.resolve(saved.length > 1);
          },
        },
      },
    };
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click");
    expect(await saveText("a.csv", "x,y\r\n", "text/csv")).toBe(false);
    expect(await saveText("a.csv", "x,y\r\n", "text/csv")).toBe(true);
    expect(saved).toEqual(Array(2).fill(["a.csv", "x,y\r\n"]));
    expect(click).not.toHaveBeenCalled();
  });

  it("downloads in a browser", async () => {
    let name = "";
    let file: Blob | undefined;
    vi.spyOn(URL, "createObjectURL").mockImplementation((b) => {
      file = b as Blob;
      return "blob:x";
    });
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      name = this.download;
    });
    expect(await saveText("a.csv", "x,y\r\n", "text/csv")).toBe(true);
    expect(name).toBe("a.csv");
    expect(await file?.text()).toBe("x,y\r\n");
  });
});
