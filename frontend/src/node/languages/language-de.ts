import type { Catalog } from "../../lib/i18n";

const parts = import.meta.glob<Catalog>(
  ["../../lib/locales/de*.json", "!../../lib/locales/*-{said,notices,chat}.json"],
  { eager: true, import: "default" },
);

export const texts: Catalog = Object.assign({}, ...Object.values(parts));
