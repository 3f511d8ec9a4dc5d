import type { Catalog } from "../../lib/i18n";
import common from "../../lib/locales/zh.json";
import chat from "../../lib/locales/zh-chat.json";

export const texts: Catalog = { ...common, ...chat };
