import type { Catalog } from "../../lib/i18n";
import chat from "../../lib/locales/zh-chat.json";
import notices from "../../lib/locales/zh-notices.json";
import said from "../../lib/locales/zh-said.json";

export const texts: Catalog = { ...said, ...notices, ...chat };
