import { PageLanguage } from "../lib/language";

/** The language of the chat page. English is fetched like the others: a reader needs one of them. */
export const pageLanguage = new PageLanguage("helium-chat-language", {
  en: () => import("./languages/language-en"),
  zh: () => import("./languages/language-zh"),
  es: () => import("./languages/language-es"),
  de: () => import("./languages/language-de"),
});
