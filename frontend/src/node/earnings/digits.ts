import { locale } from "../../lib/i18n";
import { neatCNXUp } from "../../lib/wei";

/** An amount with all its digits, in the reader's way; with all of them nothing is rounded. */
export function everyDigit(wei: bigint): string {
  return neatCNXUp(wei, locale, 18);
}
