import type { Catalog } from "../../lib/i18n";
import common from "../../lib/locales/de.json";
import chat from "../../lib/locales/de-chat.json";

export const texts: Catalog = { ...common, ...chat };
