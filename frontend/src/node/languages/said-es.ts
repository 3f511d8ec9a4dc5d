import type { Catalog } from "../../lib/i18n";
import chat from "../../lib/locales/es-chat.json";
import notices from "../../lib/locales/es-notices.json";
import said from "../../lib/locales/es-said.json";

export const texts: Catalog = { ...said, ...notices, ...chat };
