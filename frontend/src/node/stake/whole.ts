import { locale } from "../../lib/i18n";
import { parseWei, shortCNXDown } from "../../lib/wei";

/** An amount without the decimals that say nothing: "400". */
export function whole(wei: string): string {
  const value = parseWei(wei) ?? 0n;
  return value % 10n ** 18n === 0n ? shortCNXDown(value, locale, 0) : shortCNXDown(value, locale);
}
