import type { Preferences } from "../lib/api.gen";

export type Look = Preferences["appearance"];

const kept = "helium-look";

/** Shows the page light or dark, or as the system is, and so again when it is opened before the agent answers. */
export function showLook(look: Look) {
  const { dataset } = document.documentElement;
  if (look === "system") delete dataset.look;
  else dataset.look = look;
  try {
    if (look === "system") localStorage.removeItem(kept);
    else localStorage.setItem(kept, look);
  } catch {
    // A browser that keeps nothing asks the agent each time.
  }
}

export function keptLook(): Look {
  try {
    const look = localStorage.getItem(kept);
    return look === "light" || look === "dark" ? look : "system";
  } catch {
    return "system";
  }
}
