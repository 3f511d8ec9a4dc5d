import type { Catalog } from "../../lib/i18n";
import common from "../../lib/locales/es.json";
import chat from "../../lib/locales/es-chat.json";

export const texts: Catalog = { ...common, ...chat };
