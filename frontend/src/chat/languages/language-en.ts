import type { Catalog } from "../../lib/i18n";
import chat from "../../lib/locales/en-chat.json";

export const texts: Catalog = chat;
