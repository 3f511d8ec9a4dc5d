import type { Catalog } from "../../lib/i18n";
import chat from "../../lib/locales/de-chat.json";
import notices from "../../lib/locales/de-notices.json";
import said from "../../lib/locales/de-said.json";

export const texts: Catalog = { ...said, ...notices, ...chat };
